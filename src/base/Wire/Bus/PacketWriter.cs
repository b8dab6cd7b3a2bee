using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using static Hexad.Wire.Bus.PacketLayout;

namespace Hexad.Wire.Bus;

/// <summary>One extension to be written; make it with the methods that name its type.</summary>
public readonly struct ExtensionData
{
    private ExtensionData(ExtensionType type, byte[] data) => (Type, Data) = (type, data);

    internal ExtensionType Type { get; }
    internal byte[] Data { get; }

    /// <summary>The bytes that it takes in the packet.</summary>
    internal int Length => ExtensionHeader + (Data.Length + 7) / 8 * 8;

    /// <summary>The host name that the sender announces.</summary>
    public static ExtensionData Hostname(string name) => new(ExtensionType.Hostname, Terminated(name));

    /// <summary>The human-readable name that the sender announces.</summary>
    public static ExtensionData HumanName(string name) => new(ExtensionType.HumanName, Terminated(name));

    /// <summary>A node that was forgotten and shall stay so for some seconds.</summary>
    public static ExtensionData Forgotten(NodeId node, ulong seconds)
    {
        var data = new byte[HexId.TextLength + 8];
        node.Value.Write(data);
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(HexId.TextLength), seconds);
        return new ExtensionData(ExtensionType.ForgottenNode, data);
    }

    /// <summary>The shard that the sender belongs to.</summary>
    public static ExtensionData Shard(HexId shard)
    {
        var data = new byte[HexId.TextLength];
        shard.Write(data);
        return new ExtensionData(ExtensionType.ShardId, data);
    }

    private static byte[] Terminated(string text)
    {
        var data = new byte[text.Length + 1];
        Encoding.Latin1.GetBytes(text, data);
        return data;
    }
}

/// <summary>
/// Writes bus packets. Each method makes one packet, complete and of exactly its length; a packet is a few kilobytes at
/// a handful a second, so it is simply a new array.
/// </summary>
public static class PacketWriter
{
    /// <summary>PING, PONG or MEET: header, gossip entries, extensions.</summary>
    public static byte[] Gossip(
        PacketType type, in PacketHeader header, IReadOnlyList<GossipEntry> gossip, IReadOnlyList<ExtensionData> extensions)
    {
        Invariant.That(PacketTypes.IsGossip(type));
        int length = BusPacket.HeaderLength + gossip.Count * BusPacket.GossipLength;
        for (int i = 0; i < extensions.Count; i++) length += extensions[i].Length;
        byte[] bytes = Start(type, header, length);

        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(GossipCount), (ushort)gossip.Count);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(ExtensionCount), (ushort)extensions.Count);
        Span<byte> rest = bytes.AsSpan(BusPacket.HeaderLength);
        for (int i = 0; i < gossip.Count; i++, rest = rest[BusPacket.GossipLength..]) PutGossip(rest, gossip[i]);
        for (int i = 0; i < extensions.Count; i++, rest = rest[extensions[i - 1].Length..]) PutExtension(rest, extensions[i]);
        return bytes;
    }

    /// <summary>FAIL: this node has failed, a majority says.</summary>
    public static byte[] Fail(in PacketHeader header, NodeId failed)
    {
        byte[] bytes = Start(PacketType.Fail, header, BusPacket.HeaderLength + HexId.TextLength);
        failed.Value.Write(bytes.AsSpan(BusPacket.HeaderLength));
        return bytes;
    }

    /// <summary>PUBLISH or PUBLISHSHARD: 32 bits of channel length, 32 of message length, both.</summary>
    public static byte[] Publish(PacketType type, in PacketHeader header, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        byte[] bytes = Start(type, header, BusPacket.HeaderLength + 8 + channel.Length + message.Length);
        PutPublished(bytes.AsSpan(BusPacket.HeaderLength), channel, message);
        return bytes;
    }

    /// <summary>The same with Valkey's 16-byte header, for a peer that reads it.</summary>
    public static byte[] LightPublish(PacketType type, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        var bytes = new byte[LightHeader + 8 + channel.Length + message.Length];
        "RCmb"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Total), (uint)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(PacketLayout.Version), 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(PacketLayout.Type), (ushort)((ushort)type | LightBit));
        PutPublished(bytes.AsSpan(LightHeader), channel, message);
        return bytes;
    }

    /// <summary>The packets that are a header and no more: a request for a vote, a vote, the start of a manual failover.</summary>
    public static byte[] Bare(PacketType type, in PacketHeader header)
    {
        Invariant.That(type is PacketType.VoteRequest or PacketType.Vote or PacketType.ManualFailoverStart);
        return Start(type, header, BusPacket.HeaderLength);
    }

    /// <summary>UPDATE: 64 bits of config epoch, the owner's id, its slots.</summary>
    public static byte[] Update(in PacketHeader header, NodeId owner, ulong configEpoch, ReadOnlySpan<byte> slots)
    {
        byte[] bytes = Start(PacketType.Update, header, BusPacket.HeaderLength + 8 + HexId.TextLength + SlotSet.Bytes);
        Span<byte> body = bytes.AsSpan(BusPacket.HeaderLength);
        BinaryPrimitives.WriteUInt64BigEndian(body, configEpoch);
        owner.Value.Write(body[8..]);
        slots.CopyTo(body[(8 + HexId.TextLength)..]);
        return bytes;
    }

    private static byte[] Start(PacketType type, in PacketHeader header, int length)
    {
        var bytes = new byte[length];
        header.Write(bytes, type);
        return bytes;
    }

    private static void PutPublished(Span<byte> body, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body, (uint)channel.Length);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], (uint)message.Length);
        channel.CopyTo(body[8..]);
        message.CopyTo(body[(8 + channel.Length)..]);
    }

    private static void PutGossip(Span<byte> bytes, in GossipEntry entry)
    {
        entry.Node.Value.Write(bytes[GossipNode..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[GossipPingSent..], entry.PingSentSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[GossipPongReceived..], entry.PongReceivedSeconds);
        PacketHeader.PutText(bytes.Slice(GossipAddress, AddressLength), entry.Address);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[GossipPort..], entry.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[GossipBusPort..], entry.BusPort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[GossipFlags..], (ushort)entry.Flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[GossipOtherPort..], entry.OtherPort);
    }

    private static void PutExtension(Span<byte> bytes, ExtensionData extension)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)extension.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)extension.Type);
        extension.Data.CopyTo(bytes[ExtensionHeader..]);
    }
}
