using System;
using System.Buffers.Binary;

namespace Hexad.Wire.Bus;

/// <summary>What a bus packet is for (cluster bus, header bytes 12 and 13, without Valkey's modifier bit).</summary>
public enum PacketType : ushort
{
    Ping = 0,
    Pong = 1,
    Meet = 2,
    Fail = 3,
    Publish = 4,
    VoteRequest = 5,
    Vote = 6,
    Update = 7,
    ManualFailoverStart = 8,
    Module = 9,
    PublishShard = 10,
}

/// <summary>Facts about <see cref="PacketType"/>.</summary>
public static class PacketTypes
{
    /// <summary>How many types there are: the message counters of CLUSTER INFO have this length.</summary>
    public const int Count = 11;

    /// <summary>The name of the type in the counters of CLUSTER INFO.</summary>
    public static string CounterName(PacketType type) => type switch
    {
        PacketType.Ping => "ping",
        PacketType.Pong => "pong",
        PacketType.Meet => "meet",
        PacketType.Fail => "fail",
        PacketType.Publish => "publish",
        PacketType.VoteRequest => "auth-req",
        PacketType.Vote => "auth-ack",
        PacketType.Update => "update",
        PacketType.ManualFailoverStart => "mfstart",
        PacketType.Module => "module",
        PacketType.PublishShard => "publishshard",
        _ => "unknown",
    };

    /// <summary>The type that a whole packet names, light or not.</summary>
    public static PacketType Of(ReadOnlySpan<byte> packet) =>
        (PacketType)(BinaryPrimitives.ReadUInt16BigEndian(packet[PacketLayout.Type..]) & ~PacketLayout.LightBit);

    /// <summary>Whether packets of this type carry gossip and extensions.</summary>
    public static bool IsGossip(PacketType type) => type <= PacketType.Meet;
}

/// <summary>Why bytes are no bus packet.</summary>
public enum PacketFault
{
    /// <summary>They are one.</summary>
    None,

    /// <summary>More bytes are needed; so far nothing is wrong.</summary>
    Incomplete,

    /// <summary>The four bytes "RCmb" do not stand at the start: the peer speaks something else, close the link.</summary>
    BadSignature,

    /// <summary>The total length is smaller than a header or larger than any packet may be: close the link.</summary>
    BadLength,

    /// <summary>A protocol version other than 1: skip the packet.</summary>
    BadVersion,

    /// <summary>The total length is not what type, counts and inner lengths add up to: skip the packet.</summary>
    LengthMismatch,

    /// <summary>An extension's length is no multiple of eight or does not fit: skip the packet.</summary>
    BadExtension,

    /// <summary>A type that no version of the protocol that we know has: skip the packet.</summary>
    UnknownType,
}

/// <summary>What a node is, as its peers see it: the bits on the wire (header bytes 2250 and 2251, gossip entries).</summary>
[Flags]
public enum NodeFlags : ushort
{
    None = 0,
    Primary = 1,
    Replica = 2,

    /// <summary>Suspected: does not answer, says one node.</summary>
    Suspected = 4,

    /// <summary>Failed: does not answer, says a majority of the voting primaries.</summary>
    Failed = 8,
    Myself = 16,

    /// <summary>The first ping has not been answered yet: the id is made up.</summary>
    Handshake = 32,

    /// <summary>The address is not known.</summary>
    NoAddress = 64,

    /// <summary>The first packet to it has to be MEET.</summary>
    Meet = 128,

    /// <summary>A primary that has or had replicas: one that loses them all may be given one of another primary's.</summary>
    MigrateTo = 256,

    /// <summary>A replica that never stands for election.</summary>
    NoFailover = 512,

    /// <summary>It understands extensions (Valkey and Redis 8, learned from the message flag).</summary>
    Extensions = 1024,

    /// <summary>It reads the 16-byte headers (Valkey).</summary>
    LightHeaders = 2048,
}

/// <summary>The flags of one message (header byte 2253).</summary>
[Flags]
public enum MessageFlags : byte
{
    None = 0,

    /// <summary>The sender, a primary, holds its clients back for a manual failover; its offset stands still.</summary>
    Paused = 1,

    /// <summary>Vote even if the primary is up: a manual failover.</summary>
    ForceVote = 2,

    /// <summary>Extensions may follow the gossip, and the sender understands extensions.</summary>
    ExtensionData = 4,
}
