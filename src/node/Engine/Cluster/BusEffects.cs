using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;

namespace Hexad.Engine;

/// <summary>Carries out what the cluster machine wants done: links, nodes.conf, replication, keys, log.</summary>
internal sealed class BusEffects(Node node, ClusterPart part) : IClusterEffects
{
    private const int DropAtOnce = 256;

    private readonly Dictionary<long, BusLink> _links = [];
    private (long Version, string Text)? _nextSave;
    private bool _saving;
    private Endpoint _following;

    /// <summary>Someone connected to the bus port.</summary>
    public void Accepted(Link link)
    {
        link.KeepAliveSeconds = KeepAliveSeconds;
        long id = part.Machine.Accept(node.Now, link.Remote.Address, link.Local.Address);
        Add(id, link);
    }

    /// <summary>Tells the machine how much waits in each link.</summary>
    public void ReportQueues()
    {
        foreach ((long id, BusLink link) in _links)
        {
            if (part.Machine.FindLink(id) is { } known) known.QueuedBytes = link.QueuedBytes;
        }
    }

    /// <summary>The link is gone.</summary>
    public void Forget(long id) => _links.Remove(id);

    public void Connect(long link, string address, int port)
    {
        var outgoing = new Link(LinkKind.BusOutbound, node.Segments)
        {
            Number = -link,
            Remote = new Endpoint(address, port),
            Local = part.SourceAddress,
            ConnectTimeoutMs = (int)Math.Clamp(node.Options.ClusterNodeTimeoutMs, 100, 60_000),
            KeepAliveSeconds = KeepAliveSeconds,
        };
        Add(link, outgoing);
        node.Host.Connect(outgoing);
    }

    public void Close(long link)
    {
        if (!_links.Remove(link, out BusLink? found)) return;
        found.IsClosed = true;
        node.Host.Close(found.Link, CloseMode.Now);
    }

    public void Send(long link, byte[] packet)
    {
        if (!_links.TryGetValue(link, out BusLink? found)) return;
        found.Send(packet);
    }

    /// <summary>One file at a time: what comes while one is being written waits, and only the newest of it is written.</summary>
    public void SaveConfig(long version, string text, bool sync)
    {
        _nextSave = (version, text);
        if (!_saving) SaveNext();
    }

    public void ReplicateFrom(NodeId primary, string address, int port)
    {
        node.Set(NodeConditions.Replica, true);
        _following = new Endpoint(address, port);
        TellReplication();
    }

    public void BecomePrimary()
    {
        node.Set(NodeConditions.Replica, false);
        _following = Endpoint.None;
        part.Replication?.Lead();
    }

    /// <summary>Tells replication whom to follow: when that changes, and when replication comes to be after the cluster.</summary>
    public void TellReplication()
    {
        if (!_following.IsNone) part.Replication?.Follow(_following.Address, _following.Port);
    }

    public void PauseWrites(MonotonicMs until) => node.Pause.Begin(PauseReason.Failover, PauseScope.Writes, until);

    public void ResumeWrites() => node.Pause.End(PauseReason.Failover);

    public void Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded) => part.Published?.Invoke(channel, message, sharded);

    /// <summary>Key by key, since this node's own replicas have to delete them too.</summary>
    public void DropSlots(IReadOnlyList<SlotIndex> slots)
    {
        Database database = node.Databases[0];
        var keys = new KeyBuffer();
        foreach (SlotIndex slot in slots)
        {
            part.SlotUse.Reset(slot.Value);
            while (database.CountInSlot(slot) > 0)
            {
                keys.Clear();
                database.KeysInSlot(slot, DropAtOnce, keys);
                if (keys.Count == 0) break;
                for (int i = 0; i < keys.Count; i++) Drop(database, keys[i]);
            }
        }

        node.Dispatcher.PropagateLoose();
    }

    public void DropAllData()
    {
        node.Databases[0].Flush(FreeMode.Later);
        node.Services.DatabaseChanged(node.Databases[0]);
    }

    public void HealthChanged(bool ok)
    {
    }

    public void Log(ClusterLogLevel level, string line) => node.Host.Log(
        level switch
        {
            ClusterLogLevel.Debug => LogLevel.Debug,
            ClusterLogLevel.Verbose => LogLevel.Verbose,
            ClusterLogLevel.Notice => LogLevel.Notice,
            _ => LogLevel.Warning,
        },
        line);

    private int KeepAliveSeconds => (int)Math.Max(1, node.Options.ClusterNodeTimeoutMs / 1000 * 2);

    private void Drop(Database database, ReadOnlySpan<byte> key)
    {
        database.Delete(key, FreeMode.Later);
        node.Services.Propagation.Also(database.Index, 2);
        node.Services.Propagation.Add("DEL"u8);
        node.Services.Propagation.Add(key);
        node.Services.Changes++;
        node.Services.KeyChanged(database, key);
    }

    private void Add(long id, Link link)
    {
        var bus = new BusLink(node, part, this, id, link);
        link.Owner = bus;
        _links.Add(id, bus);
    }

    private void SaveNext()
    {
        if (_nextSave is not { } next) return;
        _nextSave = null;
        _saving = true;
        node.Host.Submit(new FileWork
        {
            Lane = Lane.State,
            Verb = FileVerb.Replace,
            Path = part.ConfigPath,
            Bytes = Encoding.Latin1.GetBytes(next.Text),
            WhenDone = work => Saved((FileWork)work, next.Version),
        });
    }

    private void Saved(FileWork work, long version)
    {
        _saving = false;
        if (work.Fault != FileFault.None)
        {
            node.Host.Log(LogLevel.Warning, $"Fatal: can't update cluster config file {work.Path}: {work.Error}");
            node.Host.Exit(1);
            return;
        }

        part.Saved(version);
        if (!_saving) SaveNext();
    }
}
