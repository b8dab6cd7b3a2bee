using System;
using System.Collections.Generic;
using Hexad.Client;

namespace Hexad.Up;

/// <summary>One instance of a local cluster.</summary>
/// <param name="Host">The loopback address that stands for its machine.</param>
/// <param name="Port">Its port for clients.</param>
/// <param name="Shard">Which share of the slots it has a copy of.</param>
/// <param name="IsMaster">Whether it begins as the master of its shard.</param>
public sealed record LocalNode(string Host, int Port, int Shard, bool IsMaster)
{
    /// <summary>Its address.</summary>
    public Endpoint Endpoint => new(Host, Port);

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>
/// Where the instances of a local cluster run. Machines are loopback addresses, 127.0.0.1 and up. Each shard has a port
/// of its own, the same on every machine; its master is on the machine of its number, its replicas are on the
/// machines that follow:
///
/// <code>
///              machine 1     machine 2     machine 3
///   shard a    master :6379  replica :6379
///   shard b                  master :6380  replica :6380
///   shard c    replica :6381               master :6381
/// </code>
/// </summary>
public static class LocalPlan
{
    private const int LeastMasters = 3;
    private const int LeastMachines = 3;

    /// <summary>The instances, masters first; null with a fault in words when the numbers do not fit.</summary>
    public static IReadOnlyList<LocalNode>? Make(int nodes, int replicas, int firstPort, out string fault)
    {
        fault = "";
        if (replicas < 0) fault = "A master cannot have fewer than 0 replicas.";
        int shards = replicas < 0 ? 0 : nodes / (replicas + 1);
        if (fault.Length == 0 && shards < LeastMasters)
            fault = $"A cluster needs at least {LeastMasters} masters: {nodes} nodes with {replicas} replica(s) each make {shards}. Use --nodes {LeastMasters * (replicas + 1)} or more.";
        if (fault.Length == 0 && (firstPort < 1 || firstPort + shards + 10_000 > 65_536)) fault = $"The ports {firstPort} to {firstPort + shards - 1} leave no room for the bus ports 10000 above them.";
        if (fault.Length > 0) return null;

        int extra = nodes - (shards * (replicas + 1));
        int machines = Math.Max(LeastMachines, replicas + 1 + ((extra + shards - 1) / shards));
        var plan = new List<LocalNode>();
        for (int i = 0; i < nodes; i++)
        {
            int shard = i % shards;
            int copy = i / shards;
            plan.Add(new LocalNode($"127.0.0.{1 + ((shard + copy) % machines)}", firstPort + shard, shard, copy == 0));
        }

        return plan;
    }
}
