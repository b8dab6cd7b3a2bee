using System;
using System.Collections.Generic;
using System.Globalization;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>Why a nodes.conf is not taken.</summary>
public enum ConfigFault
{
    /// <summary>It is taken.</summary>
    None,

    /// <summary>There is nothing in it: as if there were no file.</summary>
    Empty,

    /// <summary>It does not end with the complete line of variables: the end is missing.</summary>
    Torn,

    /// <summary>A line is not what it should be.</summary>
    Corrupt,

    /// <summary>No line says "myself", or two do.</summary>
    NoMyself,
}

/// <summary>
/// nodes.conf: what this node must not forget. One line a node as in <see cref="NodeText"/>, then
///
///     vars currentEpoch N lastVoteEpoch M
///
/// as the last line. The last line proves that the file is whole: a file without it, or cut within it, is refused, since
/// a node that starts with half of its memory could vote twice in an epoch. Redis 7.0 and 7.2 read what is written here.
/// </summary>
internal static class ConfigFile
{
    /// <summary>The file's text.</summary>
    public static string Write(ClusterState state) =>
        NodeText.All(state, NodeFlags.Handshake, config: true, state.Settings.TlsCluster) +
        $"vars currentEpoch {state.CurrentEpoch} lastVoteEpoch {state.LastVoteEpoch}\n";

    /// <summary>Fills an empty state from the text.</summary>
    public static ConfigFault Load(string text, ClusterState state, out string badLine)
    {
        badLine = "";
        if (text.Length == 0) return ConfigFault.Empty;
        string[] lines = text.Split('\n');
        if (!state.Bugs.TornConfigsAreTrusted && !IsWhole(lines)) return ConfigFault.Torn;
        var loader = new Loader(state);
        foreach (string line in lines)
        {
            if (line.Length == 0) continue;
            badLine = line;
            string[] words = line.TrimEnd('\r').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool good = words.Length == 0 || (words[0] == "vars" ? loader.TakeVariables(words) : loader.TakeNode(words));
            if (good) continue;
            if (state.Bugs.TornConfigsAreTrusted && loader.FoundMyself) break;
            return ConfigFault.Corrupt;
        }

        badLine = "";
        if (!loader.FoundMyself) return ConfigFault.NoMyself;
        state.CurrentEpoch = Math.Max(state.LastVoteEpoch, state.Nodes.MaxEpoch(state.CurrentEpoch));
        return ConfigFault.None;
    }

    /// <summary>The text ends with an end of line, and the line before it is a complete line of variables.</summary>
    private static bool IsWhole(string[] lines)
    {
        if (lines.Length < 2 || lines[^1].Length != 0) return false;
        string[] words = lines[^2].TrimEnd('\r').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 5 && words.Length % 2 == 1 && words[0] == "vars"
            && Array.IndexOf(words, "currentEpoch") > 0 && Array.IndexOf(words, "lastVoteEpoch") > 0;
    }

    private sealed class Loader(ClusterState state)
    {
        private readonly HashSet<ClusterNode> _withShard = [];

        public bool FoundMyself { get; private set; }

        public bool TakeVariables(string[] words)
        {
            if (words.Length % 2 == 0) return false;
            for (int i = 1; i < words.Length; i += 2)
            {
                bool known = words[i] is "currentEpoch" or "lastVoteEpoch";
                if (!known) continue;
                if (!ulong.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)) return false;
                if (words[i] == "currentEpoch") state.CurrentEpoch = value;
                else state.LastVoteEpoch = value;
            }

            return true;
        }

        /// <summary>id address flags primary ping pong epoch link slots...</summary>
        public bool TakeNode(string[] words)
        {
            if (words.Length < 8 || !TryNode(words[0], out ClusterNode? node)) return false;
            if (!TakeAddress(node, words[1]) || !TakeFlags(node, words[2]) || !TakePrimary(node, words[3])) return false;
            if (!long.TryParse(words[4], out long ping) || !long.TryParse(words[5], out long pong)) return false;
            if (!ulong.TryParse(words[6], NumberStyles.None, CultureInfo.InvariantCulture, out ulong epoch)) return false;
            if (ping != 0) node.PingSent = state.Now;
            if (pong != 0) node.PongReceived = state.Now;
            node.ConfigEpoch = node is { IsReplica: true, Primary: not null } ? 0 : epoch;
            for (int i = 8; i < words.Length; i++)
            {
                if (!(words[i][0] == '[' ? TakeMove(words[i]) : TakeSlots(node, words[i]))) return false;
            }

            return true;
        }

