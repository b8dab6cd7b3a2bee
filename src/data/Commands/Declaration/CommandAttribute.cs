// How a command is declared: one attribute on the method that carries it out, in the file of its family.
//
// Everything else that a server knows about a command is generated from this line: the row of the table, the way
// from its name to its code, what COMMAND answers, its ACL categories, the positions of its keys.
//
//   [Command("GETEX", arity: -2, Flags.Write | Flags.Fast, Group.String, since: "6.2.0",
//       syntax: "key:key [expiration:(EX seconds:integer | PX milliseconds:integer | PERSIST)]")]
//   [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
//   internal static void GetEx(ref CommandContext call)
//
// A sub-command is named "CLIENT|LIST". A container that has no code of its own (CLIENT) carries the attribute on
// the static class that holds its sub-commands. The grammar of the syntax text stands in SyntaxParser.cs.
using System;

namespace Hexad.Commands;

/// <summary>Declares a command, a sub-command ("CLIENT|LIST") or, on a class, a container without code of its own.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class CommandAttribute : Attribute
{
    /// <param name="name">Upper case; a sub-command is "CONTAINER|NAME".</param>
    /// <param name="arity">Words of a call, name (and sub-command) included; negative: at least so many.</param>
    /// <param name="flags">What the dispatcher, ACL and COMMAND need to know.</param>
    /// <param name="group">The family under which COMMAND DOCS lists it, and from which its ACL category follows.</param>
    /// <param name="since">The version of Redis that had it first.</param>
    /// <param name="syntax">The arguments after the name, in the grammar of <see cref="SyntaxParser"/>.</param>
    public CommandAttribute(string name, int arity, Flags flags, Group group, string since, string syntax = "")
    {
        Name = name;
        Arity = arity;
        Flags = flags;
        Group = group;
        Since = since;
        Syntax = syntax;
    }

    public string Name { get; }

    public int Arity { get; }

    public Flags Flags { get; }

    public Group Group { get; }

    public string Since { get; }

    public string Syntax { get; }

    /// <summary>One sentence for COMMAND DOCS.</summary>
    public string? Summary { get; set; }

    /// <summary>The cost, for COMMAND DOCS: "O(1)", "O(N) where N is …".</summary>
    public string? Complexity { get; set; }

    /// <summary>Tips for clients, separated by blanks: "nondeterministic_output request_policy:all_shards".</summary>
    public string? Tips { get; set; }

    /// <summary>Replaces the category that follows from the group; those that follow from the flags are added all the same.</summary>
    public Acl Categories { get; set; }

    public DocFlags Doc { get; set; }

    public string? DeprecatedSince { get; set; }

    public string? ReplacedBy { get; set; }

    /// <summary>One change each: "7.0.0|What was added."</summary>
    public string[]? History { get; set; }
}

/// <summary>Put on a static partial class: the generator writes the table of all commands into it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CommandTableAttribute : Attribute
{
    /// <summary>Also take in the commands that the referenced assemblies declare. Then a sub-command without its container is an error.</summary>
    public bool IncludeReferenced { get; set; }
}
