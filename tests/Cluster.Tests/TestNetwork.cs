using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Cluster.Tests;

/// <summary>
/// Virtual time and a network in memory: deterministic, single-threaded, one millisecond from node to node. A link is a
/// pair of ends, in order as TCP keeps it.
/// </summary>
internal sealed class TestNetwork
{
    private const long EpochMs = 1_800_000_000_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly HashSet<(int, int)> _cut = [];
    private readonly Dictionary<(TestNode Node, long Link), (TestNode Node, long Link)> _ends = [];
    private long _order;

    public const int DelayMs = 1;
    public const int TickMs = 20;

    public TestNetwork() => NowMs = 1_000_000;

    public List<TestNode> Nodes { get; } = [];
    public long NowMs { get; private set; }
    public StepTime Time => new((EpochMs + NowMs) * 1000, NowMs * 1000);

    /// <summary>Connections to this port are answered with a refusal when they come from that node.</summary>
    public HashSet<(int From, int To)> Rejects { get; } = [];

    public TestNode Add(Action<ClusterSettings>? change = null)
    {
        var node = new TestNode(this, Nodes.Count);
        node.Settings.NodeTimeoutMs = 2_000;
        change?.Invoke(node.Settings);
        Nodes.Add(node);
        node.Boot();
        return node;
    }

    public void At(long delayMs, Action action) => _events.Enqueue(action, (NowMs + delayMs, _order++));

    /// <summary>Lets time pass.</summary>
    public void Run(long ms)
    {
        long end = NowMs + ms;
        while (_events.TryPeek(out Action? action, out (long At, long Order) when) && when.At <= end)
        {
            _events.Dequeue();
            NowMs = when.At;
            action();
        }

        NowMs = end;
    }

    /// <summary>Lets time pass until something holds; the time that took, or -1 if it did not within the limit.</summary>
    public long RunUntil(Func<bool> done, long limitMs)
    {
        long start = NowMs;
        while (NowMs - start <= limitMs)
        {
            if (done()) return NowMs - start;
            Run(1);
        }

        return -1;
    }

    /// <summary>Nothing passes between two nodes any more, in either direction.</summary>
    public void Cut(TestNode a, TestNode b)
    {
        _cut.Add((a.Index, b.Index));
        _cut.Add((b.Index, a.Index));
    }

    public void Isolate(TestNode node)
    {
        foreach (TestNode other in Nodes)
        {
            if (other != node) Cut(node, other);
        }
    }

    public void Heal() => _cut.Clear();

    internal void Connect(TestNode from, long link, int port)
    {
        TestNode? to = Nodes.Find(node => node.BusPort == port);
        At(DelayMs, () =>
        {
            if (to is not null && (_cut.Contains((from.Index, to.Index)) || to.IsSilent)) return;
            if (to is not { IsUp: true } || Rejects.Contains((from.Index, to.Index)))
            {
                Deliver(from, () => from.Machine.LinkRefused(Time, link, LinkRefusal.Refused));
                return;
            }

            long other = to.Machine.Accept(Time, TestNode.Address, TestNode.Address);
            _ends[(from, link)] = (to, other);
            _ends[(to, other)] = (from, link);
            Deliver(from, () => from.Machine.LinkUp(Time, link));
        });
    }

    internal void Send(TestNode from, long link, byte[] packet)
    {
        if (!_ends.TryGetValue((from, link), out (TestNode Node, long Link) end)) return;
        At(DelayMs, () =>
        {
            if (_cut.Contains((from.Index, end.Node.Index))) return;
            Deliver(end.Node, () =>
            {
                if (_ends.ContainsKey((end.Node, end.Link))) end.Node.Machine.Receive(Time, end.Link, packet);
            });
        });
    }

    internal void Close(TestNode from, long link)
    {
        if (!_ends.Remove((from, link), out (TestNode Node, long Link) end)) return;
        At(DelayMs, () =>
        {
            if (_cut.Contains((from.Index, end.Node.Index)) || !_ends.Remove((end.Node, end.Link))) return;
            Deliver(end.Node, () => end.Node.Machine.LinkDown(Time, end.Link));
        });
    }

    /// <summary>The process is gone, the machine is not: its kernel closes what it had open.</summary>
    internal void CloseAll(TestNode node)
    {
        foreach ((TestNode owner, long link) in new List<(TestNode, long)>(_ends.Keys))
        {
            if (owner == node) Close(node, link);
        }
    }

    private static void Deliver(TestNode node, Action action)
    {
        if (node.IsSilent) node.Waiting.Enqueue(action);
        else if (node.IsUp) action();
    }
}