        private bool TryNode(string text, out ClusterNode node)
        {
            node = state.Myself;
            if (!HexId.TryParse(text, out HexId id) || id.IsNone) return false;
            if (state.Nodes.Find(new NodeId(id)) is { } known)
            {
                node = known;
                return true;
            }

            node = new ClusterNode(new NodeId(id), NodeFlags.None, state.Now) { ShardId = state.Dice.Id() };
            node.DataReceived = state.Now;
            state.Nodes.Add(node);
            return true;
        }

        private bool TakeAddress(ClusterNode node, string text)
        {
            string[] parts = text.Split(',');
            if (parts.Length > 1) node.Hostname = parts[1];
            bool tcpGiven = false, tlsGiven = false;
            for (int i = 2; i < parts.Length; i++)
            {
                string[] pair = parts[i].Split('=');
                if (pair.Length != 2 || !TakeAux(node, pair[0], pair[1])) return false;
                tcpGiven |= pair[0] == "tcp-port";
                tlsGiven |= pair[0] == "tls-port";
            }

            int colon = parts[0].LastIndexOf(':');
            if (colon < 0) return false;
            node.Address = parts[0][..colon];
            string[] ports = parts[0][(colon + 1)..].Split('@');
            if (ports.Length > 2 || !TryPort(ports[0], out int port)) return false;
            bool isTls = tcpGiven || (!tlsGiven && state.Settings.TlsCluster);
            if (isTls) node.TlsPort = port;
            else node.Port = port;
            int busPort = node.ClusterPort(state.Settings.TlsCluster) + 10_000;
            if (ports.Length == 2 && !TryPort(ports[1], out busPort)) return false;
            node.BusPort = busPort;
            return true;
        }

        private bool TakeAux(ClusterNode node, string name, string value)
        {
            int port;
            switch (name)
            {
                case "shard-id":
                    if (!HexId.TryParse(value, out HexId shard)) return false;
                    node.ShardId = shard;
                    _withShard.Add(node);
                    return true;
                case "nodename":
                    node.HumanName = value;
                    return true;
                case "tcp-port":
                    if (!TryPort(value, out port)) return false;
                    node.Port = port;
                    return true;
                case "tls-port":
                    if (!TryPort(value, out port)) return false;
                    node.TlsPort = port;
                    return true;
                default:
                    // Newer servers write fields that we have no use for; their file starts here all the same.
                    return name.Length > 0;
            }
        }

        private bool TakeFlags(ClusterNode node, string text)
        {
            foreach (string name in text.Split(','))
            {
                if (!NodeText.TryFlag(name, out NodeFlags flag)) return false;
                // What was true when the file was written may not be now: a failure has to be agreed on again.
                if (flag == NodeFlags.Failed) flag = NodeFlags.Suspected;
                if (flag == NodeFlags.Myself)
                {
                    if (FoundMyself) return false;
                    FoundMyself = true;
                    state.Myself = node;
                    state.Slots.Myself = node;
                }

                node.Set(flag);
            }

            return !(node.IsPrimary && node.IsReplica);
        }

        private bool TakePrimary(ClusterNode node, string text)
        {
            if (text[0] == '-') return true;
            if (!TryNode(text, out ClusterNode? primary) || primary == node) return false;
            if (!_withShard.Contains(node)) node.ShardId = primary.ShardId;
            node.Primary = primary;
            primary.AddReplica(node);
            return true;
        }

        private bool TakeSlots(ClusterNode node, string text)
        {
            int dash = text.IndexOf('-');
            string first = dash < 0 ? text : text[..dash];
            string last = dash < 0 ? text : text[(dash + 1)..];
            if (!TrySlot(first, out int start) || !TrySlot(last, out int stop)) return false;
            for (; start <= stop; start++) state.Slots.Assign(start, node);
            return true;
        }

        /// <summary>"[slot->-id]" for a slot that goes there, "[slot-&lt;-id]" for one that comes from there.</summary>
        private bool TakeMove(string text)
        {
            int dash = text.IndexOf('-');
            if (dash < 2 || text.Length != dash + 3 + HexId.TextLength + 1 || text[^1] != ']') return false;
            if (!TrySlot(text[1..dash], out int slot) || !TryNode(text[(dash + 3)..^1], out ClusterNode? peer)) return false;
            if (text[dash + 1] == '>') state.Slots.SetMigrating(slot, peer);
            else state.Slots.SetImporting(slot, peer);
            return true;
        }

        private static bool TrySlot(string text, out int slot) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out slot) && slot < SlotIndex.Count;

        private static bool TryPort(string text, out int port) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
    }
}
