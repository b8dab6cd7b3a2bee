using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// Cuts what a process sends or reads on a bus link into whole messages (signature, then the length of the whole as a big-endian
/// number) and shows each to the watcher before it leaves or is given to the node. Judging by the wire is independent of the node's own view of itself.
/// </summary>
internal sealed class BusTap(World world, Process process, bool outgoing)
{
    private const int LengthAt = 4;
    private const int Prefix = 8;
    private byte[] _rest = [];

    public void Passing(Socket socket, ReadOnlySpan<byte> bytes)
    {
        if (world.Watcher is not { } watcher) return;
        if (_rest.Length == 0)
        {
            Cut(socket, bytes, watcher);
            return;
        }

        byte[] all = [.. _rest, .. bytes];
        _rest = [];
        Cut(socket, all, watcher);
    }

    private void Cut(Socket socket, ReadOnlySpan<byte> bytes, IWatcher watcher)
    {
        while (bytes.Length >= Prefix)
        {
            int length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[LengthAt..]);
            if (length < Prefix || length > bytes.Length) break;
            if (outgoing) process.Remember(socket, bytes[..length]);
            if (BusPacket.TryRead(bytes[..length], out BusPacket packet) != PacketFault.None) watcher.BusMessageUnreadable(process, outgoing);
            else if (outgoing) watcher.BusMessageSent(process, socket, packet, packet.IsLight ? default : packet.Sender);
            else watcher.BusMessageCame(process, packet, packet.IsLight ? default : packet.Sender);
            bytes = bytes[length..];
        }

        if (bytes.Length > 0) _rest = bytes.ToArray();
    }
}
