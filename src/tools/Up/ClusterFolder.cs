using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Hexad.Client;

namespace Hexad.Up;

/// <summary>
/// The folder of a local cluster: one folder an instance, with its configuration, its data, its log and its process id;
/// and a list of the instances, so that they are found again.
/// </summary>
public sealed class ClusterFolder(string root)
{
    private string ListFile => Path.Combine(root, "nodes.txt");

    /// <summary>The folder.</summary>
    public string Root => root;

    /// <summary>The configuration of an instance.</summary>
    public string ConfigFile(LocalNode node) => Path.Combine(Folder(node), $"redis-{node.Port}.conf");

    /// <summary>The log of an instance.</summary>
    public string LogFile(LocalNode node) => Path.Combine(Folder(node), $"redis-{node.Port}.log");

    /// <summary>What an instance wrote before it had its log.</summary>
    public string OutputFile(LocalNode node) => Path.Combine(Folder(node), "output.txt");

    /// <summary>Where the process id of an instance stands.</summary>
    public string PidFile(LocalNode node) => Path.Combine(Folder(node), $"redis-{node.Port}.pid");

    /// <summary>The instances of a cluster that was made here before; null if none was.</summary>
    public IReadOnlyList<LocalNode>? ReadList()
    {
        if (!File.Exists(ListFile)) return null;
        var nodes = new List<LocalNode>();
        foreach (string line in File.ReadAllLines(ListFile))
        {
            // host port shard master|replica
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 4) nodes.Add(new LocalNode(words[0], CNumber.Int32(words[1]), CNumber.Int32(words[2]), words[3] == "master"));
        }

        return nodes;
    }

    /// <summary>Writes the list, and the configuration of every instance that has none yet.</summary>
    public void Write(IReadOnlyList<LocalNode> nodes, int nodeTimeoutMs, bool pinSource)
    {
        Directory.CreateDirectory(root);
        File.WriteAllLines(ListFile, nodes.Select(n => $"{n.Host} {n.Port} {n.Shard} {(n.IsMaster ? "master" : "replica")}"));
        foreach (LocalNode node in nodes)
        {
            Directory.CreateDirectory(Folder(node));
            if (!File.Exists(ConfigFile(node))) File.WriteAllText(ConfigFile(node), Config(node, nodeTimeoutMs, pinSource));
        }
    }

    /// <summary>The process id that an instance wrote down; null if there is none.</summary>
    public int? ReadPid(LocalNode node) =>
        File.Exists(PidFile(node)) && int.TryParse(File.ReadAllText(PidFile(node)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;

    /// <summary>The last lines of an instance's log, or of what it wrote instead.</summary>
    public IEnumerable<string> LogTail(LocalNode node, int lines)
    {
        foreach (string file in (string[])[OutputFile(node), LogFile(node)])
        {
            if (!File.Exists(file)) continue;
            foreach (string line in File.ReadLines(file).TakeLast(lines)) yield return line;
        }
    }

    private string Folder(LocalNode node) => Path.Combine(root, $"{node.Host}-{node.Port}");

    private string Config(LocalNode node, int nodeTimeoutMs, bool pinSource) =>
        $"""
        # One of the instances of a local cluster, written by "hexad up". It is read when the cluster is started again,
        # and never overwritten: change what you like. To start this instance alone: hexad server {ConfigFile(node)}
        bind {node.Host}
        protected-mode no
        port {node.Port}
        dir {Folder(node)}
        pidfile {PidFile(node)}
        logfile {LogFile(node)}
        cluster-enabled yes
        cluster-config-file nodes-{node.Port}.conf
        cluster-node-timeout {nodeTimeoutMs}

        """ + (pinSource ? $"bind-source-addr {node.Host}\n" : "");
}
