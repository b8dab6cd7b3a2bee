using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hexad.Architecture.Tests;

/// <summary>What the tidy test asks of a source file, answered by the compiler's own parser.</summary>
internal static class SourceText
{
    private static readonly ConcurrentDictionary<string, SyntaxNode> Parsed = [];
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.None);

    /// <summary>The text without comments and string contents, so that words in prose are not taken for code.</summary>
    public static string Code(string text) =>
        string.Join(' ', Parse(text).DescendantTokens().Select(token => token.IsKind(SyntaxKind.StringLiteralToken) ? "\"\"" : token.Text)) + " ";

    /// <summary>Each method, constructor, accessor and local function with the number of lines of its body.</summary>
    public static IEnumerable<(string Name, int Lines)> Methods(string text)
    {
        foreach (SyntaxNode node in Parse(text).DescendantNodes())
        {
            string? name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier.Text,
                ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
                LocalFunctionStatementSyntax local => local.Identifier.Text,
                OperatorDeclarationSyntax => "operator",
                AccessorDeclarationSyntax accessor => (accessor.Parent?.Parent as PropertyDeclarationSyntax)?.Identifier.Text ?? "this[]",
                _ => null,
            };
            if (name is null) continue;
            FileLinePositionSpan lines = node.GetLocation().GetLineSpan();
            yield return (name, lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1);
        }
    }

    /// <summary>The names of the types that the file declares, and whether each is partial.</summary>
    public static IEnumerable<(string Name, bool Partial)> Types(string text) =>
        Parse(text).DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Select(type => (type.Identifier.Text, type.Modifiers.Any(SyntaxKind.PartialKeyword)));

    private static SyntaxNode Parse(string text) => Parsed.GetOrAdd(text, static t => CSharpSyntaxTree.ParseText(t, Options).GetRoot());
}
