using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Simulator.Virtual;

/// <summary>Whoever holds sockets: a process with a node in it, or a virtual client. The calls come between steps.</summary>
public interface IStation
{
    /// <summary>Where it runs.</summary>
    Machine Machine { get; }

    /// <summary>A connection that was dialled stands.</summary>
    void Opened(Socket socket);

    /// <summary>Bytes, or the end of the stream, can be read.</summary>
    void Readable(Socket socket);

    /// <summary>There is room to send again.</summary>
    void Writable(Socket socket);

    /// <summary>The connection could not be opened, or has broken.</summary>
    void Failed(Socket socket, LinkFault fault);
}

/// <summary>
/// One end of a TCP connection: what a kernel knows of it. Bytes given to <see cref="Send"/> belong to the kernel: they
/// arrive even when the process closes the socket or dies, though perhaps late, after what a newer connection brought.
/// That, and not reordering within a stream, is how old messages meet new ones.
/// </summary>
public sealed class Socket : IScheduled
{
    private const int Dialling = 0, ResetComes = 1, RoomComes = 2, Probe = 3, Establish = 4, Refuse = 5;
    private readonly World _world;
    private readonly int _boot;
    private long _dialDeadlineUs;
    private long _dialPauseUs;
    private int _failedProbes;
    private long _brokenSinceUs = -1;

    internal Socket(World world, IStation owner)
    {
        _world = world;
        Owner = owner;
        _boot = owner.Machine.Boot;
    }

    public IStation Owner { get; }

    /// <summary>What the owner knows of the socket: a link, a client's state.</summary>
    public object? Tag { get; set; }

    public Endpoint Local { get; set; }

    public Endpoint Remote { get; set; }

    /// <summary>The other end, once the connection stands.</summary>
    public Socket? Peer { get; private set; }

    /// <summary>Whether the owner may still use it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether it is being connected.</summary>
    public bool IsDialling { get; private set; }

    /// <summary>Seconds between keep-alive probes; 0: none.</summary>
    public int KeepAliveSeconds { get; set; }

    /// <summary>What the owner wants the receiver to know of the bytes it sends next; travels with them.</summary>
    public object? Mark { get; set; }

    internal Pipe? Incoming { get; private set; }

    internal Pipe? Outgoing { get; private set; }

    /// <summary>How many bytes the kernel takes now.</summary>
    public int Room => IsOpen && Outgoing is not null ? Outgoing.Room : 0;

    /// <summary>Whether the machine still knows the socket.</summary>
    internal bool IsKnown => IsOpen && Owner.Machine.IsOn && Owner.Machine.Boot == _boot;

    /// <summary>Starts to connect; <see cref="IStation.Opened"/> or <see cref="IStation.Failed"/> answers.</summary>
    public void Dial(Endpoint remote, int timeoutMs)
    {
        Remote = remote;
        IsDialling = true;
        if (Local.IsNone) Local = new Endpoint(Owner.Machine.Address, Owner.Machine.TakeEphemeralPort());
        _dialDeadlineUs = _world.NowUs + (timeoutMs > 0 ? timeoutMs * 1000L : 127_000_000);
        _dialPauseUs = 1_000_000;
        _world.At(_world.NowUs, this, Dialling);
    }

