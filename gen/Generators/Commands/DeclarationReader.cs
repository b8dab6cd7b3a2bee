// Walks the symbols of an assembly and reads the command declarations off their attributes.
//
// Symbols, not syntax: the engine's table takes in the commands of the data floor, which are there as metadata only.
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Hexad.Generators.Commands;

internal sealed class DeclarationReader
{
    public const string CommandAttribute = "Hexad.Commands.CommandAttribute";
    public const string KeyAttribute = "Hexad.Commands.KeyAttribute";

    private readonly IAssemblySymbol caller;
    private readonly List<Diagnostic> complaints;

    /// <param name="caller">The assembly whose table will call the methods.</param>
    public DeclarationReader(IAssemblySymbol caller, List<Diagnostic> complaints)
    {
        this.caller = caller;
        this.complaints = complaints;
    }

    public List<DeclaredCommand> Found { get; } = new List<DeclaredCommand>();

    public void Read(INamespaceOrTypeSymbol scope)
    {
        foreach (ISymbol member in scope.GetMembers())
        {
            if (member is INamespaceSymbol inner)
                Read(inner);
            else if (member is INamedTypeSymbol type)
            {
                ReadOne(type);
                Read(type);
            }
            else if (member is IMethodSymbol method)
                ReadOne(method);
        }
    }

    private void ReadOne(ISymbol symbol)
    {
        foreach (AttributeData attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass?.ToDisplayString() != CommandAttribute || attribute.ConstructorArguments.Length != 6)
                continue;
            DeclaredCommand command = ReadCommand(attribute);
            command.Place = Place(symbol, attribute);
            ReadKeys(symbol, command);
            if (symbol is IMethodSymbol method)
                ReadEntry(method, command);
            Found.Add(command);
        }
    }

    private static Location? Place(ISymbol symbol, AttributeData attribute)
    {
        SyntaxReference? reference = attribute.ApplicationSyntaxReference;
        return reference != null ? Location.Create(reference.SyntaxTree, reference.Span) : symbol.Locations.FirstOrDefault();
    }

    private static DeclaredCommand ReadCommand(AttributeData attribute)
    {
        ImmutableArray<TypedConstant> given = attribute.ConstructorArguments;
        DeclaredCommand command = new DeclaredCommand
        {
            Name = given[0].Value as string ?? "",
            Arity = given[1].Value as int? ?? 0,
            Flags = given[2].Value as uint? ?? 0,
            Group = given[3].Value as byte? ?? 0,
            Since = given[4].Value as string ?? "",
            Syntax = given[5].Value as string ?? "",
        };
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
        {
            switch (named.Key)
            {
                case "Summary": command.Summary = named.Value.Value as string; break;
                case "Complexity": command.Complexity = named.Value.Value as string; break;
                case "Tips": command.Tips = named.Value.Value as string; break;
                case "Categories": command.Categories = named.Value.Value as uint? ?? 0; break;
                case "Doc": command.Doc = named.Value.Value as byte? ?? 0; break;
                case "DeprecatedSince": command.DeprecatedSince = named.Value.Value as string; break;
                case "ReplacedBy": command.ReplacedBy = named.Value.Value as string; break;
                case "History": command.History = named.Value.Values.Select(v => v.Value as string ?? "").ToArray(); break;
            }
        }
        return command;
    }

    private static void ReadKeys(ISymbol symbol, DeclaredCommand command)
    {
        foreach (AttributeData attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass?.ToDisplayString() != KeyAttribute)
                continue;
            ImmutableArray<TypedConstant> given = attribute.ConstructorArguments;
            DeclaredKey key = new DeclaredKey { Flags = given[given.Length - 1].Value as ushort? ?? 0 };
            if (given.Length == 1)
                key.Unknown = true;
            else if (given[0].Value is string keyword)
                key.Keyword = keyword;
            else
                key.Index = given[0].Value as int? ?? 0;
            foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
            {
                int number = named.Value.Value as int? ?? 0;
                switch (named.Key)
                {
                    case "StartFrom": key.StartFrom = number; break;
                    case "Last": key.Last = number; break;
                    case "Step": key.Step = number; break;
                    case "Limit": key.Limit = number; break;
                    case "KeyNum": key.KeyNum = number; break;
                    case "FirstKey": key.FirstKey = number; break;
                    case "Notes": key.Notes = named.Value.Value as string; break;
                }
            }
            command.Keys.Add(key);
        }
    }

    private void ReadEntry(IMethodSymbol method, DeclaredCommand command)
    {
        command.Method = method.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + "." + method.Name;
        string? objection = null;
        if (!method.IsStatic || !method.ReturnsVoid || method.IsGenericMethod || method.ContainingType.IsGenericType)
            objection = "it must be static, return nothing, and not be generic";
        else if (!IsReachable(method))
            objection = "the table cannot reach it: make the method and its class internal or public";
        else if (!TakesContext(method) || method.Parameters.Length > 2)
            objection = "it must take (ref CommandContext) or (ref CommandContext, Session)";
        else if (method.Parameters.Length == 2 && (method.Parameters[1].RefKind != RefKind.None || method.Parameters[1].Type.Name != "Session"))
            objection = "its second parameter must be the Session";
        if (objection != null)
            complaints.Add(Diagnostic.Create(Complaints.Shape, command.Place, command.Method, objection));
        command.Entry = objection != null ? EntryKind.None : method.Parameters.Length == 2 ? EntryKind.Engine : EntryKind.Data;
    }

    private static bool TakesContext(IMethodSymbol method) =>
        method.Parameters.Length > 0 && method.Parameters[0].RefKind == RefKind.Ref && method.Parameters[0].Type.Name == "CommandContext";

    private bool IsReachable(ISymbol symbol)
    {
        bool ours = SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, caller) || symbol.ContainingAssembly.GivesAccessTo(caller);
        for (ISymbol? level = symbol; level is not null and not INamespaceSymbol; level = level.ContainingSymbol)
        {
            bool reachable = level.DeclaredAccessibility == Accessibility.Public
                || (ours && level.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal);
            if (!reachable)
                return false;
        }
        return true;
    }
}
