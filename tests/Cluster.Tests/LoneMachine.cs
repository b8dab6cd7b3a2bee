using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

/// <summary>
/// One machine whose peers are written packet by packet, so that a test can say things that no honest node would.
/// Time stands still unless it is moved.
/// </summary>
internal sealed class LoneMachine : IClusterEffects, IClusterNeighbours
{
    private long _nowMs = 1_000_000;

    public LoneMachine(string? config = null, Action<ClusterSettings>? change = null, InjectedBugs? bugs = null)
    {
        change?.Invoke(Settings);
        Bugs = bugs ?? new InjectedBugs();
        Machine = new ClusterMachine(Settings, new Dice(5), this, this, Bugs);
        Fault = Machine.Start(Time, config, out string badLine);
        BadLine = badLine;
    }

    public ClusterSettings Settings { get; } = new() { Port = 7000 };
    public InjectedBugs Bugs { get; }
    public ClusterMachine Machine { get; }
    public ConfigFault Fault { get; }
    public string BadLine { get; }
    public StepTime Time => new((1_800_000_000_000 + _nowMs) * 1000, _nowMs * 1000);
    public ReplicationStatus Replication { get; set; }
    public bool HasNoKeys { get; set; } = true;

    public List<(long Link, byte[] Packet)> Sent { get; } = [];
    public List<long> Connecting { get; } = [];
    public List<(long Version, string Text, bool Sync)> Saves { get; } = [];
    public List<string> Log { get; } = [];
    public NodeId? Follows { get; private set; }
    public List<SlotIndex> Dropped { get; } = [];

    /// <summary>Saves at once whatever asks for it.</summary>
    public bool SavesAtOnce { get; set; } = true;

    public void Pass(long ms)
    {
        for (long step = 0; step < ms; step += 20)
        {
            _nowMs += 20;
            Machine.Tick(Time);
            Settle();
        }
    }

    /// <summary>Answers what the machine waits for: links stand, files are saved.</summary>
    public void Settle()
    {
        while (Connecting.Count > 0 || (SavesAtOnce && Unsaved > 0))
        {
            if (SavesAtOnce && Unsaved > 0) SaveAll();
            if (Connecting.Count == 0) continue;
            long link = Connecting[0];
            Connecting.RemoveAt(0);
            Machine.LinkUp(Time, link);
        }
    }

    private long _saved;

    public int Unsaved => Saves.FindAll(save => save.Version > _saved).Count;

    public void SaveAll()
    {
        _saved = Saves[^1].Version;
        Machine.ConfigSaved(Time, _saved);
    }

    /// <summary>Takes note of packets only from now on.</summary>
    public void ForgetSent() => Sent.Clear();

    public int CountSent(PacketType type)
    {
        int count = 0;
        foreach ((_, byte[] bytes) in Sent)
        {
            Assert.Equal(PacketFault.None, BusPacket.TryRead(bytes, out BusPacket packet));
            if (packet.Type == type) count++;
        }

        return count;
    }

    /// <summary>A peer that the machine knows, with a link from it.</summary>
    public Peer Meet(int port, bool hexad = true)
    {
        var peer = new Peer(this, port, hexad);
        Assert.Null(Machine.Operate(Time, op => op.Meet("10.0.0." + port % 256, port)));
        long link = Connecting[^1];
        Connecting.RemoveAt(Connecting.Count - 1);
        Machine.LinkUp(Time, link);
        peer.OurLink = link;
        peer.Answer();
        peer.ItsLink = Machine.Accept(Time, peer.Address, "10.0.0.1");
        peer.Ping();
        Settle();
        return peer;
    }

    long IClusterNeighbours.KeysIn(SlotIndex slot) => HasNoKeys ? 0 : 1;

    void IClusterEffects.Connect(long link, string address, int port) => Connecting.Add(link);

    void IClusterEffects.Close(long link) => Connecting.Remove(link);

    void IClusterEffects.Send(long link, byte[] packet) => Sent.Add((link, packet));

