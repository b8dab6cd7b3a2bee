// Reads one [Option] declaration off its property; says what is wrong with it.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Hexad.Generators.Options;

internal static class OptionReader
{
    public const string OptionAttribute = "Hexad.Options.OptionAttribute";
    private static readonly DiagnosticDescriptor wrong = new DiagnosticDescriptor(
        "HEX101", "An option's declaration is wrong", "The option '{0}' is declared wrongly: {1}", "Hexad.Options", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static Diagnostic Wrong(DeclaredOption option, string why) => Diagnostic.Create(wrong, option.Place, option.Name, why);

    public static DeclaredOption? Read(IPropertySymbol property, List<Diagnostic> complaints)
    {
        AttributeData? attribute = property.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == OptionAttribute);
        if (attribute == null)
            return null;
        DeclaredOption option = new DeclaredOption
        {
            Name = attribute.ConstructorArguments[0].Value as string ?? "",
            Property = property.Name,
            Type = property.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(
                SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier)),
            Place = property.Locations.FirstOrDefault(),
            Section = SectionOf(property),
        };
        ReadNamed(attribute, option);
        option.Shape = ShapeOf(property.Type);
        if (option.Max == 0)
            option.Max = LargestOf(option.Shape);
        if (option.Shape == ValueShape.Enum)
            ReadWords((INamedTypeSymbol)property.Type, option);
        string? objection = ReadDefault(attribute.ConstructorArguments[1], option) ?? Objection(option);
        if (objection != null)
            complaints.Add(Wrong(option, objection));
        return objection == null ? option : null;
    }

    private static void ReadNamed(AttributeData attribute, DeclaredOption option)
    {
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
        {
            object? value = named.Value.Value;
            switch (named.Key)
            {
                case "Alias": option.Alias = value as string; break;
                case "Live": option.Live = value is true; break;
                case "Sensitive": option.Sensitive = value is true; break;
                case "Hidden": option.Hidden = value is true; break;
                case "Protected": option.Protected = value is true; break;
                case "DenyLoading": option.DenyLoading = value is true; break;
                case "Volatile": option.Volatile = value is true; break;
                case "Min": option.Min = value as long? ?? 0; break;
                case "Max": option.Max = (ulong)(value as long? ?? 0); break;
                case "Unit": option.Unit = value as byte? ?? 0; break;
                case "Check": option.Check = value as byte? ?? 0; break;
                case "Pending": option.Pending = value as string; break;
                case "Help": option.Help = value as string; break;
                case "Sample": option.Sample = value as string; break;
            }
        }
    }

    /// <summary>The file that declares an option is its section: NodeOptions.Network.cs gives "Network".</summary>
    private static string SectionOf(IPropertySymbol property)
    {
        string path = property.Locations.FirstOrDefault()?.SourceTree?.FilePath ?? "";
        string[] parts = path.Substring(path.LastIndexOf('/') + 1).Split('.');
        return parts.Length > 2 ? parts[1] : "General";
    }

    private static ValueShape ShapeOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => ValueShape.Bool,
        SpecialType.System_Int32 => ValueShape.Int,
        SpecialType.System_UInt32 => ValueShape.UInt,
        SpecialType.System_Int64 => ValueShape.Long,
        SpecialType.System_UInt64 => ValueShape.ULong,
        SpecialType.System_String => type.NullableAnnotation == NullableAnnotation.Annotated ? ValueShape.NullableText : ValueShape.Text,
        _ => type.TypeKind == TypeKind.Enum ? ValueShape.Enum : ValueShape.Words,
    };

    private static ulong LargestOf(ValueShape shape) => shape switch
    {
        ValueShape.Int => int.MaxValue,
        ValueShape.UInt => uint.MaxValue,
        ValueShape.Long => long.MaxValue,
        ValueShape.ULong => ulong.MaxValue,
        _ => 0,
    };

    private static void ReadWords(INamedTypeSymbol type, DeclaredOption option)
    {
        foreach (IFieldSymbol member in type.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue))
        {
            long value = Convert.ToInt64(member.ConstantValue, CultureInfo.InvariantCulture);
            string[] words = member.GetAttributes().Where(a => a.AttributeClass?.Name == "OptionWordAttribute")
                .Select(a => a.ConstructorArguments[0].Value as string ?? "").ToArray();
            foreach (string word in words.Length > 0 ? words : new[] { Hyphened(member.Name) })
                option.Words.Add(new KeyValuePair<string, long>(word, value));
        }
    }

    private static string Hyphened(string name)
    {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
                text.Append('-');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    private static string? ReadDefault(TypedConstant given, DeclaredOption option)
    {
        switch (option.Shape)
        {
            case ValueShape.Bool when given.Value is bool yes:
                option.DefaultCode = yes ? "true" : "false";
                option.DefaultText = yes ? "yes" : "no";
                return null;
            case ValueShape.Int or ValueShape.UInt or ValueShape.Long or ValueShape.ULong when given.Value is int or uint or long or ulong:
                option.DefaultCode = Convert.ToString(given.Value, CultureInfo.InvariantCulture);
                option.DefaultText = option.DefaultCode;
                if (option.Unit == 3)
                    option.DefaultText = Convert.ToString(Convert.ToInt64(given.Value, CultureInfo.InvariantCulture), 8);
                return null;
            case ValueShape.Text when given.Value is string text:
                option.DefaultCode = SymbolDisplay.FormatLiteral(text, quote: true);
                option.DefaultText = text;
                return null;
            case ValueShape.NullableText when given.IsNull:
                option.DefaultCode = "null";
                return null;
            case ValueShape.Enum when given.Kind == TypedConstantKind.Enum:
                long value = Convert.ToInt64(given.Value, CultureInfo.InvariantCulture);
                option.DefaultCode = "(" + option.Type + ")" + value;
                option.DefaultText = option.Words.First(w => w.Value == value).Key;
                return null;
            case ValueShape.Words when given.Value is string text:
                string[] words = text.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
                bool single = option.Type.EndsWith("KeyspaceEvents", StringComparison.Ordinal);
                string[] quoted = (single ? new[] { text } : words).Select(w => SymbolDisplay.FormatLiteral(w, quote: true)).ToArray();
                option.DefaultCode = "OptionText.Default<" + option.Type + ">(" + string.Join(", ", quoted) + ")";
                option.DefaultText = text;
                return null;
            default:
                return "the default does not fit the type " + option.Type;
        }
    }

    private static string? Objection(DeclaredOption option)
    {
        if (option.Name.Length == 0 || option.Name.Any(c => !(char.IsLower(c) || char.IsDigit(c) || c == '-' || c == '_')))
            return "a name has small letters, digits, hyphens";
        if (option.Shape is ValueShape.Int or ValueShape.Long)
        {
            long value = long.Parse(option.DefaultCode, CultureInfo.InvariantCulture);
            if (value < option.Min || (value >= 0 && (ulong)value > option.Max))
                return "the default " + value + " lies outside " + option.Min + " to " + option.Max;
        }
        return option.Help == null && !option.Hidden ? "it has no Help" : null;
    }
}
