using System;

using Hexad.Core;

namespace Hexad.Benchmark;

/// <summary>
/// Counts complete replies in a stream without building them: what a load generator must do with every byte, and so
/// the least of it. Bytes may be cut anywhere. RESP2 and RESP3; a push is no reply and is not counted.
///
/// <code>
///   state = bytes of a bulk still to skip, elements still missing from the reply, the beginning of a cut line
/// </code>
/// </summary>
public sealed class ReplyCounter
{
    private const int LongestLine = 512;
    private readonly byte[] _line = new byte[LongestLine];
    private int _lineLength;
    private long _skip;
    private long _missing = 1;
    private bool _inPush;

    /// <summary>How many replies were errors.</summary>
    public long Errors { get; private set; }

    /// <summary>The text of the last error.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Whether what came was not RESP; nothing is counted any more.</summary>
    public bool Malformed { get; private set; }

    /// <summary>Takes the next bytes and returns how many replies they completed.</summary>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        int complete = 0;
        while (bytes.Length > 0 && !Malformed)
        {
            if (_skip > 0)
            {
                int here = (int)Math.Min(_skip, bytes.Length);
                bytes = bytes[here..];
                _skip -= here;
                if (_skip == 0) complete += ElementDone();
                continue;
            }

            int feed = bytes.IndexOf((byte)'\n');
            if (feed < 0)
            {
                Keep(bytes);
                break;
            }

            if (_lineLength == 0) complete += Line(bytes[..feed]);
            else
            {
                Keep(bytes[..feed]);
                int length = _lineLength;
                _lineLength = 0;
                complete += Line(_line.AsSpan(0, length));
            }

            bytes = bytes[(feed + 1)..];
        }

        return complete;
    }

    /// <summary>Forgets a reply that has begun: a new connection starts.</summary>
    public void Restart()
    {
        _lineLength = 0;
        _skip = 0;
        _missing = 1;
        _inPush = false;
    }

    private int Line(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        switch (line.Length == 0 ? (byte)0 : line[0])
        {
            case (byte)'-':
                Errors++;
                LastError = System.Text.Encoding.Latin1.GetString(line[1..]);
                return ElementDone();
            case (byte)'+' or (byte)':' or (byte)'_' or (byte)'#' or (byte)',' or (byte)'(':
                return ElementDone();
            case (byte)'$' or (byte)'=' or (byte)'!':
                if (!NumberText.TryInt64(line[1..], out long length)) break;
                if (length < 0) return ElementDone();
                _skip = length + 2;
                return 0;
            case (byte)'*' or (byte)'~':
                return Aggregate(line, 1);
            case (byte)'%':
                return Aggregate(line, 2);
            case (byte)'|':
                // An attribute comes before the element that it belongs to and is none itself.
                _missing++;
                return Aggregate(line, 2);
            case (byte)'>':
                if (_missing == 1) _inPush = true;
                return Aggregate(line, 1);
        }

        Malformed = true;
        return 0;
    }

    private int Aggregate(ReadOnlySpan<byte> line, int each)
    {
        if (!NumberText.TryInt64(line[1..], out long count))
        {
            Malformed = true;
            return 0;
        }

        if (count > 0) _missing += count * each;
        return ElementDone();
    }

    private int ElementDone()
    {
        if (--_missing > 0) return 0;
        _missing = 1;
        if (!_inPush) return 1;
        _inPush = false;
        return 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, LongestLine - _lineLength);
        bytes[..room].CopyTo(_line.AsSpan(_lineLength));
        _lineLength += room;
    }
}
