using System;
using System.Collections.Generic;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Wire.Bus;

namespace Hexad.Engine;

/// <summary>
/// One link of the cluster bus on its way between host and machine: cuts the byte stream into packets. Whole packets are
/// handed over where the host read them; only the beginning of one whose end has not come is kept.
/// </summary>
internal sealed class BusLink(Node node, ClusterPart part, BusEffects effects, long id, Link link) : ILinkOwner
{
    private const int KeptBytes = 64 * 1024;

    // Published messages may fill a link up to here; what comes on top of it waits its turn, and gossip, votes and the rest go
    // before it. So a flood of messages never delays by more than this what the nodes judge each other by.
    private const int MessageRoomBytes = 256 * 1024;

    private readonly Queue<byte[]> _messages = new();
    private long _messageBytes;

    private byte[] _begun = [];
    private int _length;

    public Link Link { get; } = link;

    /// <summary>Bytes that wait to be sent.</summary>
    public long QueuedBytes => Link.Output.Length + _messageBytes;

    /// <summary>Sends a packet, or keeps a published message back while the link is full.</summary>
    public void Send(byte[] packet)
    {
        if ((Link.Output.Length < MessageRoomBytes && _messages.Count == 0) || !IsMessage(packet))
        {
            Link.Output.Write(packet);
        }
        else
        {
            _messages.Enqueue(packet);
            _messageBytes += packet.Length;
            Link.WantsDrained = true;
        }

        node.Host.Flush(Link);
    }

    /// <summary>The machine closed it: nothing more is taken from it.</summary>
    public bool IsClosed { get; set; }

    public void Opened(Link link)
    {
        if (!IsClosed) part.Machine.LinkUp(node.Now, id);
    }

    public void Received(Link link, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && _length > 0 && !IsClosed) bytes = Complete(bytes);
        while (bytes.Length > 0 && !IsClosed)
        {
            PacketFault fault = BusPacket.TryMeasure(bytes, out int length);
            bool whole = fault == PacketFault.None && bytes.Length >= length;
            if (fault == PacketFault.Incomplete || (fault == PacketFault.None && !whole))
            {
                Keep(bytes);
                return;
            }

            // On a fault the machine sees it too, and closes the link.
            if (!part.Machine.Receive(node.Now, id, whole ? bytes[..length] : bytes)) return;
            bytes = bytes[length..];
        }
    }

    public void Drained(Link link)
    {
        if (IsClosed) return;
        while (Link.Output.Length < MessageRoomBytes && _messages.TryDequeue(out byte[]? packet))
        {
            _messageBytes -= packet.Length;
            Link.Output.Write(packet);
        }

        Link.WantsDrained = _messages.Count > 0;
        node.Host.Flush(Link);
    }

    public void Closed(Link link, LinkFault fault)
    {
        if (IsClosed) return;
        IsClosed = true;
        effects.Forget(id);
        if (fault == LinkFault.Refused) part.Machine.LinkRefused(node.Now, id, LinkRefusal.Refused);
        else if (fault is LinkFault.Unreachable or LinkFault.TimedOut or LinkFault.BadAddress) part.Machine.LinkRefused(node.Now, id, LinkRefusal.Unreachable);
        else part.Machine.LinkDown(node.Now, id);
    }

    /// <summary>Adds to the packet that has begun; hands it over when it is whole. Returns what is left of the bytes.</summary>
    private ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> bytes)
    {
        PacketFault fault = BusPacket.TryMeasure(_begun.AsSpan(0, _length), out int wanted);
        if (fault == PacketFault.Incomplete) wanted = 8;
        int part1 = Math.Min(bytes.Length, wanted - _length);
        Keep(bytes[..part1]);
        fault = BusPacket.TryMeasure(_begun.AsSpan(0, _length), out wanted);
        if (fault == PacketFault.Incomplete || (fault == PacketFault.None && _length < wanted)) return bytes[part1..];

        int length = _length;
        _length = 0;
        byte[] packet = _begun;
        if (_begun.Length > KeptBytes) _begun = [];
        part.Machine.Receive(node.Now, id, packet.AsSpan(0, length));
        return bytes[part1..];
    }

    private static bool IsMessage(ReadOnlySpan<byte> packet) => PacketTypes.Of(packet) is PacketType.Publish or PacketType.PublishShard;

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_begun.Length - _length < bytes.Length)
            Array.Resize(ref _begun, Math.Max(_length + bytes.Length, Math.Max(4096, Math.Min(_begun.Length * 2, Array.MaxLength))));
        bytes.CopyTo(_begun.AsSpan(_length));
        _length += bytes.Length;
    }
}
