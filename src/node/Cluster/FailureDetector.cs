using System;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// Keeps links up, pings, and finds out who does not answer.
///
/// Suspected: a ping is unanswered and nothing came for a node timeout. Or, fast: the machine answers that nobody
/// listens any more where a healthy process did; then the timeout need not be waited for.
/// Failed: a majority of the primaries with slots suspects. Only then does anything happen.
///
/// Primaries with slots ping each other four times a second, since the moment of the last ping is the moment from which
/// a silent machine's timeout runs: with the interval p it is suspected between timeout and timeout + p after its last
/// word. The interval grows with the number of primaries beyond 25 (10 ms each), so that a node never sends more than a
/// hundred of these pings a second: up to 46 primaries it stays within 450 ms. All other pairs ping as Redis does.
/// </summary>
internal sealed class FailureDetector(ClusterState state)
{
    private const int FastPingMs = 250;
    private const int FastPingPerVoterMs = 10;
    private const int RandomPingMs = 1_000;
    private const int RandomPingTries = 5;
    private const int ReconnectMs = 100;
    private const int RefusalsApartMs = 100;
    private const int MinConnectMs = 500;

    private MonotonicMs _nextRandomPing;

    /// <summary>How many links were closed because too much waited in them.</summary>
    public long BufferLimitExceeded { get; private set; }

