using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Hexad.Client;
using Hexad.Core;

namespace Hexad.ClusterTool;

/// <summary>Commands that bring data in and out: import from a server outside the cluster, backup to a folder.</summary>
public sealed class TransferCommands(ClusterRequest request, ClusterLog log)
{
    private const int ScanPage = 1000;

    /// <summary>import host:port --from source — moves (or copies) every key of another server in; the exit code.</summary>
    public int Import(Endpoint endpoint)
    {
        if (request.From is null)
        {
            log.Refuse("[ERR] Option '--cluster-from' is required for subcommand 'import'.");
            return 1;
        }

        if (!Endpoint.TryParse(request.From, out Endpoint from))
        {
            log.Refuse("[ERR] Invalid --cluster-from host. You need to pass a valid address (ie. 120.0.0.1:7000).");
            return 1;
        }

        log.Step($">>> Importing data from {from.Host}:{from.Port} to cluster {endpoint.Host}:{endpoint.Port}");
        using ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null || !new ClusterCheck(map, log, request).Run(quiet: false)) return 1;
        using ClusterNode? source = ClusterNode.Connect(from, log, request.FromCredentials);
        if (source is null || !source.Ask(out Reply info, "INFO", "cluster")) return 1;
        if (InfoText.Number(info.Text, "cluster_enabled") == 1)
        {
            log.Bad("[ERR] The source node should not be a cluster node.");
            return 1;
        }

        if (!source.Ask(out Reply size, "DBSIZE")) return 1;
        log.Warn($"*** Importing {size.Integer} keys from DB 0");
        source.BePatient(2 * request.TimeoutMs);
        return MoveAll(source, Owners(map)) ? 0 : 1;
    }

    /// <summary>backup host:port folder — a dump of each master and a description of the cluster; the exit code.</summary>
    public int Backup(Endpoint endpoint, string folder)
    {
        using ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null) return 1;
        int before = log.Errors;
        bool sound = new ClusterCheck(map, log, request).Run(quiet: false);
        int errors = log.Errors - before;
        string json = "[\n" + string.Join(",\n", map.Nodes.Select(n => Description(n, sound ? 0 : errors))) + "\n]";
        bool saved = true;
        foreach (ClusterNode master in map.Masters)
        {
            log.Step($">>> Node {master.Address} -> Saving RDB...");
            string file = Path.Combine(folder, $"redis-node-{master.Endpoint.Host}-{master.Endpoint.Port}-{master.Id}.rdb");
            saved &= new ReplicationStream(master.Connection, log.Console).SaveDump(file) == 0;
        }

        string description = Path.Combine(folder, "nodes.json");
        log.Step($"Saving cluster configuration to: {description}");
        try
        {
            File.WriteAllText(description, json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Bad($"Could not save nodes to: {description}");
            saved = false;
        }

        if (!saved)
        {
            log.Bad("[ERR] Failed to back cluster!");
            return 1;
        }

        if (!sound) log.Warn("*** Cluster seems to have some problems, please be aware of it if you're going to restore this backup.");
        log.Good($"[OK] Backup created into: {folder}");
        return 0;
    }

    private static ClusterNode?[] Owners(ClusterMap map)
    {
        var owners = new ClusterNode?[Layout.SlotCount];
        foreach (ClusterNode master in map.Masters)
        {
            for (int slot = 0; slot < Layout.SlotCount; slot++)
            {
                if (master.Slots.Has(slot)) owners[slot] = master;
            }
        }

        return owners;
    }

    private bool MoveAll(ClusterNode source, ClusterNode?[] owners)
    {
        string cursor = "0";
        do
        {
            if (!source.Ask(out Reply page, "SCAN", cursor, "COUNT", ScanPage.ToString()) || page.Elements.Count != 2) return false;
            cursor = page.Elements[0].Text;
            foreach (Reply key in page.Elements[1].Elements)
            {
                ClusterNode target = owners[SlotIndex.Of(key.Bytes).Value]!;
                log.Part($"Migrating {key.Text} to {target.Address}: ");
                if (source.Call(Command(target, key.Bytes)) is not { } reply) return false;
                if (reply.IsError)
                {
                    log.Bad($"Source {source.Address} replied with error:\n{reply.Text}");
                    return false;
                }

                log.Good("OK");
            }
        }
        while (cursor != "0");

        return true;
    }

    // MIGRATE host port key db timeout [AUTH …] [COPY] [REPLACE]
    private byte[][] Command(ClusterNode target, byte[] key)
    {
        var words = new List<byte[]>();
        void Add(string word) => words.Add(Encoding.UTF8.GetBytes(word));
        Add("MIGRATE");
        Add(target.Endpoint.Host);
        Add(target.Endpoint.Port.ToString());
        words.Add(key);
        Add("0");
        Add(request.TimeoutMs.ToString());
        foreach (string word in SlotMover.AuthWords(request.Credentials)) Add(word);
        if (request.Copy) Add("COPY");
        if (request.Replace) Add("REPLACE");
        return [.. words];
    }

    private static string Description(ClusterNode node, int errors)
    {
        NodeView view = node.View;
        string ranges = string.Join(',', Layout.Ranges(view.Slots).Select(r => r.First == r.Last ? $"[{r.First}]" : $"[{r.First},{r.Last}]"));
        string text = $"  {{\n    \"name\": \"{view.Id}\",\n    \"host\": \"{node.Endpoint.Host}\",\n    \"port\": {node.Endpoint.Port},\n" +
            $"    \"replicate\": {(view.MasterId is null ? "null" : $"\"{view.MasterId}\"")},\n    \"slots\": [{ranges}],\n" +
            $"    \"slots_count\": {view.Slots.Count},\n    \"flags\": \"{string.Join(',', view.Flags.Where(f => f != "myself"))}\",\n" +
            $"    \"current_epoch\": {view.Epoch}";
        if (errors > 0) text += $",\n    \"cluster_errors\": {errors}";
        text += Open("migrating", view.Migrating) + Open("importing", view.Importing);
        return text + "\n  }";
    }

    private static string Open(string name, IReadOnlyList<(int Slot, string Id)> slots) =>
        slots.Count == 0 ? "" : $",\n    \"{name}\": {{{string.Join(',', slots.Select(s => $"\"{s.Slot}\": \"{s.Id}\""))}}}";
}
