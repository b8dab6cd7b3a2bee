using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Hexad.Processes;

/// <summary>
/// Ports that nobody listens on, on any address of this machine, nor on the bus ports above them. All lie below those
/// from which the system takes its own for outgoing connections, bus ports too. Each process begins elsewhere and no port
/// is given twice in a round, so that tests side by side rarely meet.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int End = 22_700;
    private const int BusOffset = 10_000;
    private static int _taken = Environment.ProcessId * 97;

    /// <summary>The first of <paramref name="count"/> free ports in a row.</summary>
    public static int Take(int count = 1)
    {
        for (int tries = 0; tries < End - First; tries++)
        {
            int last = Interlocked.Add(ref _taken, count) & int.MaxValue;
            int first = First + (last % (End - First - count));
            if (Enumerable.Range(first, count).All(static port => IsFree(port) && IsFree(port + BusOffset))) return first;
        }

        throw new InvalidOperationException($"There are no {count} free ports in a row");
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
