using System.Collections.Generic;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>
/// What somebody asked the cluster tool to do: a command with its arguments and every option that any of the commands
/// takes. Made by the argument rules of <c>redis-cli --cluster</c> or of <c>redis-trib</c>, which differ.
/// </summary>
public sealed record ClusterRequest
{
    /// <summary>The command: create, check, info, fix, reshard, rebalance, add-node, del-node, call, set-timeout, import, backup, help.</summary>
    public required string Command { get; init; }

    /// <summary>What stands behind the command, options left out.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Answer every question with yes.</summary>
    public bool Yes { get; init; }

    /// <summary>How many replicas each master of a new cluster gets.</summary>
    public int Replicas { get; init; }

    /// <summary>The added node becomes a replica.</summary>
    public bool Slave { get; init; }

    /// <summary>The id of the master that an added replica follows; null lets the tool choose.</summary>
    public string? MasterId { get; init; }

    /// <summary>Where slots (reshard) or keys (import) come from.</summary>
    public string? From { get; init; }

    /// <summary>Where slots go.</summary>
    public string? To { get; init; }

    /// <summary>How many slots to move.</summary>
    public int Slots { get; init; }

    /// <summary>The time limit of one MIGRATE, in milliseconds.</summary>
    public int TimeoutMs { get; init; } = 60_000;

    /// <summary>How many keys one MIGRATE takes.</summary>
    public int Pipeline { get; init; } = 10;

    /// <summary>How far a master may be from its due share before it is rebalanced, in percent.</summary>
    public double ThresholdPercent { get; init; } = 2;

    /// <summary>Only show what rebalancing would do.</summary>
    public bool Simulate { get; init; }

    /// <summary>Overwrite keys that exist at the target.</summary>
    public bool Replace { get; init; }

    /// <summary>Leave imported keys at their source.</summary>
    public bool Copy { get; init; }

    /// <summary>Rebalancing also fills masters that have no slots.</summary>
    public bool UseEmptyMasters { get; init; }

    /// <summary>Look for slots that several nodes claim.</summary>
    public bool SearchMultipleOwners { get; init; }

    /// <summary>Fix although masters cannot be reached, at the price of their data.</summary>
    public bool FixWithUnreachableMasters { get; init; }

    /// <summary>Call masters only.</summary>
    public bool OnlyMasters { get; init; }

    /// <summary>Call replicas only.</summary>
    public bool OnlyReplicas { get; init; }

    /// <summary>Weights of masters, each <c>id=weight</c>.</summary>
    public IReadOnlyList<string> Weights { get; init; } = [];

    /// <summary>How to log in to the nodes.</summary>
    public Credentials Credentials { get; init; } = Credentials.None;

    /// <summary>How to log in to the node that keys are imported from.</summary>
    public Credentials FromCredentials { get; init; } = Credentials.None;

    /// <summary>Say more about what is done.</summary>
    public bool Verbose { get; init; }
}
