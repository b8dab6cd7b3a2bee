using System.Collections.Generic;
using System.Linq;
using Hexad.Processes;
using Xunit;

namespace Hexad.Guide;

/// <summary>
/// Whoever follows the guide: knows a client and a way to manage clusters, ours or the one that Debian has. Both print
/// the same.
/// </summary>
/// <param name="cli">The client program.</param>
/// <param name="trib">The cluster program in the old manner; null where only "redis-cli --cluster" exists.</param>
public sealed class Operator(string cli, string? trib)
{
    /// <summary>Sends one command and gives back what was printed, without the line end.</summary>
    public string Ask(Instance node, params string[] command)
    {
        Outcome outcome = Shell.Run(cli, ["-h", node.Host, "-p", node.Port.ToString(), .. command], limitMs: 20_000);
        return (outcome.Output + outcome.Error).TrimEnd('\n', '\r');
    }

    /// <summary>Sends one command to the node of its key, whichever that is.</summary>
    public string AskCluster(Instance node, params string[] command) => Ask(node, ["-c", .. command]);

    /// <summary>Types lines at the prompt of "redis-cli -c"; the lines that were printed.</summary>
    public IReadOnlyList<string> Type(Instance node, params string[] lines)
    {
        Outcome outcome = Shell.Run(cli, ["-c", "--no-raw", "-h", node.Host, "-p", node.Port.ToString()], string.Join('\n', lines) + "\n");
        Assert.True(outcome.Code == 0, outcome.ToString());
        return outcome.Output.TrimEnd('\n').Split('\n');
    }

    /// <summary>Makes a cluster of masters, answering its question.</summary>
    public Outcome Create(IEnumerable<Instance> masters, string answer = "yes\n")
    {
        string[] addresses = masters.Select(m => m.Address).ToArray();
        return trib is not null
            ? Shell.Run(trib, ["create", .. addresses], answer)
            : Shell.Run(cli, ["--cluster", "create", .. addresses], answer);
    }

    /// <summary>Adds a node as a replica of a master.</summary>
    public Outcome AddReplica(Instance added, Instance existing, string masterId) => trib is not null
        ? Shell.Run(trib, ["add-node", "--slave", "--master-id", masterId, added.Address, existing.Address])
        : Shell.Run(cli, ["--cluster", "add-node", added.Address, existing.Address, "--cluster-slave", "--cluster-master-id", masterId]);

    /// <summary>Runs check or info.</summary>
    public Outcome Inspect(string what, Instance node) => Shell.Run(cli, ["--cluster", what, node.Address]);
}
