using System;
using System.Collections.Generic;

namespace Hexad.Simulator.Virtual;

/// <summary>The state of one direction between two machines.</summary>
public struct NetworkPath
{
    /// <summary>How many faults cut it now; packets pass when none does.</summary>
    public int Cuts;

    /// <summary>Time of flight in microseconds.</summary>
    public int LatencyUs;

    /// <summary>Greatest jitter on top, in microseconds; small ones are likelier.</summary>
    public int JitterUs;

    /// <summary>How likely a packet is lost, of a million; TCP sends it again, which costs time.</summary>
    public int LossPpm;

    /// <summary>Nanoseconds a byte takes: the inverse of the bandwidth.</summary>
    public int NanosecondsPerByte;
}

/// <summary>A firewall's rule: what comes from one machine to a port of another is rejected.</summary>
public sealed record RejectRule(Machine From, Machine To, int Port);

/// <summary>
/// The paths between machines, each direction by itself. Streams over them keep their order, as TCP does; loss and
/// partitions show as delay, and as resets and time-outs in the end.
/// </summary>
public sealed class Network(World world)
{
    private NetworkPath[] _paths = [];
    private int _machines;

    /// <summary>The firewall's rules.</summary>
    public List<RejectRule> Rejects { get; } = [];

    /// <summary>Latency that new machines get to each other, in microseconds, at least.</summary>
    public int BaseLatencyUs { get; set; } = 100;

    /// <summary>Longest pause between two attempts of TCP to send something again, in microseconds.</summary>
    public long LongestRetryUs { get; set; } = 8_000_000;

    /// <summary>How long TCP tries in all before it gives a connection up, in microseconds.</summary>
    public long GiveUpUs { get; set; } = 120_000_000;

    /// <summary>How many of a thousand new bus links first bring a copy of an earlier message of the same sender.</summary>
    public int DuplicatePermille { get; set; }

    /// <summary>The path from one machine to another, to be read or changed.</summary>
    public ref NetworkPath Path(Machine from, Machine to) => ref _paths[from.Index * _machines + to.Index];

    /// <summary>Whether packets pass in this direction and somebody is there to take them.</summary>
    public bool Passes(Machine from, Machine to) => to.IsOn && Path(from, to).Cuts == 0;

    /// <summary>Cuts or mends (-1) one direction.</summary>
    public void Cut(Machine from, Machine to, int by)
    {
        if (from != to) Path(from, to).Cuts += by;
    }

    /// <summary>Whether a rule of the firewall rejects this.</summary>
    public bool IsRejected(Machine from, Machine to, int port)
    {
        foreach (RejectRule rule in Rejects)
            if (rule.From == from && rule.To == to && rule.Port == port) return true;
        return false;
    }

    /// <summary>When bytes sent now arrive, if nothing cuts the path.</summary>
    public long ArrivalUs(Machine from, Machine to, int bytes)
    {
        ref NetworkPath path = ref Path(from, to);
        Hexad.Core.Dice dice = world.ChanceOfNetwork;
        ulong bits = dice.Next();
        int jitter = path.JitterUs == 0 ? 0 : (int)((bits & 0xFFFF) * (ulong)path.JitterUs >> 16);
        if ((bits >> 32 & 3) != 0) jitter >>= 3;
        long at = world.NowUs + path.LatencyUs + jitter + (long)bytes * path.NanosecondsPerByte / 1000;
        long retryUs = 200_000;
        while (path.LossPpm > 0 && dice.Below(1_000_000) < path.LossPpm && retryUs < 4_000_000)
        {
            at += retryUs;
            retryUs *= 2;
        }

        return at;
    }

    internal void MachineAdded()
    {
        int grown = _machines + 1;
        var paths = new NetworkPath[grown * grown];
        for (int from = 0; from < grown; from++)
            for (int to = 0; to < grown; to++)
                paths[from * grown + to] = from < _machines && to < _machines ? _paths[from * _machines + to] : Fresh(from == to);
        (_paths, _machines) = (paths, grown);
    }

    private NetworkPath Fresh(bool loopback) => loopback
        ? new NetworkPath { LatencyUs = 15, JitterUs = 20, NanosecondsPerByte = 1 }
        : new NetworkPath
        {
            LatencyUs = BaseLatencyUs + world.ChanceOfNetwork.Below(BaseLatencyUs + 1),
            JitterUs = BaseLatencyUs,
            LossPpm = 200,
            NanosecondsPerByte = 10,
        };
}
