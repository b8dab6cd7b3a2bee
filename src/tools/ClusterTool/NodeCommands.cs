using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>Commands that add, remove and look at nodes of a cluster that stands.</summary>
public sealed class NodeCommands(ClusterRequest request, ClusterLog log)
{
    private const int ReplicateTries = 50;
    private const int ReplicatePauseMs = 200;
    private const int LeastTimeoutMs = 100;

    /// <summary>add-node new:port existing:port — lets a node join, as an empty master or as a replica; the exit code.</summary>
    public int Add(Endpoint added, Endpoint existing)
    {
        log.Step($">>> Adding node {added.Host}:{added.Port} to cluster {existing.Host}:{existing.Port}");
        using ClusterMap? map = ClusterMap.Load(existing, log, request.Credentials);
        if (map is null || !new ClusterCheck(map, log, request).Run(quiet: false)) return 1;
        if (!TryChooseMaster(map, out ClusterNode? master)) return 1;
        ClusterNode? node = ClusterNode.Load(added, log, request.Credentials);
        if (node is null)
        {
            log.Bad($"[ERR] Sorry, can't connect to node {added.Host}:{added.Port}");
            return 1;
        }

        ClusterNode first = map.Nodes[0];
        bool isKnown = map.Find(node.Id) is not null || node.Others.Any(o => map.Find(o.Id) is not null);
        if (!isKnown && !IsAlone(node))
        {
            node.Dispose();
            return 1;
        }

        if (!isKnown) map.Add(node);
        if (master is null && !isKnown && !CopyFunctions(first, node)) return 1;
        log.Step($">>> Send CLUSTER MEET to node {node.Address} to make it join the cluster.");
        if (first.ResolveHost() is not { } host || !node.Meet(first, host)) return 1;
        if (!new JoinWait(map.Nodes, log).Run()) return 1;
        if (master is not null)
        {
            log.Step($">>> Configure node as replica of {master.Address}.");
            if (!Follow(node, master)) return 1;
        }

        log.Good("[OK] New node added correctly.");
        return 0;
    }

    /// <summary>del-node host:port id — lets everybody forget a node that serves nothing; the exit code.</summary>
    public int Remove(Endpoint endpoint, string id)
    {
        log.Step($">>> Removing node {id} from cluster {endpoint.Host}:{endpoint.Port}");
        using ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null) return 1;
        if (map.Find(id) is not { } leaving)
        {
            log.Bad($"[ERR] No such node ID {id}");
            return 1;
        }

        if (leaving.Slots.Count > 0)
        {
            log.Bad($"[ERR] Node {leaving.Address} is not empty! Reshard data away and try again.");
            return 1;
        }

        log.Step(">>> Sending CLUSTER FORGET messages to the cluster...");
        foreach (ClusterNode node in map.Nodes)
        {
            if (node == leaving) continue;
            if (node.IsReplica && node.View.MasterId == leaving.Id)
            {
                if (map.Masters.Where(m => m != leaving).MinBy(m => m.ReplicaCount) is not { } master) return 1;
                log.Step($">>> {node.Address} as replica of {master.Address}");
                if (!node.Do("CLUSTER", "REPLICATE", master.Id)) return 1;
                master.ReplicaCount++;
            }

            if (!node.Do("CLUSTER", "FORGET", leaving.Id)) return 1;
        }

