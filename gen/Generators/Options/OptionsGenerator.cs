// The options generator: the other half of NodeOptions, from the [Option] properties of the class.
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Hexad.Generators.Options;

[Generator]
public sealed class OptionsGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ImmutableArray<IPropertySymbol>> properties = context.SyntaxProvider.ForAttributeWithMetadataName(
            OptionReader.OptionAttribute,
            static (node, _) => node is PropertyDeclarationSyntax,
            static (found, _) => (IPropertySymbol)found.TargetSymbol).Collect();
        context.RegisterSourceOutput(properties, static (output, found) => Generate(output, found));
    }

    private static void Generate(SourceProductionContext output, ImmutableArray<IPropertySymbol> properties)
    {
        if (properties.IsEmpty)
            return;
        List<Diagnostic> complaints = new List<Diagnostic>();
        List<DeclaredOption> options = new List<DeclaredOption>();
        HashSet<string> names = new HashSet<string>();
        foreach (IPropertySymbol property in properties)
        {
            DeclaredOption? option = OptionReader.Read(property, complaints);
            if (option == null)
                continue;
            if (!names.Add(option.Name) || (option.Alias != null && !names.Add(option.Alias)))
                complaints.Add(OptionReader.Wrong(option, "the name or the alias is taken"));
            else
                options.Add(option);
        }
        foreach (Diagnostic complaint in complaints)
            output.ReportDiagnostic(complaint);
        INamedTypeSymbol owner = properties[0].ContainingType;
        string text = OptionsWriter.Write(owner.ContainingNamespace.ToDisplayString(), owner.Name, options);
        output.AddSource(owner.Name + ".g.cs", SourceText.From(text, Encoding.UTF8));
    }
}
