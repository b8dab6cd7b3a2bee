using System;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>
/// Which stream of changes our data is a state of, and how far it goes: PSYNC2's pair of replication ids.
///
/// <code>
///   Id2 ───────────────┐ SecondOffset - 1
///                      └── Id ───────────── Offset
/// </code>
///
/// A replica that becomes a primary begins a new history (it may write what the old primary never had) but remembers
/// the old one up to the place of the change, so that its siblings, which followed the same old one, can go on with it.
/// </summary>
public sealed class ReplicationHistory
{
    /// <summary>A history of its own, at offset 0.</summary>
    public ReplicationHistory(Dice dice) => Id = new ReplicationId(dice.Id());

    /// <summary>The id of the history (<c>master_replid</c>).</summary>
    public ReplicationId Id { get; private set; }

    /// <summary>The history that this one came out of, or none (<c>master_replid2</c>).</summary>
    public ReplicationId Id2 { get; private set; }

    /// <summary>The first byte that <see cref="Id2"/> does not share with us, or -1 (<c>second_repl_offset</c>).</summary>
    public ReplicationOffset SecondOffset { get; private set; } = new(-1);

    /// <summary>How many bytes of the history our data holds (<c>master_repl_offset</c>).</summary>
    public ReplicationOffset Offset { get; private set; }

    /// <summary>So many more bytes are in our data.</summary>
    public void Advance(long bytes)
    {
        Invariant.That(bytes >= 0);
        Offset += bytes;
    }

    /// <summary>Begins a new history that shares nothing with any other; the offset goes on.</summary>
    public void Renew(Dice dice)
    {
        Id = new ReplicationId(dice.Id());
        Forget();
    }

    /// <summary>Begins a new history out of the one so far: we were a replica and become a primary.</summary>
    public void Branch(Dice dice)
    {
        Remember();
        Id = new ReplicationId(dice.Id());
    }

    /// <summary>Takes over a primary's history at a place: all our data came from there.</summary>
    public void Adopt(ReplicationId id, ReplicationOffset offset)
    {
        Id = id;
        Offset = offset;
        Forget();
    }

    /// <summary>The primary goes on with our history, under this id now.</summary>
    public void ContinueAs(ReplicationId id)
    {
        if (id == Id) return;
        Remember();
        Id = id;
    }

    /// <summary>Whether somebody who holds history <paramref name="id"/> up to before byte <paramref name="asked"/> holds a part of ours.</summary>
    public bool Contains(ReplicationId id, ReplicationOffset asked) =>
        id == Id || (!Id2.IsNone && id == Id2 && asked <= SecondOffset);

    private void Remember()
    {
        Id2 = Id;
        SecondOffset = Offset + 1;
    }

    private void Forget()
    {
        Id2 = default;
        SecondOffset = new ReplicationOffset(-1);
    }
}
