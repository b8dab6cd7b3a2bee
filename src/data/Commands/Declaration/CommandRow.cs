// A command as the server sees it: one row, made by the generator from the declaration beside the code.
//
// The hot half is the packed name (the look-up compares it), arity, flags and the entry; the rest is for COMMAND and
// ACL. A row of this floor cannot know the session, so the entry of an engine command is kept as a bare address;
// the generated CommandTable.Invoke, which knows the type, calls it. Exactly one entry is set, or none for a
// container.
using System;
using System.Runtime.CompilerServices;
using System.Text;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>One command, sub-command or container.</summary>
public sealed unsafe class CommandRow
{
    private readonly PackedName packed;
    private readonly int nameLength;

    /// <param name="name">Lower case, without its container.</param>
    /// <param name="fullName">Lower case, "client|list" for a sub-command.</param>
    public CommandRow(int id, string name, string fullName, int arity, Flags flags, Group group, Acl categories, string since)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        packed = PackedName.Of(bytes);
        nameLength = bytes.Length;
        Id = id;
        Name = name;
        FullName = fullName;
        Arity = arity;
        Flags = flags;
        Group = group;
        Categories = categories;
        Since = since;
    }

    /// <summary>What a data command runs; null for others. Its true type: a function of ref CommandContext.</summary>
    public void* DataEntry { get; init; }

    /// <summary>What an engine command runs; null for others. Its true type: a function of ref CommandContext and Session.</summary>
    public void* EngineEntry { get; init; }

    public int Arity { get; }

    public Flags Flags { get; }

    /// <summary>Dense from 0 over all rows of the table, sub-commands included: an index for counters.</summary>
    public int Id { get; }

    /// <summary>Sub-commands, or null.</summary>
    public NameTable? Subcommands { get; init; }

    /// <summary>First key, last key and step as COMMAND has always answered them; zeroes where there are none.</summary>
    public int FirstKey { get; init; }

    /// <inheritdoc cref="FirstKey"/>
    public int LastKey { get; init; }

    /// <inheritdoc cref="FirstKey"/>
    public int KeyStep { get; init; }

    public KeySpec[] Keys { get; init; } = [];

    public string Name { get; }

    public string FullName { get; }

    public Group Group { get; }

    public Acl Categories { get; }

    public string Since { get; }

    public string Syntax { get; init; } = "";

    public string? Summary { get; init; }

    public string? Complexity { get; init; }

    public string[] Tips { get; init; } = [];

    public DocFlags Doc { get; init; }

    public string? DeprecatedSince { get; init; }

    public string? ReplacedBy { get; init; }

    public string[] History { get; init; } = [];

    internal PackedName Packed => packed;

    /// <summary>Whether a call of so many words fits the arity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Accepts(int words) => Arity >= 0 ? words == Arity : words >= -Arity;

    /// <summary>The argument tree, parsed anew at each call: COMMAND DOCS is rare.</summary>
    public CommandArgument[] ParseArguments()
    {
        bool parsed = SyntaxParser.TryParse(Syntax, Keys.Length, out CommandArgument[] arguments, out _);
        Invariant.That(parsed);
        return arguments;
    }

    internal bool IsNamed(ulong word, int length) => packed.First == word && nameLength == length;

    internal bool IsNamed(in PackedName name, int length) =>
        packed.First == name.First && packed.Second == name.Second && packed.Third == name.Third && nameLength == length;
}
