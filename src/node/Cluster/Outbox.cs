using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// The way out for packets, and the gate on it: what is sent after a change that must survive a crash (a vote, an own
/// epoch) waits until nodes.conf with that change is on disk. Everything after it waits too, so order is kept, and no
/// packet can tell of a state that a crash could take back.
/// </summary>
internal sealed class Outbox(ClusterState state)
{
    private readonly Queue<(long Link, byte[] Packet, long Version)> _held = new();
    private long _savedVersion;
    private long _syncVersion;

    /// <summary>How many packets of each type were sent.</summary>
    public long[] Sent { get; } = new long[PacketTypes.Count];

    /// <summary>The version that the config has, or will have when the step ends.</summary>
    public long Version { get; private set; }

    /// <summary>Whether packets wait for the disk.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>Sends on a link, if it stands; held back while something has to reach the disk first.</summary>
    public void Send(ClusterLink? link, PacketType type, byte[] packet)
    {
        if (link is not { Up: true }) return;
        Sent[(int)type]++;
        bool leaky = state.Bugs.VoteLeavesBeforeItsEpochIsStored && type == PacketType.Vote;
        long needed = state.SyncDue ? Version + 1 : _syncVersion;
        if (leaky || (needed <= _savedVersion && _held.Count == 0)) state.Effects.Send(link.Id, packet);
        else _held.Enqueue((link.Id, packet, needed));
    }

    /// <summary>The end of a step: the config goes to the disk if anything in it changed.</summary>
    public void SaveIfDue()
    {
        if (!state.SaveDue) return;
        Version++;
        bool sync = state.SyncDue;
        if (sync) _syncVersion = Version;
        state.SaveDone();
        state.Effects.SaveConfig(Version, ConfigFile.Write(state), sync);
    }

    /// <summary>The config of this version, and so of all before it, is in place and, if asked for, on disk.</summary>
    public void Saved(long version)
    {
        if (version > _savedVersion) _savedVersion = version;
        while (_held.TryPeek(out var next) && next.Version <= _savedVersion)
        {
            _held.Dequeue();
            if (state.Links.Find(next.Link) is { Up: true }) state.Effects.Send(next.Link, next.Packet);
        }
    }
}