    void IClusterEffects.SaveConfig(long version, string text, bool sync) => Saves.Add((version, text, sync));

    void IClusterEffects.ReplicateFrom(NodeId primary, string address, int port) => Follows = primary;

    void IClusterEffects.BecomePrimary() => Follows = null;

    void IClusterEffects.PauseWrites(MonotonicMs until)
    {
    }

    void IClusterEffects.ResumeWrites()
    {
    }

    void IClusterEffects.Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
    }

    void IClusterEffects.DropSlots(IReadOnlyList<SlotIndex> slots) => Dropped.AddRange(slots);

    void IClusterEffects.DropAllData()
    {
    }

    void IClusterEffects.HealthChanged(bool ok)
    {
    }

    void IClusterEffects.Log(ClusterLogLevel level, string line) => Log.Add(line);
}

/// <summary>A node that a test speaks for.</summary>
internal sealed class Peer(LoneMachine machine, int port, bool hexad)
{
    private ulong _sequence;

    public NodeId Id { get; set; } = new(new Dice((ulong)port).Id());
    public string Address => "10.0.0." + port % 256;
    public long OurLink { get; set; }
    public long ItsLink { get; set; }
    public NodeFlags Role { get; set; } = NodeFlags.Primary;
    public NodeId Primary { get; set; }
    public SlotSet Slots { get; } = new();
    public ulong CurrentEpoch { get; set; }
    public ulong ConfigEpoch { get; set; }
    public long Offset { get; set; }
    public ulong History { get; set; } = 77;
    public Standing Standing { get; set; } = Standing.MayStand | Standing.InSync;
    public List<GossipEntry> Gossip { get; } = [];
    public MessageFlags Flags { get; set; }

    public ClusterNode View => machine.Machine.Nodes.Find(Id)!;

    public void Own(int first, int last)
    {
        for (int slot = first; slot <= last; slot++) Slots.Add(slot);
    }

    /// <summary>Becomes, and says that it is, a replica of another.</summary>
    public void Follow(Peer primary) => Follow(primary.Id, primary.Slots, primary.ConfigEpoch);

    /// <summary>Becomes, and says that it is, a replica of the machine.</summary>
    public void FollowMachine() => Follow(machine.Machine.Myself.Id, machine.Machine.Myself.Slots, machine.Machine.Myself.ConfigEpoch);

    private void Follow(NodeId primary, SlotSet slots, ulong configEpoch)
    {
        (Role, Primary) = (NodeFlags.Replica, primary);
        Slots.Set(slots.Bits);
        ConfigEpoch = configEpoch;
        Ping();
    }

    public void Ping() => Say(ItsLink, PingBytes(PacketType.Ping));

    public void Answer() => Say(OurLink, PingBytes(PacketType.Pong));

    public byte[] PingBytes(PacketType type) => PacketWriter.Gossip(type, Header(), Gossip, []);

    public void AskForVote(MessageFlags flags = MessageFlags.None)
    {
        Flags = flags;
        Say(ItsLink, PacketWriter.Bare(PacketType.VoteRequest, Header()));
        Flags = MessageFlags.None;
    }

    public void Vote() => Say(ItsLink, PacketWriter.Bare(PacketType.Vote, Header()));

    public void SayFailed(NodeId node) => Say(ItsLink, PacketWriter.Fail(Header(), node));

    public void Say(long link, byte[] packet)
    {
        machine.Machine.Receive(machine.Time, link, packet);
        machine.Settle();
        machine.Machine.Validate();
    }

    public PacketHeader Header() => new()
    {
        Sender = Id,
        Primary = Primary,
        Slots = Slots.Bits,
        CurrentEpoch = CurrentEpoch,
        ConfigEpoch = ConfigEpoch,
        Offset = new ReplicationOffset(Offset),
        Address = "",
        Port = (ushort)port,
        BusPort = (ushort)(port + 10_000),
        Flags = Role,
        MessageFlags = Flags,
        Badge = hexad ? new HexadBadge(Standing, History, 1, ++_sequence) : null,
    };
}
