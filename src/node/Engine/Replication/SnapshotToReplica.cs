using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>
/// A snapshot on its way to a replica: between marks, as it is made, or, for a replica that knows no marks, when all of
/// it is there and its length known.
/// </summary>
internal sealed class SnapshotToReplica : ISnapshotTarget
{
    private const long MostUnsent = 4L << 20;
    private readonly Node _node;
    private readonly Replica _replica;
    private readonly Session _session;
    private readonly byte[]? _mark;
    private readonly List<byte[]> _whole = [];
    private bool _begun;

    public SnapshotToReplica(Node node, Replica replica, Session session, bool diskless)
    {
        _node = node;
        _replica = replica;
        _session = session;
        if (diskless && replica.Has(ReplicaAbilities.EndMark)) _mark = Encoding.ASCII.GetBytes(node.Dice.Id().ToString());
        replica.AwaitsWhole = _mark is null;
    }

    public bool IsFull
    {
        get
        {
            Link link = _session.Link!;
            if (_mark is null || link.Output.Length < MostUnsent) return false;
            link.WantsDrained = true;
            return true;
        }
    }

    public bool IsGone => _session.IsClosing;

    public void Take(byte[] bytes)
    {
        if (IsGone) return;
        if (_mark is null)
        {
            _whole.Add(bytes);
            return;
        }

        if (!_begun) Frame("$EOF:", _mark);
        _begun = true;
        _session.Link!.Output.Write(bytes);
        _node.Host.Flush(_session.Link);
        if (_session.Link.Output.Length >= MostUnsent) _session.Link.WantsDrained = true;
    }

    public void Complete()
    {
        if (IsGone) return;
        if (_mark is not null)
        {
            _session.Link!.Output.Write(_mark);
        }
        else
        {
            long length = 0;
            foreach (byte[] part in _whole) length += part.Length;
            Frame("$", Encoding.ASCII.GetBytes(length.ToString()));
            foreach (byte[] part in _whole) _session.Link!.Output.Write(part);
            _whole.Clear();
            _replica.AwaitsWhole = false;
        }

        _node.Host.Flush(_session.Link!);
        _node.Replication.Primary.SnapshotSent(_replica, _session, _mark is not null);
    }

    public void Abort(string why)
    {
        if (IsGone) return;
        _node.Host.Log(LogLevel.Warning, $"SYNC failed for replica {_replica.KnownAddress}:{_replica.Port}: {why}");
        _node.Sessions.Close(_session, CloseMode.Now);
    }

    private void Frame(string word, byte[] value)
    {
        _session.Link!.Output.Write(Encoding.ASCII.GetBytes(word));
        _session.Link.Output.Write(value);
        _session.Link.Output.Write("\r\n"u8);
    }
}
