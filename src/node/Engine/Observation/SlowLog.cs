using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>One call that took long.</summary>
public sealed record SlowCall(long Id, long UnixSeconds, long Microseconds, byte[][] Words, string Peer, string Name);

/// <summary>The calls that took longer than <c>slowlog-log-slower-than</c>, the latest <c>slowlog-max-len</c> of them.</summary>
public sealed class SlowLog(Node node)
{
    private const int MostWords = 32;
    private const int LongestWord = 128;
    private readonly LinkedList<SlowCall> _calls = [];
    private long _nextId;

    /// <summary>The latest first.</summary>
    public IReadOnlyCollection<SlowCall> Calls => _calls;

    /// <summary>Forgets all calls; the numbers go on.</summary>
    public void Clear() => _calls.Clear();

    /// <summary>Notes a call.</summary>
    public void Add(Session session, in Arguments call, ulong hidden, long microseconds)
    {
        _calls.AddFirst(new SlowCall(
            _nextId++, node.Now.Wall.Value / 1000, microseconds, Trimmed(call, hidden), session.Link?.Remote.ToString() ?? "", session.Name));
        Trim();
    }

    /// <summary>Drops what is over <c>slowlog-max-len</c>.</summary>
    public void Trim()
    {
        while (_calls.Count > node.Options.SlowlogMaxEntries) _calls.RemoveLast();
    }

    private static byte[][] Trimmed(in Arguments call, ulong hidden)
    {
        int kept = Math.Min(call.Count, MostWords);
        var words = new byte[kept][];
        for (int i = 0; i < kept; i++)
        {
            if (kept != call.Count && i == kept - 1)
                words[i] = Encoding.ASCII.GetBytes($"... ({call.Count - kept + 1} more arguments)");
            else if (IsHidden(hidden, i)) words[i] = "(redacted)"u8.ToArray();
            else if (call[i].Length > LongestWord)
                words[i] = [.. call[i][..LongestWord], .. Encoding.ASCII.GetBytes($"... ({call[i].Length - LongestWord} more bytes)")];
            else words[i] = call[i].ToArray();
        }

        return words;
    }

    /// <summary>Whether the word at an index is a secret, of which bits tell.</summary>
    internal static bool IsHidden(ulong hidden, int index) => index < 64 && (hidden >> index & 1) != 0;
}
