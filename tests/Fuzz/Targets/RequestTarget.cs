using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Wire.Resp;

namespace Hexad.Fuzz.Targets;

/// <summary>Requests of clients: read at once and in pieces, they must mean the same.</summary>
internal sealed class RequestTarget : FuzzTarget
{
    private static readonly RequestLimits Limits = new() { MaxBulkLength = 512L << 20 };

    public override string Name => "request";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        int step = bytes[0] % 17 + 1;
        byte[] input = bytes[1..].ToArray();
        Must(Read(input, input.Length) == Read(input, step), "requests read in pieces are others than read at once");
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        foreach (string text in (string[])
        [
            "*1\r\n$4\r\nPING\r\n", "PING\r\nset a b\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nv\r\n\0\u00ff\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
            "set \"a\\x41\\n\" 'b''c'\r\n", "*0\r\n*-1\r\n\r\n*1\r\n$0\r\n\r\n", "*2147483647\r\n", "*1\r\n$536870912\r\n", "*1\r\n$-1\r\n", "*3\r\n:3\r\n",
        ])
        {
            byte[] body = Encoding.Latin1.GetBytes(text);
            yield return [3, .. body];
        }
    }

    // What was understood, as text; the caller's buffer grows by so many bytes at a time, as a session's does.
    private static string Read(byte[] input, int step)
    {
        var parser = new RequestParser();
        var said = new StringBuilder();
        int start = 0;
        for (int end = Math.Min(step, input.Length); ; end = Math.Min(end + step, input.Length))
        {
            while (true)
            {
                ReadOnlySpan<byte> window = input.AsSpan(start, end - start);
                ParseOutcome outcome = parser.Parse(window, Limits);
                int used = 0;
                for (int i = 0; i < parser.Count; i++)
                {
                    Arguments call = parser.Request(i, window);
                    said.Append('(');
                    for (int word = 0; word < call.Count; word++) said.Append(Convert.ToHexString(call[word])).Append(' ');
                    said.Append(')');
                    used = parser.EndOf(i);
                }

                parser.Shift(used);
                start += used;
                if (outcome == ParseOutcome.Malformed) return said.Append(parser.Fault).ToString();
                if (outcome == ParseOutcome.NeedMore) break;
            }

            if (end == input.Length) return said.ToString();
        }
    }
}
