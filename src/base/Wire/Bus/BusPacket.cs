using System;
using System.Buffers.Binary;
using System.Text;
using Hexad.Core;
using static Hexad.Wire.Bus.PacketLayout;

namespace Hexad.Wire.Bus;

/// <summary>
/// One packet of the cluster bus, read in place: a face over the bytes that checks once (<see cref="TryRead"/>) that
/// everything it offers lies inside them, and decodes a field when it is asked for. It lives as long as the bytes.
/// </summary>
public readonly ref struct BusPacket
{
    /// <summary>The length of the header that all packets but Valkey's light ones have.</summary>
    public const int HeaderLength = 2256;

    /// <summary>The length of one gossip entry.</summary>
    public const int GossipLength = 104;

    /// <summary>The longest packet that we take: a published message of 512 MB and its header, with room.</summary>
    public const int MaxLength = 640 * 1024 * 1024;

    private readonly ReadOnlySpan<byte> _bytes;

    private BusPacket(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The packet as it came.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether the header is Valkey's light one; then only type, channel and message can be asked for.</summary>
    public bool IsLight => (U16(Type16) & LightBit) != 0;

    private const int Type16 = PacketLayout.Type;

    public PacketType Type => (PacketType)(U16(Type16) & ~LightBit);
    public ushort Port => U16(PacketLayout.Port);
    public ushort OtherPort => U16(PacketLayout.OtherPort);
    public ushort BusPort => U16(PacketLayout.BusPort);
    public ulong CurrentEpoch => U64(PacketLayout.CurrentEpoch);
    public ulong ConfigEpoch => U64(PacketLayout.ConfigEpoch);

    /// <summary>How far the sender's replication stream has come.</summary>
    public ReplicationOffset Offset => new((long)U64(PacketLayout.Offset));

    /// <summary>Who sent it; none if the field is no id.</summary>
    public NodeId Sender => Id(PacketLayout.Sender);

    /// <summary>The slots of the sender, or of its primary if it is a replica.</summary>
    public ReadOnlySpan<byte> Slots => _bytes.Slice(PacketLayout.Slots, SlotSet.Bytes);

    /// <summary>Whether the sender says that it is a primary: the field of its primary is all zero bytes.</summary>
    public bool ClaimsPrimary => !_bytes.Slice(PacketLayout.Primary, HexId.TextLength).ContainsAnyExcept((byte)0);

    /// <summary>The sender's primary; none if it is a primary itself or the field is no id.</summary>
    public NodeId Primary => Id(PacketLayout.Primary);

    /// <summary>The address that the sender announces; empty if it leaves that to the link.</summary>
    public string Address => Text(_bytes.Slice(PacketLayout.Address, AddressLength));

    public NodeFlags Flags => (NodeFlags)U16(PacketLayout.Flags);
    public MessageFlags MessageFlags => (MessageFlags)_bytes[PacketLayout.MessageFlags];

    /// <summary>Whether the cluster is down in the sender's eyes.</summary>
    public bool ClusterDown => _bytes[State] != 0;

    /// <summary>What a Hexad sender says about itself; null from any other node.</summary>
    public HexadBadge? Badge => HexadBadge.Read(_bytes.Slice(Reserved, ReservedLength));

    /// <summary>How many gossip entries a PING, PONG or MEET carries.</summary>
    public int GossipCount => PacketTypes.IsGossip(Type) ? U16(PacketLayout.GossipCount) : 0;

    /// <summary>The gossip entry at <paramref name="index"/>.</summary>
    public GossipEntry Gossip(int index)
    {
        ReadOnlySpan<byte> entry = _bytes.Slice(HeaderLength + index * GossipLength, GossipLength);
        bool named = NodeId.TryParse(entry.Slice(GossipNode, HexId.TextLength), out NodeId node);
        return new GossipEntry(
            named ? node : default,
            BinaryPrimitives.ReadUInt32BigEndian(entry[GossipPingSent..]),
            BinaryPrimitives.ReadUInt32BigEndian(entry[GossipPongReceived..]),
            Text(entry.Slice(GossipAddress, AddressLength)),
            BinaryPrimitives.ReadUInt16BigEndian(entry[GossipPort..]),
            BinaryPrimitives.ReadUInt16BigEndian(entry[GossipOtherPort..]),
            BinaryPrimitives.ReadUInt16BigEndian(entry[GossipBusPort..]),
            (NodeFlags)BinaryPrimitives.ReadUInt16BigEndian(entry[GossipFlags..]));
    }

    /// <summary>The extensions of a PING, PONG or MEET, in order, unknown ones included.</summary>
    public ExtensionReader Extensions
    {
        get
        {
            bool has = PacketTypes.IsGossip(Type) && (MessageFlags & MessageFlags.ExtensionData) != 0;
            return has ? new ExtensionReader(_bytes[(HeaderLength + GossipCount * GossipLength)..], U16(ExtensionCount)) : default;
        }
    }

    /// <summary>The node that a FAIL is about.</summary>
    public NodeId FailedNode => Id(HeaderLength);

    /// <summary>The channel of a PUBLISH or PUBLISHSHARD.</summary>
    public ReadOnlySpan<byte> Channel => Body.Slice(8, (int)BinaryPrimitives.ReadUInt32BigEndian(Body));

    /// <summary>The message of a PUBLISH or PUBLISHSHARD.</summary>
    public ReadOnlySpan<byte> Message => Body[(8 + (int)BinaryPrimitives.ReadUInt32BigEndian(Body))..];

    /// <summary>The config epoch that an UPDATE reports.</summary>
    public ulong UpdateEpoch => U64(HeaderLength);

    /// <summary>The node that an UPDATE is about.</summary>
    public NodeId UpdateNode => Id(HeaderLength + 8);

    /// <summary>The slots of the node that an UPDATE is about.</summary>
    public ReadOnlySpan<byte> UpdateSlots => _bytes.Slice(HeaderLength + 8 + HexId.TextLength, SlotSet.Bytes);

    private ReadOnlySpan<byte> Body => _bytes[(IsLight ? LightHeader : HeaderLength)..];

    /// <summary>
    /// How long the packet is that starts here, in bytes, as soon as eight bytes are there.
    /// BadSignature and BadLength mean that the link cannot be followed any further.
    /// </summary>
    public static PacketFault TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        int seen = Math.Min(bytes.Length, 4);
        if (!bytes[..seen].SequenceEqual("RCmb"u8[..seen])) return PacketFault.BadSignature;
        if (bytes.Length < 8) return PacketFault.Incomplete;
        uint total = BinaryPrimitives.ReadUInt32BigEndian(bytes[Total..]);
        if (total is < LightHeader or > MaxLength) return PacketFault.BadLength;
        length = (int)total;
        return PacketFault.None;
    }

    /// <summary>
    /// Reads the packet at the start of <paramref name="bytes"/>; more may follow it. Everything a peer can get wrong is
    /// a fault, nothing is an exception.
    /// </summary>
    public static PacketFault TryRead(ReadOnlySpan<byte> bytes, out BusPacket packet)
    {
        packet = default;
        PacketFault fault = TryMeasure(bytes, out int length);
        if (fault != PacketFault.None) return fault;
        if (bytes.Length < length) return PacketFault.Incomplete;
        bytes = bytes[..length];
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[PacketLayout.Version..]) != 1) return PacketFault.BadVersion;

        int type = BinaryPrimitives.ReadUInt16BigEndian(bytes[Type16..]);
        bool light = (type & LightBit) != 0;
        type &= ~LightBit;
        if (type >= PacketTypes.Count) return PacketFault.UnknownType;
        if (light && (PacketType)type is not (PacketType.Publish or PacketType.PublishShard)) return PacketFault.UnknownType;
        if (!light && length < HeaderLength) return PacketFault.BadLength;

        fault = CheckBody(bytes, (PacketType)type, light ? LightHeader : HeaderLength);
        if (fault == PacketFault.None) packet = new BusPacket(bytes);
        return fault;
    }

    private static PacketFault CheckBody(ReadOnlySpan<byte> bytes, PacketType type, int header)
    {
        ReadOnlySpan<byte> body = bytes[header..];
        switch (type)
        {
            case PacketType.Ping or PacketType.Pong or PacketType.Meet:
                return CheckGossip(bytes);
            case PacketType.Fail:
                return Exactly(body, HexId.TextLength);
            case PacketType.Publish or PacketType.PublishShard:
                if (body.Length < 8) return PacketFault.LengthMismatch;
                return Exactly(body, 8L + BinaryPrimitives.ReadUInt32BigEndian(body) + BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
            case PacketType.Update:
                return Exactly(body, 8 + HexId.TextLength + SlotSet.Bytes);
            case PacketType.Module:
                if (body.Length < 13) return PacketFault.LengthMismatch;
                return Exactly(body, 13L + BinaryPrimitives.ReadUInt32BigEndian(body[8..]));
            default:
                return Exactly(body, 0);
        }
    }

    private static PacketFault Exactly(ReadOnlySpan<byte> body, long length) =>
        body.Length == length ? PacketFault.None : PacketFault.LengthMismatch;

    private static PacketFault CheckGossip(ReadOnlySpan<byte> bytes)
    {
        int end = HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[PacketLayout.GossipCount..]) * GossipLength;
        if (end > bytes.Length) return PacketFault.LengthMismatch;
        if ((bytes[PacketLayout.MessageFlags] & (byte)MessageFlags.ExtensionData) != 0)
        {
            int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[ExtensionCount..]);
            for (int i = 0; i < count; i++)
            {
                if (bytes.Length - end < ExtensionHeader) return PacketFault.BadExtension;
                uint extension = BinaryPrimitives.ReadUInt32BigEndian(bytes[end..]);
                if (extension % 8 != 0 || extension < ExtensionHeader || extension > bytes.Length - end) return PacketFault.BadExtension;
                end += (int)extension;
            }
        }

        return end == bytes.Length ? PacketFault.None : PacketFault.LengthMismatch;
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64BigEndian(_bytes[at..]);

    private NodeId Id(int at) => NodeId.TryParse(_bytes.Slice(at, HexId.TextLength), out NodeId id) ? id : default;

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field[..^1] : field[..end]);
    }
}

/// <summary>What one node says about another, in a gossip entry; times are Unix seconds, 0 for never.</summary>
public readonly record struct GossipEntry(
    NodeId Node, uint PingSentSeconds, uint PongReceivedSeconds, string Address, ushort Port, ushort OtherPort, ushort BusPort, NodeFlags Flags);
