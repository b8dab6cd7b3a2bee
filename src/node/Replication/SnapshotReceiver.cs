// What a primary sends after +FULLRESYNC: a snapshot in one of two frames.
//
//   "$" length CRLF  bytes                      the length is known: it was written to a file first
//   "$EOF:" mark CRLF  bytes  mark              it is not: 40 random characters stand at both ends
//
// Before it, and as long as the snapshot is not ready, single line feeds say that the primary is alive. After the mark
// nothing follows until we have acknowledged: so it is enough to look at the last 40 bytes that have come.
using System;
using System.Text;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>Takes the bytes of a snapshot out of their frame.</summary>
public interface ISnapshotSink
{
    /// <summary>The next bytes of the snapshot.</summary>
    void Payload(ReadOnlySpan<byte> bytes);
}

/// <summary>How receiving went so far.</summary>
public enum SnapshotProgress
{
    /// <summary>More is to come.</summary>
    More,

    /// <summary>All has come.</summary>
    Complete,

    /// <summary>The primary sent something else: <see cref="SnapshotReceiver.Fault"/>.</summary>
    Faulty,
}

/// <summary>Receives one snapshot.</summary>
public sealed class SnapshotReceiver(ISnapshotSink sink)
{
    private const int MarkBytes = 40;
    private const int LongestLine = 1024;
    private readonly byte[] _line = new byte[LongestLine];
    private readonly byte[] _mark = new byte[MarkBytes];
    private readonly byte[] _tail = new byte[MarkBytes];
    private int _lineLength;
    private int _tailLength;
    private bool _framed;
    private bool _marked;

    /// <summary>How long the snapshot is; 0 when the primary did not say.</summary>
    public long Total { get; private set; }

    /// <summary>How many bytes of it have come.</summary>
    public long Received { get; private set; }

    /// <summary>Whether the end is told by a mark and not by a length.</summary>
    public bool IsMarked => _marked;

    /// <summary>Whether its first line has come.</summary>
    public bool HasBegun => _framed;

    /// <summary>What was wrong.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Takes the next bytes; <paramref name="used"/> of them belonged to the snapshot and its frame.</summary>
    public SnapshotProgress Receive(ReadOnlySpan<byte> bytes, out int used)
    {
        used = 0;
        while (!_framed)
        {
            if (used == bytes.Length) return SnapshotProgress.More;
            byte b = bytes[used++];
            if (b != '\n')
            {
                if (_lineLength == LongestLine) return Bad("the line before the snapshot is too long");
                _line[_lineLength++] = b;
                continue;
            }

            if (!Frame()) return SnapshotProgress.Faulty;
        }

        ReadOnlySpan<byte> rest = bytes[used..];
        if (_marked)
        {
            used = bytes.Length;
            return Marked(rest);
        }

        int part = (int)Math.Min(rest.Length, Total - Received);
        used += part;
        Deliver(rest[..part]);
        return Received == Total ? SnapshotProgress.Complete : SnapshotProgress.More;
    }

    private bool Frame()
    {
        ReadOnlySpan<byte> line = _line.AsSpan(0, _lineLength).TrimEnd((byte)'\r');
        _lineLength = 0;
        if (line.IsEmpty) return true;
        if (line[0] == '-')
        {
            Bad($"MASTER aborted replication with an error: {Encoding.Latin1.GetString(line[1..])}");
            return false;
        }

        if (line.StartsWith("$EOF:"u8) && line.Length == 5 + MarkBytes)
        {
            line[5..].CopyTo(_mark);
            _marked = _framed = true;
            return true;
        }

        if (line[0] == '$' && NumberText.TryInt64(line[1..], out long length) && length >= 0)
        {
            Total = length;
            _framed = true;
            return true;
        }

        Bad($"Bad protocol from MASTER, the first byte is not '$' (we received '{Encoding.Latin1.GetString(line)}'), are you sure the host and port are right?");
        return false;
    }

    // All but the last 40 bytes so far are surely not the mark.
    private SnapshotProgress Marked(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= MarkBytes)
        {
            Deliver(_tail.AsSpan(0, _tailLength));
            Deliver(bytes[..^MarkBytes]);
            bytes[^MarkBytes..].CopyTo(_tail);
            _tailLength = MarkBytes;
        }
        else
        {
            int over = Math.Max(0, _tailLength + bytes.Length - MarkBytes);
            Deliver(_tail.AsSpan(0, over));
            _tail.AsSpan(over, _tailLength - over).CopyTo(_tail);
            _tailLength -= over;
            bytes.CopyTo(_tail.AsSpan(_tailLength));
            _tailLength += bytes.Length;
        }

        return _tailLength == MarkBytes && _tail.AsSpan().SequenceEqual(_mark) ? SnapshotProgress.Complete : SnapshotProgress.More;
    }

    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        Received += bytes.Length;
        sink.Payload(bytes);
    }

    private SnapshotProgress Bad(string why)
    {
        Fault = why;
        return SnapshotProgress.Faulty;
    }
}
