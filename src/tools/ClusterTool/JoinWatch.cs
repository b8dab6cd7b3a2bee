using System.Collections.Generic;
using System.Linq;

namespace Hexad.ClusterTool;

/// <summary>What one node said when it was asked for CLUSTER NODES.</summary>
/// <param name="Address">Where it was asked, <c>host:port</c>.</param>
/// <param name="Views">Its answer; null when it did not answer.</param>
public sealed record NodeReport(string Address, IReadOnlyList<NodeView>? Views);

/// <summary>A way that does not work: nobody at one end reaches the other's bus port.</summary>
/// <param name="Target">The node that is not reached.</param>
/// <param name="From">Who tries, as <c>host:port</c>.</param>
public sealed record BlockedWay(NodeView Target, IReadOnlyList<string> From);

/// <summary>
/// Follows a cluster that comes together: is told what each node says again and again, and knows whether they all
/// know, reach and agree with each other, whether that comes nearer, and which ways are blocked. Pure: time and
/// questions belong to the caller.
/// </summary>
public sealed class JoinWatch
{
    private readonly Dictionary<(string From, string Target), NodeView> _waiting = [];
    private int _bestLinks = -1;

    /// <summary>Whether every node reaches every other and all agree who serves what.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the last look showed more links than any look before.</summary>
    public bool MadeProgress { get; private set; }

    /// <summary>Nodes that do not know some other at all, and are not trying to reach it: who, and how many are missing.</summary>
    public IReadOnlyList<(string Address, int Missing)> Ignorant { get; private set; } = [];

    /// <summary>Takes what the nodes say now.</summary>
    public void Look(IReadOnlyList<NodeReport> reports)
    {
        int links = 0;
        var ignorant = new List<(string, int)>();
        HashSet<string> ids = [];
        foreach (NodeReport report in reports)
        {
            if (report.Views?.FirstOrDefault(v => v.IsMyself) is { } me) ids.Add(me.Id);
        }

        foreach (NodeReport report in reports)
        {
            int reached = report.Views is null ? 0 : Note(report, ids);
            links += reached;
            int known = report.Views?.Count(v => ids.Contains(v.Id)) ?? 0;
            if (known < reports.Count) ignorant.Add((report.Address, reports.Count - known));
        }

        MadeProgress = links > _bestLinks;
        if (MadeProgress) _bestLinks = links;
        Ignorant = ignorant;
        IsComplete = links == reports.Count * (reports.Count - 1) && AllAgree(reports);
    }

    /// <summary>The ways that were tried and never worked, by the node that is not reached.</summary>
    public IReadOnlyList<BlockedWay> Blocked() =>
        _waiting.GroupBy(w => w.Key.Target)
            .OrderBy(g => g.Key, System.StringComparer.Ordinal)
            .Select(g => new BlockedWay(g.First().Value, g.Select(w => w.Key.From).OrderBy(f => f, System.StringComparer.Ordinal).ToList()))
            .ToList();

    /// <summary>Keeps in mind whom a node does not reach; how many of the others it does reach.</summary>
    private int Note(NodeReport report, HashSet<string> ids)
    {
        int reached = 0;
        foreach (NodeView view in report.Views!)
        {
            if (view.IsMyself) continue;
            (string, string) way = (report.Address, $"{view.Host}:{view.BusPort}");
            bool open = view.Connected && !view.InHandshake;

            // A handshake that gave up vanishes from the list; its way stays blocked until it is seen open.
            if (!open && !view.IsGone) _waiting[way] = view;
            if (!open) continue;
            _waiting.Remove(way);
            if (ids.Contains(view.Id)) reached++;
        }

        if (reached == ids.Count - 1)
        {
            foreach ((string From, string Target) way in _waiting.Keys.Where(w => w.From == report.Address).ToList()) _waiting.Remove(way);
        }

        return reached;
    }

    private static bool AllAgree(IReadOnlyList<NodeReport> reports)
    {
        string? first = null;
        foreach (NodeReport report in reports)
        {
            if (report.Views is null) return false;
            string signature = Layout.Signature(report.Views);
            if (first is not null && first != signature) return false;
            first = signature;
        }

        return true;
    }
}
