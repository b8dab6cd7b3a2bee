using System;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>How far a replica of ours has come.</summary>
public enum ReplicaStage
{
    /// <summary>It has said things about itself (REPLCONF), and has not asked for the stream.</summary>
    Introducing,

    /// <summary>It waits for a snapshot to begin.</summary>
    WaitsForSnapshot,

    /// <summary>It gets a snapshot, or waits for its file to be ready.</summary>
    GetsSnapshot,

    /// <summary>It has been sent the whole snapshot; the stream begins when it says that it has loaded it.</summary>
    Loads,

    /// <summary>It follows the stream.</summary>
    Online,
}

/// <summary>What a replica has said that it can do, and wants.</summary>
[Flags]
public enum ReplicaAbilities
{
    None = 0,
    /// <summary>"eof": takes a snapshot whose length is not known at its start.</summary>
    EndMark = 1,
    /// <summary>"psync2": understands that a history goes on under another id.</summary>
    SecondHistory = 2,
    /// <summary>Wants the snapshot and no stream.</summary>
    SnapshotOnly = 4,
    /// <summary>Wants no keys in the snapshot (rdb-filter-only without data).</summary>
    WithoutData = 8,
    /// <summary>Asked with SYNC: sends no acknowledgements.</summary>
    Old = 16,
    /// <summary>"hexad": one of ours, which reads and knows all that we write.</summary>
    Hexad = 32,
}

/// <summary>A replica as its primary knows it.</summary>
public sealed class Replica(long number)
{
    /// <summary>Tells it from others: the number of its session.</summary>
    public long Number { get; } = number;

    /// <summary>How far it has come.</summary>
    public ReplicaStage Stage { get; set; }

    /// <summary>What it can do, and wants.</summary>
    public ReplicaAbilities Abilities { get; set; }

    /// <summary>Where it listens for clients, as it says; 0: it did not say.</summary>
    public int Port { get; set; }

    /// <summary>The address at which it wants to be known, or empty: the one it came from.</summary>
    public string AnnouncedAddress { get; set; } = "";

    /// <summary>The address it came from.</summary>
    public string Address { get; set; } = "";

    /// <summary>The version it says it is, or empty.</summary>
    public string Version { get; set; } = "";

    /// <summary>Whether its snapshot is sent when all of it is there, and not as it is made: until then nothing has been sent.</summary>
    public bool AwaitsWhole { get; set; }

    /// <summary>How many bytes of the stream have been handed to its link.</summary>
    public ReplicationOffset Position { get; set; }

    /// <summary>How many bytes of the stream it has applied, as it says.</summary>
    public ReplicationOffset Acknowledged { get; set; }

    /// <summary>When it said so last.</summary>
    public MonotonicMs AcknowledgedAt { get; set; }

    /// <summary>When it began to wait for a snapshot.</summary>
    public MonotonicMs WaitsSince { get; set; }

    /// <summary>When its link last took bytes of the snapshot.</summary>
    public MonotonicMs ProgressAt { get; set; }

    /// <summary>Since when its output has been over the soft limit, or 0.</summary>
    public MonotonicMs OverSoftLimitSince { get; set; }

    /// <summary>Whether it can do or wants this.</summary>
    public bool Has(ReplicaAbilities ability) => (Abilities & ability) != 0;

    /// <summary>The address at which it is known.</summary>
    public string KnownAddress => AnnouncedAddress.Length > 0 ? AnnouncedAddress : Address;

    /// <summary>Whether it needs the stream kept from <see cref="Position"/> on.</summary>
    public bool Reads => Stage is ReplicaStage.GetsSnapshot or ReplicaStage.Loads or ReplicaStage.Online && !Has(ReplicaAbilities.SnapshotOnly);

    /// <summary>Whether INFO and others list it as a replica.</summary>
    public bool IsCounted => Stage != ReplicaStage.Introducing;

    /// <summary>The state's name as INFO prints it.</summary>
    public string StateName => Stage switch
    {
        ReplicaStage.WaitsForSnapshot or ReplicaStage.GetsSnapshot => "wait_bgsave",
        ReplicaStage.Loads => Has(ReplicaAbilities.EndMark) ? "online" : "send_bulk",
        ReplicaStage.Online => "online",
        _ => "",
    };

    /// <summary>Whole seconds since it last acknowledged, 0 before it is online.</summary>
    public long LagSeconds(MonotonicMs now) => Stage == ReplicaStage.Online ? (now - AcknowledgedAt) / 1000 : 0;
}
