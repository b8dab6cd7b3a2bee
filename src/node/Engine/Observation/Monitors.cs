using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>The sessions that said MONITOR, and the line that each of them gets of every call.</summary>
public sealed class Monitors(Node node)
{
    private readonly List<Session> _sessions = [];
    private readonly StringBuilder _line = new();

    /// <summary>Whether there are any.</summary>
    public bool Any => _sessions.Count > 0;

    /// <summary>A session wants to see calls from now on.</summary>
    public void Add(Session session)
    {
        session.Flags |= SessionFlags.Monitor;
        _sessions.Add(session);
        node.UpdateObservation();
    }

    /// <summary>A session has ended or does not want to see calls any more.</summary>
    public void Remove(Session session)
    {
        session.Flags &= ~SessionFlags.Monitor;
        _sessions.Remove(session);
        node.UpdateObservation();
    }

    /// <summary>Tells of a call; words whose bit is set in <paramref name="hidden"/> are not shown.</summary>
    public void Feed(Session session, in Arguments call, ulong hidden)
    {
        _line.Clear();
        long wallUs = node.Now.WallUs;
        _line.Append(CultureInfo.InvariantCulture, $"+{wallUs / 1_000_000}.{wallUs % 1_000_000:D6} [{session.Db.Index} {Peer(session)}] ");
        for (int i = 0; i < call.Count; i++)
        {
            if (i > 0) _line.Append(' ');
            if (SlowLog.IsHidden(hidden, i)) _line.Append("\"(redacted)\"");
            else Quote(call[i]);
        }

        _line.Append("\r\n");
        byte[] bytes = Encoding.Latin1.GetBytes(_line.ToString());
        foreach (Session monitor in _sessions.ToArray())
        {
            if (monitor.IsClosing) continue;
            monitor.Link!.Output.Write(bytes);
            node.Host.Flush(monitor.Link);
            node.Sessions.CheckOutput(monitor);
        }
    }

    private static string Peer(Session session) => session.Link is null ? "lua" : session.PeerText;

    private void Quote(ReadOnlySpan<byte> word)
    {
        _line.Append('"');
        foreach (byte b in word)
        {
            _ = b switch
            {
                (byte)'\\' => _line.Append("\\\\"),
                (byte)'"' => _line.Append("\\\""),
                (byte)'\n' => _line.Append("\\n"),
                (byte)'\r' => _line.Append("\\r"),
                (byte)'\t' => _line.Append("\\t"),
                (byte)'\a' => _line.Append("\\a"),
                (byte)'\b' => _line.Append("\\b"),
                >= 32 and < 127 => _line.Append((char)b),
                _ => _line.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
            };
        }

        _line.Append('"');
    }
}
