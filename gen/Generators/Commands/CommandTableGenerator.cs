// The command generator: for each class marked [CommandTable] it gathers the declarations and writes the other half.
//
// In the data floor the table holds the data commands alone (tests use it); in the engine, which sets
// IncludeReferenced, it holds all commands of the server. The whole compilation is an input, since declarations come
// from referenced assemblies too; the work is a walk over symbols and takes a few milliseconds.
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Hexad.Generators.Commands;

[Generator]
public sealed class CommandTableGenerator : IIncrementalGenerator
{
    private const string TableAttribute = "Hexad.Commands.CommandTableAttribute";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<string> tables = context.SyntaxProvider.ForAttributeWithMetadataName(
            TableAttribute,
            static (node, _) => node is ClassDeclarationSyntax,
            static (found, _) => MetadataName((INamedTypeSymbol)found.TargetSymbol));
        context.RegisterSourceOutput(tables.Combine(context.CompilationProvider), static (output, pair) => Generate(output, pair.Left, pair.Right));
    }

    private static string MetadataName(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? type.MetadataName : type.ContainingNamespace.ToDisplayString() + "." + type.MetadataName;

    private static void Generate(SourceProductionContext output, string tableName, Compilation compilation)
    {
        INamedTypeSymbol? table = compilation.Assembly.GetTypeByMetadataName(tableName);
        if (table == null)
            return;
        List<Diagnostic> complaints = new List<Diagnostic>();
        bool includeReferenced = IncludesReferenced(table);
        DeclarationReader reader = new DeclarationReader(compilation.Assembly, complaints);
        reader.Read(compilation.Assembly.GlobalNamespace);
        if (includeReferenced)
        {
            foreach (IAssemblySymbol referenced in compilation.SourceModule.ReferencedAssemblySymbols.Where(Declares))
                reader.Read(referenced.GlobalNamespace);
        }
        if (!table.IsStatic || table.ContainingNamespace.IsGlobalNamespace || table.ContainingType != null)
            complaints.Add(Diagnostic.Create(Complaints.Table, table.Locations.FirstOrDefault(), tableName, "it must be a static partial class of its own in a namespace"));
        List<DeclaredCommand> commands = CommandChecks.Arrange(reader.Found, includeReferenced, complaints);
        string? session = SessionOf(compilation, reader.Found);
        string text = new CommandTableWriter(session, complaints).Write(table.ContainingNamespace.ToDisplayString(), table.Name, commands);
        foreach (Diagnostic complaint in complaints)
            output.ReportDiagnostic(complaint);
        output.AddSource(tableName + ".g.cs", SourceText.From(text, Encoding.UTF8));
    }

    private static bool IncludesReferenced(INamedTypeSymbol table)
    {
        AttributeData attribute = table.GetAttributes().First(a => a.AttributeClass?.ToDisplayString() == TableAttribute);
        return attribute.NamedArguments.Any(n => n.Key == "IncludeReferenced" && n.Value.Value is true);
    }

    /// <summary>An assembly can declare commands only if it has the attribute or references the one that has.</summary>
    private static bool Declares(IAssemblySymbol assembly) =>
        assembly.GetTypeByMetadataName(DeclarationReader.CommandAttribute) != null
        || assembly.Modules.Any(m => m.ReferencedAssemblySymbols.Any(r => r.GetTypeByMetadataName(DeclarationReader.CommandAttribute) != null));

    private static string? SessionOf(Compilation compilation, List<DeclaredCommand> found)
    {
        if (!found.Any(c => c.Entry == EntryKind.Engine))
            return null;
        INamedTypeSymbol? session = compilation.GetTypeByMetadataName("Hexad.Engine.Session");
        return session?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) ?? "global::Hexad.Engine.Session";
    }
}
