using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Hexad.Host.Tests;

/// <summary>Ports that nobody uses now, below those from which the system takes its own: two runs side by side do not meet.</summary>
internal static class FreePort
{
    private const int First = 21000;
    private const int Last = 30000;
    private static int _next = First + (System.Environment.ProcessId * 37 % (Last - First - 100));

    /// <summary>The first of <paramref name="count"/> free ports in a row.</summary>
    internal static int Take(int count = 3)
    {
        while (true)
        {
            int first = Interlocked.Add(ref _next, count) - count;
            if (first + count > Last) Interlocked.Exchange(ref _next, First);
            int free = 0;
            while (free < count && IsFree(first + free)) free++;
            if (free == count) return first;
        }
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
