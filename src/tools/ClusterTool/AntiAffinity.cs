using System.Collections.Generic;
using System.Linq;
using Hexad.Core;

namespace Hexad.ClusterTool;

/// <summary>
/// How badly a master and its replicas are spread over machines: 10000 for each replica on its master's machine, 1 for
/// each replica that shares a machine with another of the same master. 0 is perfect. Swapping replicas at random,
/// where that makes nothing worse, finds a good arrangement quickly.
/// </summary>
public static class AntiAffinity
{
    private const int TriesPerNode = 500;
    private const int SameAsMaster = 10_000;

    /// <summary>The score of an arrangement.</summary>
    public static int Score(IReadOnlyList<PlannedNode> nodes) => Neighbours(nodes).Sum(group => Score(group));

    /// <summary>Whether a score means that a replica is on its master's machine.</summary>
    public static bool SharesWithMaster(int score) => score >= SameAsMaster;

    /// <summary>Swaps replicas between masters until the score is 0 or the tries are used up; the score then.</summary>
    public static int Optimize(IReadOnlyList<PlannedNode> nodes, Dice dice)
    {
        List<PlannedNode> replicas = nodes.Where(n => n.Master is not null).ToList();
        int score = Score(nodes);
        for (int tries = TriesPerNode * nodes.Count; tries > 0 && score > 0 && replicas.Count > 1; tries--)
        {
            List<PlannedNode> offenders = Offenders(nodes);
            PlannedNode first = offenders[dice.Below(offenders.Count)];
            PlannedNode second = replicas[dice.Below(replicas.Count)];
            if (first == second) continue;
            (first.Master, second.Master) = (second.Master, first.Master);
            int swapped = Score(nodes);

            // An equal score is kept: the best arrangement may need several swaps.
            if (swapped > score) (first.Master, second.Master) = (second.Master, first.Master);
            else score = swapped;
        }

        return score;
    }

    /// <summary>Nodes of one shard on one machine, where there are several.</summary>
    private static IEnumerable<List<PlannedNode>> Neighbours(IReadOnlyList<PlannedNode> nodes) =>
        nodes.GroupBy(n => (n.Host, Shard: (n.Master ?? n).Id)).Select(g => g.ToList()).Where(g => g.Count > 1);

    private static int Score(List<PlannedNode> group) =>
        group.Any(n => n.Master is null) ? SameAsMaster * (group.Count - 1) : group.Count;

    private static List<PlannedNode> Offenders(IReadOnlyList<PlannedNode> nodes) =>
        Neighbours(nodes).Select(group => group.First(n => n.Master is not null)).ToList();
}