        log.Step(">>> Sending CLUSTER RESET SOFT to the deleted node.");
        return leaving.Do("CLUSTER", "RESET", "SOFT") ? 0 : 1;
    }

    /// <summary>set-timeout host:port milliseconds — on every node, and into its configuration file; the exit code.</summary>
    public int SetTimeout(Endpoint endpoint, string milliseconds)
    {
        int timeoutMs = CNumber.Int32(milliseconds);
        if (timeoutMs < LeastTimeoutMs)
        {
            log.Refuse($"Setting a node timeout of less than {LeastTimeoutMs} milliseconds is a bad idea.");
            return 1;
        }

        using ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null) return 1;
        log.Step(">>> Reconfiguring node timeout in every cluster node...");
        int good = 0;
        foreach (ClusterNode node in map.Nodes)
        {
            if (!node.TryAsk(out _, out string fault, "CONFIG", "SET", "cluster-node-timeout", timeoutMs.ToString())
                || !node.TryAsk(out _, out fault, "CONFIG", "REWRITE"))
            {
                log.Bad($"ERR setting node-timeout for {node.Address}: {fault}");
                continue;
            }

            log.Warn($"*** New timeout set for {node.Address}");
            good++;
        }

        log.Step($">>> New node timeout set. {good} OK, {map.Nodes.Count - good} ERR.");
        return 0;
    }

    /// <summary>call host:port command… — sends a command to every node; the exit code.</summary>
    public int Call(Endpoint endpoint, IReadOnlyList<string> command)
    {
        using ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null) return 1;
        log.Step($">>> Calling {string.Join(' ', command)}");
        var formatter = new ReplyFormatter("\n"u8.ToArray(), []);
        byte[][] words = command.Select(Encoding.UTF8.GetBytes).ToArray();
        foreach (ClusterNode node in map.Nodes)
        {
            if ((request.OnlyMasters && node.IsReplica) || (request.OnlyReplicas && !node.IsReplica)) continue;
            log.Part($"{node.Address}: ");
            if (node.Call(words) is { } reply) log.Console.Write(formatter.Format(reply, OutputMode.Raw, verbatim: false).Bytes);
            else log.Part("Failed!");
            log.Line("");
        }

        return 0;
    }

    private bool TryChooseMaster(ClusterMap map, out ClusterNode? master)
    {
        master = null;
        if (!request.Slave) return true;
        if (request.MasterId is { } id)
        {
            master = map.Find(id);
            if (master is null) log.Bad($"[ERR] No such master ID {id}");
            return master is not null;
        }

        master = map.LeastReplicated();
        if (master is null) return false;
        log.Line($"Automatically selected master {master.Address}");
        return true;
    }

    private bool IsAlone(ClusterNode node)
    {
        if (!node.Ask(out Reply size, "DBSIZE")) return false;
        if (size.Integer == 0 && node.Others.All(o => o.InHandshake)) return true;
        log.Bad($"[ERR] Node {node.Address} is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.");
        return false;
    }

    /// <summary>A new master gets the functions that the others have; a replica gets them from its master.</summary>
    private bool CopyFunctions(ClusterNode from, ClusterNode to)
    {
        log.Step(">>> Getting functions from cluster");
        if (!from.TryAsk(out Reply dump, out string fault, "FUNCTION", "DUMP"))
        {
            log.Step($">>> Failed retrieving Functions from the cluster, skip this step as Redis version do not support function command (error = '{fault}')");
            return true;
        }

        log.Step($">>> Send FUNCTION LIST to {to.Address} to verify there is no functions in it");
        if (!to.TryAsk(out Reply list, out fault, "FUNCTION", "LIST"))
        {
            log.Bad($">>> Failed on FUNCTION LIST (error = '{fault}')");
            return false;
        }

        if (list.Elements.Count > 0)
        {
            log.Bad(">>> New node already contains functions and can not be added to the cluster. Use FUNCTION FLUSH and try again.");
            return false;
        }

        log.Step($">>> Send FUNCTION RESTORE to {to.Address}");
        return to.Call("FUNCTION"u8.ToArray(), "RESTORE"u8.ToArray(), dump.Bytes) is { } reply && Accept(reply);
    }

    private bool Accept(Reply reply)
    {
        if (!reply.IsError) return true;
        log.Bad($">>> Failed loading functions to the new node (error = '{reply.Text}')");
        return false;
    }

    private bool Follow(ClusterNode node, ClusterNode master)
    {
        string fault = "";
        for (int tries = 0; tries < ReplicateTries; tries++)
        {
            if (node.TryAsk(out _, out fault, "CLUSTER", "REPLICATE", master.Id)) return true;
            if (!fault.Contains("Unknown node", StringComparison.Ordinal)) break;
            Thread.Sleep(ReplicatePauseMs);
        }

        log.Bad($"Node {node.Address} replied with error:\n{fault}");
        return false;
    }
}
