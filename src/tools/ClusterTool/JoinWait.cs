using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>
/// Waits until nodes that were introduced to each other have all met. The wait is bounded: when for 10 seconds nothing
/// has come nearer, it says which node is not reached on which bus port, by whom, and what to open.
/// </summary>
public sealed class JoinWait(IReadOnlyList<ClusterNode> nodes, ClusterLog log)
{
    private const int LookEveryMs = 200;
    private const int DotEveryMs = 1000;
    private const int PatienceMs = 10_000;
    private const int ProbeTimeoutMs = 1000;

    /// <summary>Waits; false when they did not come together, which is explained.</summary>
    public bool Run()
    {
        log.Part("Waiting for the cluster to join\n");
        var watch = new JoinWatch();
        long start = Stopwatch.GetTimestamp();
        long lastProgress = start;
        int dots = 0;
        while (true)
        {
            watch.Look(nodes.Select(n => new NodeReport(n.Address, n.AskViews())).ToList());
            if (watch.IsComplete) break;
            if (watch.MadeProgress) lastProgress = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(lastProgress).TotalMilliseconds > PatienceMs)
            {
                log.Line("");
                Explain(watch);
                return false;
            }

            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > (dots + 1) * DotEveryMs)
            {
                log.Part(".");
                dots++;
            }

            Thread.Sleep(LookEveryMs);
        }

        log.Line("");
        return true;
    }

    private void Explain(JoinWatch watch)
    {
        IReadOnlyList<BlockedWay> blocked = watch.Blocked();
        if (blocked.Count == 0)
        {
            log.Bad("[ERR] The nodes do not come together, although none of them reports an unreachable bus port.");
            foreach ((string address, int missing) in watch.Ignorant) log.Bad($" - {address} does not know {missing} of the others yet");
            log.Bad("   Look at the log files of the nodes, then run this command again.");
            return;
        }

        log.Bad($"[ERR] {blocked.Count} node(s) cannot be reached by others on the cluster bus:");
        foreach (BlockedWay way in blocked)
        {
            string target = $"{way.Target.Host}:{way.Target.BusPort}";
            log.Bad($" - The bus port {way.Target.BusPort} of node {way.Target.Host}:{way.Target.Port} cannot be reached from:");
            foreach (string from in way.From) log.Bad($"     {from}");
            log.Bad($"   From this machine {target} {Probe(way.Target.Host, way.Target.BusPort)}.");
            log.Bad($"   Open TCP port {way.Target.BusPort} on {way.Target.Host} for connections from the machines above, in both directions.");
        }

        log.Bad($"   The bus port is the port for clients plus {Layout.BusPortOffset}, unless a node is configured otherwise; every node must reach\n" +
            "   the bus port of every other. Then run this command again with the same nodes.");
    }

    private static string Probe(string host, int port)
    {
        try
        {
            using Connection probe = Connection.Open(new Endpoint(host, port), new ConnectOptions { ConnectTimeoutMs = ProbeTimeoutMs });
            return "can be reached, so the way between the nodes is what is closed";
        }
        catch (ConnectionException e)
        {
            return e.Fault == ConnectionFault.TimedOut
                ? "does not answer: a firewall drops the packets, or the address is wrong"
                : $"refuses ({e.Message}): nothing listens there, or a firewall rejects";
        }
    }
}
