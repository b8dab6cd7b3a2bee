// What the generator has read of one declaration: plain data, no symbols but for the places of errors.
using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Hexad.Generators.Commands;

/// <summary>How the code of a command is called.</summary>
internal enum EntryKind
{
    /// <summary>A container: there is no code.</summary>
    None,
    Data,
    Engine,
}

internal sealed class DeclaredCommand
{
    public string Name = "";
    public int Arity;
    public uint Flags;
    public byte Group;
    public string Since = "";
    public string Syntax = "";
    public string? Summary;
    public string? Complexity;
    public string? Tips;
    public uint Categories;
    public byte Doc;
    public string? DeprecatedSince;
    public string? ReplacedBy;
    public string[] History = Array.Empty<string>();
    public List<DeclaredKey> Keys = new List<DeclaredKey>();
    public EntryKind Entry;

    /// <summary>The method's full name as C# writes it, global:: included.</summary>
    public string Method = "";
    public Location? Place;
    public List<DeclaredCommand> Subcommands = new List<DeclaredCommand>();

    public bool IsSubcommand => Name.IndexOf('|') >= 0;

    public string Container => Name.Substring(0, Name.IndexOf('|'));

    public string OwnName => Name.Substring(Name.IndexOf('|') + 1);
}

internal sealed class DeclaredKey
{
    public int Index;
    public string? Keyword;
    public bool Unknown;
    public ushort Flags;
    public int StartFrom;
    public int Last;
    public int Step = 1;
    public int Limit;
    public int KeyNum = -1;
    public int FirstKey;
    public string? Notes;

    public bool IsIndexRange => Keyword == null && !Unknown && KeyNum < 0;
}
