using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>The members that one step of SSCAN or HSCAN came upon: addresses, good until the collection changes. Used again and again.</summary>
internal sealed class ScannedMembers
{
    private readonly List<Member> _members = [];

    /// <summary>What collects them.</summary>
    public Collector Visitor;

    public ScannedMembers() => Visitor = new Collector(_members);

    /// <summary>How many there are.</summary>
    public int Count => _members.Count;

    /// <summary>All of them.</summary>
    public ReadOnlySpan<Member> All => CollectionsMarshal.AsSpan(_members);

    /// <summary>Forgets them.</summary>
    public void Clear() => _members.Clear();

    /// <summary>Adds what a scan tells.</summary>
    public readonly struct Collector(List<Member> into) : IMemberVisitor
    {
        /// <inheritdoc/>
        public void Visit(Member member) => into.Add(member);
    }
}