    /// <summary>Hands bytes to the kernel; no more than <see cref="Room"/>.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        Invariant.That(IsOpen && bytes.Length <= Room);
        Outgoing!.Send(bytes, Mark);
    }

    /// <summary>The first piece that has come; false when there is none.</summary>
    public bool TryPeek(out ReadOnlySpan<byte> bytes, out object? mark)
    {
        bytes = default;
        mark = null;
        return Incoming is not null && Incoming.TryPeek(out bytes, out mark);
    }

    /// <summary>Takes bytes off the first piece: they have been read.</summary>
    public void Consume(int size) => Incoming!.Consume(size);

    /// <summary>Whether all has been read and the other side has closed.</summary>
    public bool IsAtEnd => Incoming is { IsAtEnd: true };

    /// <summary>Closes in order: what the kernel has still goes out. With unread bytes the kernel resets instead, as Linux does.</summary>
    public void Close()
    {
        if (IsOpen && Incoming!.HasUnread)
        {
            Abort();
            return;
        }

        bool sendEnd = IsOpen;
        IsOpen = IsDialling = false;
        if (sendEnd) Outgoing!.SendEnd();
    }

    /// <summary>Resets: what was not sent is dropped, the other side learns it at once if a path leads there.</summary>
    public void Abort()
    {
        bool tell = IsOpen;
        IsOpen = IsDialling = false;
        if (!tell) return;
        Outgoing!.Drop();
        Peer!.ResetSoon(Owner.Machine);
    }

    /// <summary>Something between the two machines forgets the connection: both ends are reset.</summary>
    public void BreakBothEnds()
    {
        Socket? peer = Peer;
        Broken(LinkFault.Reset);
        peer?.Broken(LinkFault.Reset);
    }

    /// <summary>The machine lost its power: nobody is told.</summary>
    internal void Vanish()
    {
        if (IsOpen) _world.Counters.Count(Counter.HalfOpenLinks);
        IsOpen = IsDialling = false;
        Outgoing?.SenderVanished();
    }

    /// <summary>Holds everything back that this end sends, until a time: a flow that one bad router swallows.</summary>
    public void Stall(long untilUs)
    {
        if (Outgoing is null) return;
        Outgoing.StalledUntilUs = untilUs;
        _world.Counters.Count(Counter.StalledFlows);
    }

    public void Fire(int kind, long argument)
    {
        switch (kind)
        {
            case Dialling: TryDial(); break;
            case Establish: Established(); break;
            case Refuse: FailDial(LinkFault.Refused); break;
            case ResetComes: Broken(LinkFault.Reset); break;
            case RoomComes: if (IsKnown) Owner.Writable(this); break;
            case Probe: ProbePeer(); break;
            default: Invariant.Unreachable("an event of no kind"); break;
        }
    }

    internal void ResetSoon(Machine from)
    {
        if (!_world.Network.Passes(from, Owner.Machine)) return;
        _world.At(_world.Network.ArrivalUs(from, Owner.Machine, 60), this, ResetComes);
    }

    internal void RoomSoon(long atUs) => _world.At(atUs, this, RoomComes);

    internal void Broken(LinkFault fault)
    {
        if (!IsKnown) return;
        IsOpen = false;
        Outgoing!.Drop();
        Incoming!.DropRead();
        _world.Counters.Count(Counter.ConnectionResets);
        Owner.Failed(this, fault);
    }

    private void TryDial()
    {
        if (!IsDialling || !Owner.Machine.IsOn || Owner.Machine.Boot != _boot) return;
        Network network = _world.Network;
        Machine here = Owner.Machine;
        Machine? there = _world.MachineAt(Remote.Address);
        if (Remote.Address == "127.0.0.1") there = here;
        if (there is not null && network.Passes(here, there) && network.Passes(there, here))
        {
            long roundTripUs = network.Path(here, there).LatencyUs + network.Path(there, here).LatencyUs;
            if (network.IsRejected(here, there, Remote.Port))
            {
                _world.Counters.Count(Counter.RejectedConnects);
                _world.At(_world.NowUs + roundTripUs, this, Refuse);
            }
            else if (!there.TryListener(Remote.Port, out Process? process, out Listener? listener))
            {
                _world.Counters.Count(Counter.RefusedConnects);
                _world.At(_world.NowUs + roundTripUs, this, Refuse);
            }
            else
            {
                var accepted = new Socket(_world, process!) { Local = Remote, Remote = Local, IsOpen = true, Peer = this };
                Join(accepted);
                Peer = accepted;
                process!.Accepted(accepted, listener!);
                _world.At(_world.NowUs + roundTripUs, this, Establish);
            }

            return;
        }

        if (_world.NowUs >= _dialDeadlineUs)
        {
            bool unreachable = there is { IsOn: false } && _world.ChanceOfNetwork.Below(2) == 0;
            _world.Counters.Count(Counter.TimedOutConnects);
            FailDial(unreachable ? LinkFault.Unreachable : LinkFault.TimedOut);
            return;
        }

        _world.At(Math.Min(_world.NowUs + _dialPauseUs, _dialDeadlineUs), this, Dialling);
        _dialPauseUs *= 2;
    }

    private void Join(Socket accepted)
    {
        var there = new Pipe(_world, this, accepted);
        var back = new Pipe(_world, accepted, this);
        Outgoing = accepted.Incoming = there;
        Incoming = accepted.Outgoing = back;
    }

    private void Established()
    {
        if (!IsDialling || !Owner.Machine.IsOn || Owner.Machine.Boot != _boot)
        {
            Peer!.ResetSoon(Owner.Machine);
            return;
        }

        IsDialling = false;
        IsOpen = true;
        KeepAlive();
        Owner.Opened(this);
        if (IsOpen && (Incoming!.HasUnread || Incoming.IsAtEnd)) Owner.Readable(this);
    }

    private void FailDial(LinkFault fault)
    {
        if (!IsDialling || !Owner.Machine.IsOn || Owner.Machine.Boot != _boot) return;
        IsDialling = false;
        Owner.Failed(this, fault);
    }

    internal void KeepAlive()
    {
        if (KeepAliveSeconds > 0) _world.At(_world.NowUs + KeepAliveSeconds * 1_000_000L, this, Probe);
    }

    /// <summary>A keep-alive probe: three unanswered ones in a row break the connection.</summary>
    private void ProbePeer()
    {
        if (!IsKnown) return;
        Network network = _world.Network;
        Machine there = Peer!.Owner.Machine;
        bool reached = network.Passes(Owner.Machine, there) && network.Passes(there, Owner.Machine);
        if (reached && !Peer.IsKnown && !Peer.IsDialling)
        {
            if (Incoming!.IsEmpty) Broken(LinkFault.Reset);
            return;
        }

        _failedProbes = reached ? 0 : _failedProbes + 1;
        if (_failedProbes == 1) _brokenSinceUs = _world.NowUs;
        if (_failedProbes > 3 && _world.NowUs > _brokenSinceUs) Broken(LinkFault.TimedOut);
        else _world.At(_world.NowUs + KeepAliveSeconds * 1_000_000L / (reached ? 1 : 3), this, Probe);
    }
}
