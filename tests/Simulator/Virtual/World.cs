using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Virtual;

/// <summary>Looks on while a world runs; called after every step of a process.</summary>
public interface IWatcher
{
    /// <summary>A process has done a batch of inputs and its effects have been carried out.</summary>
    void Stepped(Process process);

    /// <summary>A whole cluster-bus message is about to leave a process; the sender is who it names, none if its header is light.</summary>
    void BusMessageSent(Process from, Socket socket, in BusPacket packet, NodeId sender);

    /// <summary>A whole cluster-bus message is about to be given to a node.</summary>
    void BusMessageCame(Process to, in BusPacket packet, NodeId sender);

    /// <summary>One that nobody can read is about to leave a process, or to be given to it.</summary>
    void BusMessageUnreadable(Process process, bool outgoing);

    /// <summary>A process is about to be no more, its node is still there to be looked at.</summary>
    void Ending(Process process);

    /// <summary>A node threw: an invariant failed, or a bug.</summary>
    void NodeThrew(Process process, System.Exception thrown);
}

/// <summary>
/// Virtual time, and everything in it. One seed decides all: the same seed and the same calls give the same events,
/// byte for byte, which <see cref="Trace"/> proves.
/// </summary>
public sealed class World
{
    private readonly EventQueue _events = new();
    private readonly Dictionary<string, Machine> _byAddress = [];

    /// <summary>An empty world. Each concern draws from dice of its own, so that one more draw in one changes little in the others.</summary>
    public World(ulong seed)
    {
        Seed = seed;
        var root = new Dice(seed);
        ChanceOfMachines = new Dice(root.Next());
        ChanceOfNetwork = new Dice(root.Next());
        ChanceOfDisks = new Dice(root.Next());
        ChanceOfProcesses = new Dice(root.Next());
        ChanceOfClients = new Dice(root.Next());
        ChanceOfFaults = new Dice(root.Next());
        Network = new Network(this);
    }

    /// <summary>The seed that decides everything.</summary>
    public ulong Seed { get; }

    /// <summary>Virtual time in microseconds since the world began.</summary>
    public long NowUs { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long EventCount { get; private set; }

    public Dice ChanceOfMachines { get; }
    public Dice ChanceOfNetwork { get; }
    public Dice ChanceOfDisks { get; }
    public Dice ChanceOfProcesses { get; }
    public Dice ChanceOfClients { get; }
    public Dice ChanceOfFaults { get; }

    /// <summary>The paths between the machines.</summary>
    public Network Network { get; }

    /// <summary>All machines, in the order of their making.</summary>
    public List<Machine> Machines { get; } = [];

    /// <summary>What has been counted.</summary>
    public Counters Counters { get; } = new();

    /// <summary>The hash of all that happened.</summary>
    public TraceHash Trace { get; } = new();

    /// <summary>Spare arrays for bytes on the network.</summary>
    public ByteArrays Arrays { get; } = new();

    /// <summary>Who looks on, or null.</summary>
    public IWatcher? Watcher { get; set; }

    /// <summary>Where the nodes' log lines go, or null: time in milliseconds, process, level, text.</summary>
    public System.Action<long, Process, Engine.Seam.LogLevel, string>? LogSink { get; set; }

    /// <summary>Adds a machine that runs.</summary>
    public Machine AddMachine(string address)
    {
        var machine = new Machine(this, Machines.Count, address);
        Machines.Add(machine);
        _byAddress.Add(address, machine);
        Network.MachineAdded();
        return machine;
    }

    /// <summary>The machine with an address, or null.</summary>
    public Machine? MachineAt(string address) => _byAddress.GetValueOrDefault(address);

    /// <summary>Schedules an event at a time, which may not be past.</summary>
    public void At(long atUs, IScheduled target, int kind, long argument = 0) =>
        _events.Add(System.Math.Max(atUs, NowUs), target, kind, argument);

    /// <summary>Lets the next event happen if it is not after a time; false when there is none.</summary>
    public bool StepUntil(long untilUs)
    {
        if (_events.NextUs > untilUs) return false;
        _events.Take(out long atUs, out IScheduled target, out int kind, out long argument);
        NowUs = atUs;
        EventCount++;
        target.Fire(kind, argument);
        return true;
    }

    /// <summary>Lets everything happen that happens within a span of time.</summary>
    public void RunFor(long us)
    {
        long until = NowUs + us;
        while (StepUntil(until))
        {
        }

        NowUs = until;
    }

    /// <summary>Runs until a condition holds, looked at after every event; false when it did not within the span.</summary>
    public bool RunUntil(System.Func<bool> condition, long withinUs)
    {
        long until = NowUs + withinUs;
        while (!condition())
        {
            if (StepUntil(until)) continue;
            NowUs = until;
            return condition();
        }

        return true;
    }
}

/// <summary>Arrays that carry bytes over the network, used again and again; three sizes.</summary>
public sealed class ByteArrays
{
    private readonly Stack<byte[]>[] _spare = [new(), new(), new()];

    /// <summary>An array of at least a size, its content arbitrary.</summary>
    public byte[] Rent(int size)
    {
        int sizeClass = size <= 512 ? 0 : size <= 4096 ? 1 : 2;
        if (size > 65536) return new byte[size];
        return _spare[sizeClass].TryPop(out byte[]? array) ? array : new byte[512 << (sizeClass == 0 ? 0 : sizeClass == 1 ? 3 : 7)];
    }

    /// <summary>Gives an array back.</summary>
    public void Return(byte[] array)
    {
        if (array.Length == 512) _spare[0].Push(array);
        else if (array.Length == 4096) _spare[1].Push(array);
        else if (array.Length == 65536) _spare[2].Push(array);
    }
}
