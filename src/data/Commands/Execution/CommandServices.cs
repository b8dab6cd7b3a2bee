using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>
/// What the data commands of one node share. The engine derives from it; below it nothing knows of sessions.
/// </summary>
public abstract class CommandServices
{
    protected CommandServices(Databases databases, NodeOptions options, Dice dice)
    {
        Databases = databases;
        Options = options;
        Dice = dice;
        Scored = new ScoredList(dice);
    }

    /// <summary>The keyspace.</summary>
    public Databases Databases { get; }

    /// <summary>The node's configuration.</summary>
    public NodeOptions Options { get; }

    /// <summary>The node's source of chance.</summary>
    public Dice Dice { get; }

    /// <summary>The hash of the running call's first key, where it has been computed.</summary>
    public KeyHash FirstKey { get; set; }

    /// <summary>What the running command wants repeated elsewhere.</summary>
    public Propagation Propagation { get; } = new();

    /// <summary>Room for the keys of one step of SCAN.</summary>
    internal KeyBuffer Scanned { get; } = new();

    /// <summary>Room for the elements of SORT.</summary>
    internal SortRows Sorted { get; } = new();

    /// <summary>Room for the members of one step of SSCAN or HSCAN.</summary>
    internal ScannedMembers ScannedMembers { get; } = new();

    /// <summary>Room for the members that SRANDMEMBER or HRANDFIELD has chosen: their blocks.</summary>
    internal System.Collections.Generic.HashSet<nint> Chosen { get; } = [];

    /// <summary>Room for members with scores on their way into a sorted set or a reply.</summary>
    internal ScoredList Scored { get; }

    /// <summary>A place to change HyperLogLogs.</summary>
    internal SketchBench Sketches => field ??= new SketchBench();

    /// <summary>Room for the ids of entries that the running XAUTOCLAIM gave to its consumer.</summary>
    internal List<StreamId> ClaimedIds { get; } = [];

    /// <summary>Room for the ids of entries that the running XAUTOCLAIM found deleted.</summary>
    internal List<StreamId> DeletedIds { get; } = [];

    /// <summary>Pending entries that a stream command is about to give to somebody else; empty between commands.</summary>
    internal List<StreamPending> Claimable { get; } = [];

    /// <summary>How many changes there have been: what decides whether a command is propagated, and when to save.</summary>
    public long Changes { get; set; }

    /// <summary>Keys that were asked for and found.</summary>
    public long KeyspaceHits { get; set; }

    /// <summary>Keys that were asked for and not found.</summary>
    public long KeyspaceMisses { get; set; }

    /// <summary>Fields of hashes that were removed because their time was up.</summary>
    public long ExpiredFields { get; set; }

    /// <summary>The classes of notifications that are wanted; none costs nothing.</summary>
    public EventClass NotifiedClasses { get; set; }

    /// <summary>
    /// Whether the running call may wait for a key. It may not within a transaction or a script, and not in a primary's
    /// stream: there it is answered at once as if its time were up.
    /// </summary>
    public bool MayBlock { get; set; } = true;

    /// <summary>
    /// Lets the caller of <paramref name="call"/> wait for keys: see <see cref="CommandContext.Block"/>, through which
    /// commands come here.
    /// </summary>
    public abstract void Block(in CommandContext call, in KeyWait wait);

    /// <summary>
    /// A key changed, came to be or went away: watchers and client-side caches must hear of it, and clients that wait for
    /// the key are served when the running command has ended.
    /// </summary>
    public abstract void KeyChanged(Database db, ReadOnlySpan<byte> key);

    /// <summary>Clients that wait for the key are served when the running command has ended, although its value is what it was to watchers.</summary>
    public abstract void KeyReady(Database db, ReadOnlySpan<byte> key);

    /// <summary>All keys of a database have gone away (FLUSHDB) or have been exchanged for others (SWAPDB), or of all databases when <paramref name="db"/> is null; called afterwards.</summary>
    public abstract void DatabaseChanged(Database? db);

    /// <summary>Publishes a keyspace notification.</summary>
    public abstract void Notify(EventClass eventClass, string what, ReadOnlySpan<byte> key, Database db);
}
