using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Fuzz.Targets;

/// <summary>Packets of the cluster bus: every field of one that is taken can be read, and a machine that gets it stays whole.</summary>
internal sealed class PacketTarget : FuzzTarget
{
    private static readonly string Config = FirstConfig();

    public override string Name => "packet";

    protected override string SeedFolder => "bus";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (BusPacket.TryMeasure(bytes, out int length) != PacketFault.None || length > bytes.Length) return;
        if (BusPacket.TryRead(bytes[..length], out BusPacket packet) == PacketFault.None) Look(packet);
        var silent = new SilentNode();
        Must(silent.Machine.Start(silent.Time, Config, out _) == ConfigFault.None, "the node's own file is not read");
        long link = silent.Machine.Accept(silent.Time, "127.0.0.1", "127.0.0.1");
        silent.Machine.Receive(silent.Time, link, bytes[..length]);
        silent.Machine.Tick(silent.Time);
        silent.Machine.Validate();
    }

    private static void Look(BusPacket packet)
    {
        if (packet.IsLight)
        {
            Must(packet.Channel.Length + packet.Message.Length <= packet.Bytes.Length, "a message is longer than its packet");
            return;
        }

        long sum = packet.Port + packet.BusPort + (long)packet.CurrentEpoch + packet.Slots.Length + packet.Address.Length + packet.Offset.Value;
        if (packet.Badge is not null) sum++;
        for (int i = 0; i < packet.GossipCount; i++) sum += packet.Gossip(i).GetHashCode();
        foreach (Extension extension in packet.Extensions) sum += extension.Text.Length + (long)extension.ForgetSeconds + extension.Id.GetHashCode();
        if (packet.Type == PacketType.Fail) sum += packet.FailedNode.GetHashCode();
        if (packet.Type == PacketType.Update) sum += packet.UpdateNode.GetHashCode() + packet.UpdateSlots.Length;
        Must(sum != long.MinValue, "never");
    }

    private static string FirstConfig()
    {
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "seeds", "nodes"));
        Array.Sort(files, StringComparer.Ordinal);
        return File.ReadAllText(files[0]);
    }
}

/// <summary>A cluster machine whose node does nothing of what it says.</summary>
internal sealed class SilentNode : IClusterEffects, IClusterNeighbours
{
    private readonly Queue<long> _saved = new();

    public SilentNode() => Machine = new ClusterMachine(new ClusterSettings { Port = 7000 }, new Dice(1), this, this);

    public ClusterMachine Machine { get; }

    public StepTime Time => new(1_800_000_000_000_000, 1_000_000_000);

    public ReplicationStatus Replication => default;

    public bool HasNoKeys => true;

    public long KeysIn(SlotIndex slot) => 0;

    public void Connect(long link, string address, int port)
    {
    }

    public void Close(long link)
    {
    }

    public void Send(long link, byte[] packet) => Check(BusPacket.TryRead(packet, out _) == PacketFault.None);

    public void SaveConfig(long version, string text, bool sync) => _saved.Enqueue(version);

    public void ReplicateFrom(NodeId primary, string address, int port)
    {
    }

    public void BecomePrimary()
    {
    }

    public void PauseWrites(MonotonicMs until)
    {
    }

    public void ResumeWrites()
    {
    }

    public void Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
    }

    public void DropSlots(IReadOnlyList<SlotIndex> slots)
    {
    }

    public void DropAllData()
    {
    }

    public void HealthChanged(bool ok)
    {
    }

    public void Log(ClusterLogLevel level, string line)
    {
    }

    private static void Check(bool fact)
    {
        if (!fact) throw new InvalidDataException("the machine sends a packet that it would not take");
    }
}