    /// <summary>How many suspicions came from refusals, and how many from silence.</summary>
    public long FastSuspicions { get; private set; }
    public long SlowSuspicions { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do next, as far as it knew when it was last called.</summary>
    public MonotonicMs NextDue { get; private set; }

    /// <summary>Looks after every node.</summary>
    public void Tick()
    {
        NextDue = new MonotonicMs(long.MaxValue);
        foreach (ClusterNode node in state.Nodes.Snapshot())
        {
            if (node.IsMyself || !node.HasAddress) continue;
            LimitBuffer(node.Link);
            LimitBuffer(node.InboundLink);
            if (node.InHandshake && state.Now - node.CreatedAt > Math.Max(1_000, state.Settings.NodeTimeoutMs))
            {
                state.RemoveNode(node);
                continue;
            }

            GiveUpConnecting(node);
            Connect(node);
            if (!node.InHandshake) Watch(node);
            MonotonicMs due = DueOf(node);
            if (due < NextDue) NextDue = due;
        }

        PingOneAtRandom();
    }

    /// <summary>Opens a link to a node that has none, if it is time.</summary>
    public void Connect(ClusterNode node)
    {
        if (node.IsMyself || node.Link is not null || !node.HasAddress || state.Now < node.NextConnectAt) return;
        if (node.Address.Length == 0 || node.BusPort == 0) return;
        ClusterLink link = state.Links.Open(node, state.Time);
        state.Effects.Connect(link.Id, node.Address, node.BusPort);
    }

    /// <summary>The connection stands: the first packet on it is a ping, or MEET to a node that has to get to know us.</summary>
    public void LinkUp(ClusterLink link)
    {
        link.Up = true;
        if (link.Node is not { } node) return;
        MonotonicMs waitingSince = node.PingSent;
        bool meet = (node.Flags & NodeFlags.Meet) != 0;
        state.Packets.SendGossip(link, meet ? PacketType.Meet : PacketType.Ping);
        if (waitingSince.Value != 0) node.PingSent = waitingSince;
    }

    /// <summary>A connection broke, or did not come about.</summary>
    public void LinkLost(ClusterLink link, LinkRefusal? refusal)
    {
        ClusterNode? node = link.Node;
        bool wasUp = link.Up;
        state.Links.Remove(link);
        if (node is null) return;
        if (link.Inbound)
        {
            // Both directions closed tell more than one: look again at once.
            if (node.Link is null) node.NextConnectAt = state.Now;
            Connect(node);
            return;
        }

        node.NextConnectAt = wasUp ? state.Now : state.Now + ReconnectMs;
        if (refusal is not null && node.PingSent.Value == 0) node.PingSent = state.Now;
        if (refusal == LinkRefusal.Refused) Refused(node);
        else node.FirstRefusalAt = default;
        if (wasUp) Connect(node);
    }

    /// <summary>Any packet came from the node: it lives, whatever it says.</summary>
    public void Heard(ClusterNode node)
    {
        node.DataReceived = state.Now;
        node.FirstRefusalAt = default;
    }

    /// <summary>A PONG came on the link that we opened.</summary>
    public void Answered(ClusterNode node)
    {
        node.PongReceived = state.Now;
        node.PingSent = default;
        node.HadHealthyLink = true;
        if (node.IsSuspected)
        {
            node.Clear(NodeFlags.Suspected);
            node.SuspectedFast = false;
            state.HealthDue = true;
            state.Save();
        }
        else if (node.IsFailed)
        {
            UndoFailure(node);
        }
    }

    /// <summary>Marks a node as failed if this node suspects it and enough others do.</summary>
    public void FailIfMajority(ClusterNode node)
    {
        if (!node.IsSuspected || node.IsFailed) return;
        int suspecting = node.Reports.CountVoting(state.Now, state.Settings.NodeTimeoutMs) + (state.Myself.Votes ? 1 : 0);
        if (suspecting < state.Quorum) return;
        state.Notice($"Marking node {ClusterState.Name(node)} as failing (quorum reached).");
        MarkFailed(node, node.SuspectedFast);
        state.Packets.BroadcastFail(node);
    }

    /// <summary>FAIL: another node saw the majority.</summary>
    public void FailReported(ClusterNode node, ClusterNode reporter, bool fast)
    {
        if (node.IsFailed || node.IsMyself) return;
        state.Notice($"FAIL message received from {ClusterState.Name(reporter)} about {ClusterState.Name(node)}");
        MarkFailed(node, fast);
    }

    private void MarkFailed(ClusterNode node, bool fast)
    {
        node.Clear(NodeFlags.Suspected);
        node.Set(NodeFlags.Failed);
        node.FailedAt = state.Now;
        node.FailedFast = fast;
        state.HealthDue = true;
        state.ElectionDue = true;
        state.Save();
    }

    /// <summary>
    /// As Redis: a replica, or a primary without slots, is well as soon as it answers; a primary with slots only after
    /// two node timeouts without anyone taking its slots. Between Hexad nodes a failure that was seen by refusals is
    /// undone at once, unless this node has voted about it.
    /// </summary>
    private void UndoFailure(ClusterNode node)
    {
        string? why = null;
        bool voted = node.VotedAt.Value != 0 && node.VotedAt >= node.FailedAt;
        if (node.IsReplica) why = "replica is reachable again.";
        else if (node.Slots.Count == 0) why = "master without slots is reachable again.";
        else if (state.Now - node.FailedAt > state.Settings.NodeTimeoutMs * 2) why = "is reachable again and nobody is serving its slots after some time.";
        else if (node.FailedFast && node.Badge is not null && !voted) why = "is reachable again before anyone was elected.";
        if (why is null) return;
        state.Notice($"Clear FAIL state for node {ClusterState.Name(node)}: {why}");
        node.Clear(NodeFlags.Failed);
        node.FailedFast = false;
        state.HealthDue = true;
        state.Save();
    }

    private void LimitBuffer(ClusterLink? link)
    {
        long limitBytes = state.Settings.LinkSendBufferLimitBytes;
        if (link is null || limitBytes == 0 || link.QueuedBytes <= limitBytes) return;
        state.Log(ClusterLogLevel.Warning,
            $"Freeing cluster link({(link.Inbound ? "from" : "to")} node {link.Node?.Id}, used memory: {link.QueuedBytes}) " +
            "due to exceeding send buffer memory limit.");
        state.Close(link);
        BufferLimitExceeded++;
    }

    /// <summary>A connection that does not come about is tried anew: the first packets of the old one may have been lost.</summary>
    private void GiveUpConnecting(ClusterNode node)
    {
        if (node.Link is not { Up: false } link) return;
        if (state.Now - link.CreatedAt <= Math.Max(MinConnectMs, state.Settings.NodeTimeoutMs / 2)) return;
        if (node.PingSent.Value == 0) node.PingSent = state.Now;
        state.Close(link);
    }

    private void Watch(ClusterNode node)
    {
        long timeoutMs = state.Settings.NodeTimeoutMs;
        long silentMs = state.Now - node.DataReceived;
        long unansweredMs = node.PingSent.Value == 0 ? 0 : state.Now - node.PingSent;
        if (node.Link is { } link && state.Now - link.CreatedAt > timeoutMs && unansweredMs > timeoutMs / 2 &&
            (silentMs > timeoutMs / 2 || unansweredMs > timeoutMs))
        {
            // Half a timeout without an answer: perhaps only the connection is dead. Its successor pings at once. A node
            // that speaks on its own link but does not answer on ours is given the whole timeout: without a way to it,
            // no vote of ours would ever arrive there.
            state.Close(link);
            Connect(node);
        }

        if (node.PingSent.Value == 0 && node.Link is not null && state.Now - node.PongReceived >= PingIntervalMs(node))
        {
            if (node.Link.Up) state.Packets.SendGossip(node.Link, PacketType.Ping);
            else node.PingSent = state.Now;
        }

        if (node.PingSent.Value == 0 || node.IsSuspected || node.IsFailed) return;
        if (Math.Min(state.Now - node.PingSent, silentMs) > timeoutMs)
        {
            SlowSuspicions++;
            Suspect(node, fast: false);
        }
    }

    /// <summary>When there is something to do about a node next; connections that hang are looked at now and then only.</summary>
    private MonotonicMs DueOf(ClusterNode node)
    {
        if (node.Link is null) return node.NextConnectAt;
        if (node.InHandshake) return new MonotonicMs(long.MaxValue);
        if (node.PingSent.Value == 0) return node.PongReceived + PingIntervalMs(node);
        long timeoutMs = state.Settings.NodeTimeoutMs;
        MonotonicMs anew = node.PingSent + (timeoutMs / 2 + 1);
        MonotonicMs suspect = (node.PingSent > node.DataReceived ? node.PingSent : node.DataReceived) + (timeoutMs + 1);
        if (state.Now < anew) return anew;
        return state.Now < suspect ? suspect : new MonotonicMs(long.MaxValue);
    }

    private long PingIntervalMs(ClusterNode node)
    {
        long usualMs = state.Settings.NodeTimeoutMs / 2;
        if (!node.Votes || !state.Myself.Votes) return usualMs;
        return Math.Min(usualMs, Math.Max(FastPingMs, (state.Size - 1) * FastPingPerVoterMs));
    }

    /// <summary>
    /// A refusal says that the machine lives and the process does not, if nothing else could explain it: we had a
    /// healthy link to that address, both directions are closed, nothing came since, and it is refused twice, 100 ms apart.
    /// And it must be worth it: a replica that is in sync lives.
    /// </summary>
    private void Refused(ClusterNode node)
    {
        if (!state.Settings.FastSuspicion || node.InHandshake || node.IsSuspected || node.IsFailed) return;
        if (!node.HadHealthyLink || node.InboundLink is not null)
        {
            node.FirstRefusalAt = default;
            return;
        }

        if (node.FirstRefusalAt.Value == 0) node.FirstRefusalAt = state.Now;
        else if (state.Now - node.FirstRefusalAt >= RefusalsApartMs && HasLivingSuccessor(node))
        {
            FastSuspicions++;
            Suspect(node, fast: true);
        }
    }

    private static bool HasLivingSuccessor(ClusterNode node)
    {
        if (!node.Votes) return false;
        foreach (ClusterNode replica in node.ReplicaList)
        {
            bool inSync = replica.Badge is null ? replica.Offset.Value > 0 : replica.Is(Standing.MayStand);
            bool alive = !replica.IsFailed && !replica.IsSuspected && (replica.IsMyself || replica.Link is { Up: true });
            if (alive && (inSync || replica.IsMyself)) return true;
        }

        return false;
    }

    /// <summary>This node suspects; its word, and everyone else's need to know it, leave at once.</summary>
    private void Suspect(ClusterNode node, bool fast)
    {
        node.Set(NodeFlags.Suspected);
        node.SuspectedFast = fast;
        state.HealthDue = true;
        state.Log(ClusterLogLevel.Debug, $"*** NODE {node.Id} possibly failing");
        FailIfMajority(node);
        if (!node.IsSuspected || !state.Myself.Votes) return;
        foreach (ClusterNode voter in state.Nodes.Each)
        {
            if (voter.Votes && !voter.IsMyself && voter != node) state.Packets.SendGossip(voter.Link, PacketType.Pong);
        }
    }

    /// <summary>As Redis: once a second, of five nodes picked at random, the one that has been silent longest.</summary>
    private void PingOneAtRandom()
    {
        if (state.Now < _nextRandomPing || state.Nodes.Count == 0) return;
        _nextRandomPing = state.Now + RandomPingMs;
        ClusterNode? oldest = null;
        for (int i = 0; i < RandomPingTries; i++)
        {
            ClusterNode node = state.Nodes.Random(state.Dice);
            if (node.IsMyself || node.InHandshake || node.PingSent.Value != 0 || node.Link is not { Up: true }) continue;
            if (oldest is null || node.PongReceived < oldest.PongReceived) oldest = node;
        }

        state.Packets.SendGossip(oldest?.Link, PacketType.Ping);
    }
}
