// What the generator has read of one option's declaration.
using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Hexad.Generators.Options;

/// <summary>How the generated code handles the property's type.</summary>
internal enum ValueShape
{
    Bool, Int, UInt, Long, ULong, Text, NullableText, Enum, Words,
}

internal sealed class DeclaredOption
{
    public string Name = "";
    public string? Alias;
    public string Property = "";

    /// <summary>The property's type as C# writes it.</summary>
    public string Type = "";
    public ValueShape Shape;

    /// <summary>The default as a C# expression.</summary>
    public string DefaultCode = "";

    /// <summary>The default as CONFIG GET shows it.</summary>
    public string DefaultText = "";
    public bool Live;
    public bool Sensitive;
    public bool Hidden;
    public bool Protected;
    public bool DenyLoading;
    public bool Volatile;
    public long Min;
    public ulong Max;
    public int Unit;
    public int Check;
    public string? Pending;
    public string? Help;
    public string? Sample;
    public string Section = "";
    public List<KeyValuePair<string, long>> Words = new List<KeyValuePair<string, long>>();
    public Location? Place;
}
