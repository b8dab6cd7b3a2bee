using System;
using System.Buffers.Binary;
using System.Text;
using Hexad.Core;
using static Hexad.Wire.Bus.PacketLayout;

namespace Hexad.Wire.Bus;

/// <summary>What the header of a packet to be written says; see <see cref="PacketLayout"/> for where.</summary>
public readonly ref struct PacketHeader
{
    public NodeId Sender { get; init; }

    /// <summary>The sender's primary; none if it is one.</summary>
    public NodeId Primary { get; init; }

    /// <summary>2048 bytes, or empty for no slots.</summary>
    public ReadOnlySpan<byte> Slots { get; init; }
    public ulong CurrentEpoch { get; init; }
    public ulong ConfigEpoch { get; init; }
    public ReplicationOffset Offset { get; init; }

    /// <summary>The announced address; empty leaves it to the link.</summary>
    public string Address { get; init; }
    public ushort Port { get; init; }
    public ushort OtherPort { get; init; }
    public ushort BusPort { get; init; }
    public NodeFlags Flags { get; init; }
    public MessageFlags MessageFlags { get; init; }
    public bool ClusterDown { get; init; }

    /// <summary>What Hexad nodes tell each other; null writes the reserved bytes as zeros, as other servers do.</summary>
    public HexadBadge? Badge { get; init; }

    internal void Write(Span<byte> bytes, PacketType type)
    {
        "RCmb"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Total..], (uint)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.Version..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.Port..], Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.Type..], (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[PacketLayout.CurrentEpoch..], CurrentEpoch);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[PacketLayout.ConfigEpoch..], ConfigEpoch);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[PacketLayout.Offset..], (ulong)Offset.Value);
        Sender.Value.Write(bytes.Slice(PacketLayout.Sender, HexId.TextLength));
        Slots.CopyTo(bytes[PacketLayout.Slots..]);
        if (!Primary.IsNone) Primary.Value.Write(bytes.Slice(PacketLayout.Primary, HexId.TextLength));
        PutText(bytes.Slice(PacketLayout.Address, AddressLength), Address);
        Badge?.Write(bytes.Slice(Reserved, ReservedLength));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.OtherPort..], OtherPort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.BusPort..], BusPort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PacketLayout.Flags..], (ushort)Flags);
        bytes[State] = ClusterDown ? (byte)1 : (byte)0;
        bytes[PacketLayout.MessageFlags] = (byte)MessageFlags;
    }

    /// <summary>Writes text into a field that ends with a zero byte; what does not fit is cut.</summary>
    internal static void PutText(Span<byte> field, string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        ReadOnlySpan<char> fitting = text.AsSpan(0, Math.Min(text.Length, field.Length - 1));
        Encoding.Latin1.GetBytes(fitting, field);
    }
}
