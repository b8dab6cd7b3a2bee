using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// Where a packet stands among all that its sender sent. The two links between a pair of nodes keep order each, but not
/// between them: an old "I am a replica" on one may arrive after the new "I am the primary" on the other. A Hexad sender
/// numbers its packets; of any other the current epoch, which never falls, and then the replication offset tell.
/// </summary>
internal readonly record struct PacketStamp(bool Known, uint Incarnation, ulong Sequence, ulong CurrentEpoch, long Offset)
{
    public static PacketStamp Of(in BusPacket packet) =>
        new(true, packet.Badge?.Incarnation ?? 0, packet.Badge?.Sequence ?? 0, packet.CurrentEpoch, packet.Offset.Value);

    /// <summary>Whether this packet was sent before <paramref name="last"/>.</summary>
    public bool IsOlderThan(PacketStamp last)
    {
        if (!last.Known) return false;
        if (Sequence != 0 && last.Sequence != 0) return Incarnation == last.Incarnation && Sequence < last.Sequence;
        if (CurrentEpoch != last.CurrentEpoch) return CurrentEpoch < last.CurrentEpoch;
        return Offset < last.Offset;
    }

    /// <summary>
    /// Whether the packet is stale. A packet that is older than the last one on its own link was not overtaken: there the
    /// order is kept, so the sender itself went back (a new replication history), and what we remembered is void. A sender
    /// that numbers its packets never goes back.
    /// </summary>
    public static bool IsStale(PacketStamp packet, ClusterNode sender, ClusterLink link)
    {
        bool wentBack = packet.Sequence == 0 && packet.IsOlderThan(link.LastStamp);
        link.LastStamp = packet;
        if (!wentBack && packet.IsOlderThan(sender.LastStamp)) return true;
        sender.LastStamp = packet;
        return false;
    }
}
