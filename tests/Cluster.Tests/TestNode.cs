using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;

namespace Hexad.Cluster.Tests;

/// <summary>
/// A machine with a disk, a replication stream that is only a number, and a record of what it asked for. It can crash,
/// fall silent (a stopped process) and start again from its disk.
/// </summary>
internal sealed class TestNode(TestNetwork network, int index) : IClusterEffects, IClusterNeighbours
{
    public const string Address = "127.0.0.1";

    private int _life;
    private ReplicationId _history;
    private long _primaryLostAt;

    public int Index { get; } = index;
    public int Port { get; private set; } = 7000 + index;
    public int BusPort => Port + 10_000;
    public ClusterSettings Settings { get; } = new() { Port = 7000 + index };
    public InjectedBugs Bugs { get; } = new();
    public ClusterMachine Machine { get; private set; } = null!;
    public bool IsUp { get; private set; }
    public bool IsSilent { get; private set; }
    public Queue<Action> Waiting { get; } = new();

    public string? Disk { get; set; }
    public int DiskDelayMs { get; set; } = 2;
    public List<string> Log { get; } = [];
    public List<string> Published { get; } = [];
    public HashSet<int> Keys { get; } = [];
    public HashSet<int> Dropped { get; } = [];
    public bool WritesPaused { get; private set; }
    public long Offset { get; set; }
    public bool HasData { get; set; }

    /// <summary>Holds the replication stream of this node back.</summary>
    public bool ReplicationStuck { get; set; }
    public NodeId? ReplicatesFrom { get; private set; }

    public NodeId Id => Machine.Myself.Id;
    public bool IsPrimary => Machine.Myself.IsPrimary;

    public void MoveTo(int port) => Port = port;

    public void Boot()
    {
        int life = ++_life;
        IsUp = true;
        IsSilent = false;
        Waiting.Clear();
        ReplicatesFrom = null;
        _primaryLostAt = network.NowMs;
        _history = new ReplicationId(new Dice((ulong)(Index * 1000 + life)).Id());
        Machine = new ClusterMachine(Settings, new Dice((ulong)(Index * 7919 + life)), this, this, Bugs);
        StartFault = Machine.Start(network.Time, Disk, out _);
        if (StartFault != ConfigFault.None)
        {
            IsUp = false;
            return;
        }

        Tick(life);
    }

    public ConfigFault StartFault { get; private set; }

    /// <summary>SIGKILL: connections are closed, new ones refused, what was not on disk is lost.</summary>
    public void Crash()
    {
        IsUp = false;
        _life++;
        WritesPaused = false;
        network.CloseAll(this);
    }

    /// <summary>SIGSTOP.</summary>
    public void FallSilent() => IsSilent = true;

    /// <summary>SIGCONT.</summary>
    public void WakeUp()
    {
        IsSilent = false;
        while (Waiting.TryDequeue(out Action? action)) action();
        Tick(_life);
    }

    public string? Do(Func<Operator, string?> command) => Machine.Operate(network.Time, command);

    public void Write(long bytes = 1)
    {
        MustBeWritable();
        Offset += bytes;
        HasData = true;
    }

    ReplicationStatus IClusterNeighbours.Replication
    {
        get
        {
            bool up = PrimaryNode() is { IsUp: true, IsSilent: false } && HasData;
            return new ReplicationStatus(_history, new ReplicationOffset(Offset), up, up ? 0 : network.NowMs - _primaryLostAt, HasData);
        }
    }

    long IClusterNeighbours.KeysIn(SlotIndex slot) => Keys.Contains(slot.Value) ? 1 : 0;

    bool IClusterNeighbours.HasNoKeys => Keys.Count == 0 && !HasData;

    void IClusterEffects.Connect(long link, string address, int port) => network.Connect(this, link, port);

    void IClusterEffects.Close(long link) => network.Close(this, link);

    void IClusterEffects.Send(long link, byte[] packet) => network.Send(this, link, packet);

    void IClusterEffects.SaveConfig(long version, string text, bool sync)
    {
        int life = _life;
        network.At(DiskDelayMs, () =>
        {
            if (life != _life) return;
            Disk = text;
            Machine.ConfigSaved(network.Time, version);
        });
    }

    void IClusterEffects.ReplicateFrom(NodeId primary, string address, int port)
    {
        ReplicatesFrom = primary;
        _primaryLostAt = network.NowMs;
    }

    void IClusterEffects.BecomePrimary() => ReplicatesFrom = null;

    void IClusterEffects.PauseWrites(MonotonicMs until) => WritesPaused = true;

    void IClusterEffects.ResumeWrites() => WritesPaused = false;

    void IClusterEffects.Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded) =>
        Published.Add($"{Encoding.Latin1.GetString(channel)}={Encoding.Latin1.GetString(message)}{(sharded ? " sharded" : "")}");

    void IClusterEffects.DropSlots(IReadOnlyList<SlotIndex> slots)
    {
        foreach (SlotIndex slot in slots)
        {
            Dropped.Add(slot.Value);
            Keys.Remove(slot.Value);
        }
    }

    void IClusterEffects.DropAllData()
    {
        Keys.Clear();
        HasData = false;
        Offset = 0;
    }

    void IClusterEffects.HealthChanged(bool ok)
    {
    }

    void IClusterEffects.Log(ClusterLogLevel level, string line) => Log.Add($"{network.NowMs} {line}");

    private TestNode? PrimaryNode() => ReplicatesFrom is { } id ? network.Nodes.Find(node => node.IsUp && node.Id == id) : null;

    private void MustBeWritable() => Invariant.That(IsUp && IsPrimary && !WritesPaused);

    /// <summary>How often the machine was told that time passes.</summary>
    public int Ticks { get; private set; }

    private void Tick(int life)
    {
        if (life != _life || !IsUp || IsSilent) return;
        Replicate();
        if (network.Time.Monotonic >= Machine.NextTick)
        {
            Ticks++;
            Machine.Tick(network.Time);
            Machine.Validate();
        }

        network.At(TestNetwork.TickMs, () => Tick(life));
    }

    /// <summary>The stream: a replica has what its living primary has, at once, unless it is held back.</summary>
    private void Replicate()
    {
        if (PrimaryNode() is not { IsSilent: false } primary)
        {
            return;
        }

        _primaryLostAt = network.NowMs;
        if (ReplicationStuck || !primary.IsPrimary) return;
        Offset = primary.Offset;
        _history = primary._history;
        HasData = true;
    }
}
