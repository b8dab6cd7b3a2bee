using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// A virtual machine: an address, two clocks, a disk and the processes that run on it. It can be switched off (then
/// nothing of it answers, and what its disk had not synced may be gone) and on again.
/// </summary>
public sealed class Machine
{
    private const long WallStartUs = 1_700_000_000_000_000;
    private readonly World _world;
    private readonly Dictionary<int, ListenerSlot> _listeners = [];
    private long _bootedAtUs;
    private long _monotonicAtBootUs;
    private long _wallOffsetUs;
    private int _nextEphemeralPort = 32768;

    internal Machine(World world, int index, string address)
    {
        _world = world;
        Index = index;
        Address = address;
        DriftPpm = world.ChanceOfMachines.Below(401) - 200;
        _wallOffsetUs = world.ChanceOfMachines.Below(2_000_000) - 1_000_000;
        Disk = new Disk(world, this);
        SwitchOn();
    }

    /// <summary>Position in <see cref="World.Machines"/>.</summary>
    public int Index { get; }

    /// <summary>The one IP address, for example 10.0.0.1.</summary>
    public string Address { get; }

    /// <summary>The disk, which outlives crashes.</summary>
    public Disk Disk { get; }

    /// <summary>How fast both clocks run, in millionths more than the world's time.</summary>
    public long DriftPpm { get; }

    /// <summary>Whether it runs.</summary>
    public bool IsOn { get; private set; }

    /// <summary>How often it was switched on: sockets of an earlier boot are unknown to it.</summary>
    public int Boot { get; private set; }

    /// <summary>Everything started on it that has not ended.</summary>
    public List<Process> Processes { get; } = [];

    /// <summary>Both clocks, now.</summary>
    public StepTime Clock
    {
        get
        {
            long now = _world.NowUs;
            return new StepTime(WallStartUs + _wallOffsetUs + Drifted(now), _monotonicAtBootUs + Drifted(now - _bootedAtUs));
        }
    }

    /// <summary>The world's time at which the monotonic clock will show this many milliseconds.</summary>
    public long WorldTimeUs(MonotonicMs monotonic)
    {
        long aheadUs = monotonic.Value * 1000 - _monotonicAtBootUs;
        return _bootedAtUs + aheadUs - (long)((System.Int128)aheadUs * DriftPpm / (1_000_000 + DriftPpm)) + 1;
    }

    /// <summary>Steps the wall clock, as an operator or a time daemon does.</summary>
    public void StepWallClock(long byUs)
    {
        _wallOffsetUs += byUs;
        _world.Counters.Count(Counter.ClockSteps);
    }

    /// <summary>Starts the machine; its processes are started by whoever runs the world.</summary>
    public void SwitchOn()
    {
        Invariant.That(!IsOn);
        IsOn = true;
        Boot++;
        _bootedAtUs = _world.NowUs;
        _monotonicAtBootUs = 1_000_000 + _world.ChanceOfMachines.Below(100_000_000_000);
    }

    /// <summary>Cuts the power: processes vanish without a word to anybody, the disk keeps what was synced and perhaps more.</summary>
    public void PowerFailure()
    {
        Invariant.That(IsOn);
        IsOn = false;
        for (int i = Processes.Count - 1; i >= 0; i--) Processes[i].Vanish();
        Invariant.That(Processes.Count == 0);
        _listeners.Clear();
        Disk.PowerFailure();
        _world.Counters.Count(Counter.MachineCrashes);
    }

    internal int TakeEphemeralPort()
    {
        if (++_nextEphemeralPort > 60999) _nextEphemeralPort = 32768;
        return _nextEphemeralPort;
    }

    internal string? Open(Process process, Engine.Seam.Listener listener)
    {
        if (listener.IsUnix || listener.At.Address == "::*" || listener.At.Address.Contains(':')) return null;
        string address = listener.At.Address;
        if (address is not ("*" or "0.0.0.0" or "127.0.0.1") && address != Address) return "Cannot assign requested address";
        return _listeners.TryAdd(listener.At.Port, new ListenerSlot(process, listener)) ? null : "Address already in use";
    }

    internal void Close(Engine.Seam.Listener listener)
    {
        if (_listeners.TryGetValue(listener.At.Port, out ListenerSlot slot) && slot.Listener == listener) _listeners.Remove(listener.At.Port);
    }

    internal void CloseAllOf(Process process)
    {
        foreach (Engine.Seam.Listener listener in process.Listeners) Close(listener);
    }

    internal bool TryListener(int port, out Process? process, out Engine.Seam.Listener? listener)
    {
        bool found = _listeners.TryGetValue(port, out ListenerSlot slot);
        (process, listener) = (slot.Process, slot.Listener);
        return found;
    }

    private long Drifted(long us) => us + (long)((System.Int128)us * DriftPpm / 1_000_000);

    private readonly record struct ListenerSlot(Process Process, Engine.Seam.Listener Listener);
}
