using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Cluster;

/// <summary>Who says, and since when last, that a node does not answer. A report is good for twice the node timeout.</summary>
internal sealed class FailureReports
{
    private readonly List<(ClusterNode Reporter, MonotonicMs At)> _reports = [];

    /// <summary>Adds or renews a report; true if it is new.</summary>
    public bool Add(ClusterNode reporter, MonotonicMs now)
    {
        for (int i = 0; i < _reports.Count; i++)
        {
            if (_reports[i].Reporter != reporter) continue;
            _reports[i] = (reporter, now);
            return false;
        }

        _reports.Add((reporter, now));
        return true;
    }

    /// <summary>Takes a report back; true if there was one.</summary>
    public bool Remove(ClusterNode reporter) => _reports.RemoveAll(report => report.Reporter == reporter) > 0;

    /// <summary>How many reports are still good.</summary>
    public int Count(MonotonicMs now, long nodeTimeoutMs)
    {
        _reports.RemoveAll(report => now - report.At > nodeTimeoutMs * 2);
        return _reports.Count;
    }

    /// <summary>How many good reports come from nodes whose word counts.</summary>
    public int CountVoting(MonotonicMs now, long nodeTimeoutMs)
    {
        Count(now, nodeTimeoutMs);
        int voting = 0;
        foreach ((ClusterNode reporter, _) in _reports) voting += reporter.Votes ? 1 : 0;
        return voting;
    }
}
