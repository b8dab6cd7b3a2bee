using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>A snapshot on its way to a replica as it is made, between marks.</summary>
internal sealed class SnapshotToReplica : ISnapshotTarget
{
    private const long MostUnsent = 4L << 20;
    private readonly Node _node;
    private readonly Replica _replica;
    private readonly Session _session;
    private readonly byte[] _mark;
    private bool _begun;

    public SnapshotToReplica(Node node, Replica replica, Session session)
    {
        _node = node;
        _replica = replica;
        _session = session;
        _mark = Encoding.ASCII.GetBytes(node.Dice.Id().ToString());
    }

    public bool IsFull
    {
        get
        {
            Link link = _session.Link!;
            if (link.Output.Length < MostUnsent) return false;
            link.WantsDrained = true;
            return true;
        }
    }

    public bool IsGone => _session.IsClosing;

    public void Take(byte[] bytes)
    {
        if (IsGone) return;
        if (!_begun) Begin();
        _session.Link!.Output.Write(bytes);
        _node.Host.Flush(_session.Link);
        if (_session.Link.Output.Length >= MostUnsent) _session.Link.WantsDrained = true;
    }

    public void Complete()
    {
        if (IsGone) return;
        _session.Link!.Output.Write(_mark);
        _node.Host.Flush(_session.Link);
        _node.Replication.Primary.SnapshotSent(_replica, _session, marked: true);
    }

    public void Abort(string why)
    {
        if (IsGone) return;
        _node.Host.Log(LogLevel.Warning, $"SYNC failed for replica {_replica.KnownAddress}:{_replica.Port}: {why}");
        _node.Sessions.Close(_session, CloseMode.Now);
    }

    private void Begin()
    {
        _begun = true;
        _session.Link!.Output.Write("$EOF:"u8);
        _session.Link.Output.Write(_mark);
        _session.Link.Output.Write("\r\n"u8);
    }
}
