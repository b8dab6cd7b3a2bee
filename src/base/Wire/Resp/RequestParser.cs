using System;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Hexad.Core;

namespace Hexad.Wire.Resp;

/// <summary>Where an argument lies in the bytes it was read from.</summary>
public readonly record struct ArgumentRange(int Start, int Length);

/// <summary>The arguments of one request, name first: ranges over the bytes that they were read from.</summary>
public readonly ref struct Arguments(ReadOnlySpan<byte> bytes, ReadOnlySpan<ArgumentRange> ranges)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ReadOnlySpan<ArgumentRange> _ranges = ranges;

    /// <summary>How many arguments there are, the command's name included.</summary>
    public int Count => _ranges.Length;

    /// <summary>The argument at <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ArgumentRange range = _ranges[index];
            return _bytes.Slice(range.Start, range.Length);
        }
    }

    /// <summary>A copy made word by word. Made in larger pieces, just after the words were written, it would wait for each of them to arrive in memory.</summary>
    public Arguments Copy() => new(_bytes, _ranges);

    /// <summary>The arguments from <paramref name="index"/> on.</summary>
    public Arguments From(int index) => new(_bytes, _ranges[index..]);
}

/// <summary>What one call of <see cref="RequestParser.Parse"/> came to.</summary>
public enum ParseOutcome
{
    /// <summary>The bytes end within a request: more are needed.</summary>
    NeedMore,

    /// <summary>As many requests as were asked for are parsed; there may be more in the bytes.</summary>
    Full,

    /// <summary>The bytes are not a request: <see cref="RequestParser.Fault"/> says why. Requests before it stand.</summary>
    Malformed,
}

/// <summary>The limits that a request is held to.</summary>
public struct RequestLimits
{
    /// <summary>Longest argument in bytes (<c>proto-max-bulk-len</c>).</summary>
    public long MaxBulkLength;

    /// <summary>Whether the sender has yet to authenticate: then at most 10 arguments of at most 16384 bytes.</summary>
    public bool Unauthenticated;
}

/// <summary>
/// Reads requests out of a client's bytes: RESP arrays of bulk strings, and inline commands (a line of words).
///
/// <code>
///   request = "*" count CRLF count·( "$" length CRLF bytes CRLF )  |  words CRLF
/// </code>
///
/// The parser keeps its place, so bytes that arrive one at a time cost no more than bytes that arrive at once. It
/// parses several requests ahead, so that their keys can be prefetched before the first is executed. Ranges are
/// offsets into the span given to <see cref="Parse"/>, whose start must stay the same until <see cref="Shift"/> or
/// <see cref="Reset"/> says otherwise.
/// </summary>
public sealed class RequestParser
{
    /// <summary>How many requests are parsed ahead at most.</summary>
    public const int Ahead = 16;

    private const int InlineMax = 64 * 1024;
    private const int CountMax = int.MaxValue;
    private const int NoNumber = 0;
    private const int UnauthenticatedCountMax = 10;
    private const int UnauthenticatedBulkMax = 16384;
    private readonly RequestBounds[] _requests = new RequestBounds[Ahead];
    private ArgumentRange[] _ranges = new ArgumentRange[64];
    private int _rangeCount;
    private int _firstRange;
    private int _place;
    private int _argumentsLeft;
    private long _bulkLength = -1;
    private byte[] _unquoted = [];

    private record struct RequestBounds(int FirstRange, int Count, int End, bool Unquoted);

    /// <summary>How many whole requests the last calls of <see cref="Parse"/> have found since <see cref="Reset"/>.</summary>
    public int Count { get; private set; }

    /// <summary>After <see cref="ParseOutcome.Malformed"/>: the text after "Protocol error: ".</summary>
    public string Fault { get; private set; } = "";

    /// <summary>The length of the argument being waited for, or -1: how much room the sender will fill.</summary>
    public long AwaitedLength => _bulkLength;

    /// <summary>Where the unread bytes begin.</summary>
    public int Place => _place;

    /// <summary>The arguments of request <paramref name="index"/> in <paramref name="bytes"/>, the span that was parsed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Arguments Request(int index, ReadOnlySpan<byte> bytes)
    {
        ref RequestBounds request = ref _requests[index];
        return new Arguments(request.Unquoted ? _unquoted : bytes, _ranges.AsSpan(request.FirstRange, request.Count));
    }

    /// <summary>Where request <paramref name="index"/> ends in the parsed bytes.</summary>
    public int EndOf(int index) => _requests[index].End;

    /// <summary>Whether a request has begun whose end has not come.</summary>
    public bool InRequest => _argumentsLeft > 0;

    /// <summary>Forgets everything; the next bytes begin a request.</summary>
    public void Reset()
    {
        Count = _rangeCount = _firstRange = _place = _argumentsLeft = 0;
        _bulkLength = -1;
    }

    /// <summary>
    /// Forgets the whole requests and moves the ranges of the one that has begun, since the caller dropped
    /// <paramref name="bytes"/> bytes, the whole requests, from the front of the buffer.
    /// </summary>
    public void Shift(int bytes)
    {
        int begun = _rangeCount - _firstRange;
        for (int i = 0; i < begun; i++)
        {
            ArgumentRange range = _ranges[_firstRange + i];
            _ranges[i] = range with { Start = range.Start - bytes };
        }

        _rangeCount = begun;
        _firstRange = 0;
        _place -= bytes;
        Count = 0;
        if (_ranges.Length > 1024 && _rangeCount < 64) Array.Resize(ref _ranges, 64);
    }

    /// <summary>Parses on in <paramref name="bytes"/> until <see cref="Ahead"/> requests stand or the bytes end.</summary>
    public ParseOutcome Parse(ReadOnlySpan<byte> bytes, in RequestLimits limits)
    {
        while (Count < Ahead)
        {
            if (_argumentsLeft == 0)
            {
                if (_place >= bytes.Length) return ParseOutcome.NeedMore;
                if (bytes[_place] != '*')
                {
                    int before = Count;
                    int place = _place;
                    ParseOutcome inline = ParseInline(bytes);
                    if (inline != ParseOutcome.Full) return inline;
                    if (Count > before || _place == place) return ParseOutcome.Full;
                    continue;
                }

                ParseOutcome header = ParseCount(bytes, limits);
                if (header != ParseOutcome.Full) return header;
                if (_argumentsLeft == 0) continue;
            }

            ParseOutcome rest = ParseArguments(bytes, limits);
            if (rest != ParseOutcome.Full) return rest;
            _requests[Count++] = new RequestBounds(_firstRange, _rangeCount - _firstRange, _place, false);
            _firstRange = _rangeCount;
        }

        return ParseOutcome.Full;
    }

    // "*" count CRLF
    private ParseOutcome ParseCount(ReadOnlySpan<byte> bytes, in RequestLimits limits)
    {
        ReadOnlySpan<byte> rest = bytes[_place..];
        int end = NumberEnd(rest, out long count);
        if (end < 0) return rest.Length > InlineMax ? Malformed("too big mbulk count string") : ParseOutcome.NeedMore;
        if (end == NoNumber || count > CountMax) return Malformed("invalid multibulk length");
        if (count > UnauthenticatedCountMax && limits.Unauthenticated) return Malformed("unauthenticated multibulk length");
        _place += end + 2;
        _argumentsLeft = count <= 0 ? 0 : (int)count;
        return ParseOutcome.Full;
    }

    // "$" length CRLF bytes CRLF
    private ParseOutcome ParseArguments(ReadOnlySpan<byte> bytes, in RequestLimits limits)
    {
        // Each word begins where the one before it ends: the place is kept in a register, since a field would be written and read in between.
        int place = _place;
        long bulkLength = _bulkLength;
        ParseOutcome outcome = ParseOutcome.Full;
        for (; _argumentsLeft > 0; _argumentsLeft--)
        {
            if (bulkLength < 0)
            {
                ReadOnlySpan<byte> rest = bytes[Math.Min(place, bytes.Length)..];
                int end = NumberEnd(rest, out long length);
                if (end <= NoNumber || rest[0] != '$' || !IsAllowed(length, limits))
                {
                    outcome = NoArgument(rest, end, length, limits);
                    break;
                }

                place += end + 2;
                bulkLength = length;
            }

            if (bytes.Length - place < bulkLength + 2)
            {
                outcome = ParseOutcome.NeedMore;
                break;
            }

            Add(new ArgumentRange(place, (int)bulkLength));
            place += (int)bulkLength + 2;
            bulkLength = -1;
        }

        _place = place;
        _bulkLength = bulkLength;
        return outcome;
    }

    private static bool IsAllowed(long length, in RequestLimits limits) =>
        length >= 0 && length <= limits.MaxBulkLength && (length <= UnauthenticatedBulkMax || !limits.Unauthenticated);

    private ParseOutcome NoArgument(ReadOnlySpan<byte> rest, int end, long length, in RequestLimits limits)
    {
        if (end < 0) return rest.Length > InlineMax ? Malformed("too big bulk count string") : ParseOutcome.NeedMore;
        if (rest[0] != '$') return Malformed($"expected '$', got '{(char)rest[0]}'");
        return Malformed(end == NoNumber || length < 0 || length > limits.MaxBulkLength ? "invalid bulk length" : "unauthenticated bulk length");
    }

    // Where the line ends of a count or length, which stands behind a mark; NoNumber when the line is none, negative when its end has not come.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NumberEnd(ReadOnlySpan<byte> rest, out long number)
    {
        // Most have one digit or two.
        if (rest.Length > 4 && (uint)(rest[1] - '0') <= 9)
        {
            number = rest[1] - '0';
            if (rest[2] == '\r') return 2;
            if (rest[3] == '\r' && number > 0 && (uint)(rest[2] - '0') <= 9)
            {
                number = number * 10 + rest[2] - '0';
                return 3;
            }
        }

        return AnyNumberEnd(rest, out number);
    }

    private static int AnyNumberEnd(ReadOnlySpan<byte> rest, out long number)
    {
        int end = LineEnd(rest);
        number = 0;
        return end < 0 || NumberText.TryInt64(rest[1..end], out number) ? end : NoNumber;
    }

    // words CRLF, or LF alone
    private ParseOutcome ParseInline(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes[_place..];
        int feed = rest.IndexOf((byte)'\n');
        if (feed < 0) return rest.Length > InlineMax ? Malformed("too big inline request") : ParseOutcome.NeedMore;
        ReadOnlySpan<byte> line = rest[..feed];
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        bool unquoted = line.IndexOfAny((byte)'"', (byte)'\'', (byte)0) >= 0;

        // There is room for one request's unquoted words only: those before it come first.
        if (unquoted && Count > 0) return ParseOutcome.Full;
        int lineStart = _place;
        if (!(unquoted ? SplitQuoted(line) : SplitPlain(line, lineStart))) return Malformed("unbalanced quotes in request");
        _place += feed + 1;
        if (_rangeCount > _firstRange) _requests[Count++] = new RequestBounds(_firstRange, _rangeCount - _firstRange, _place, unquoted);
        _firstRange = _rangeCount;
        return ParseOutcome.Full;
    }

    private bool SplitPlain(ReadOnlySpan<byte> line, int start)
    {
        for (int i = 0; i < line.Length;)
        {
            if (IsSpace(line[i]))
            {
                i++;
                continue;
            }

            int from = i;
            while (i < line.Length && !IsSpace(line[i])) i++;
            Add(new ArgumentRange(start + from, i - from));
        }

        return true;
    }

    private bool SplitQuoted(ReadOnlySpan<byte> line)
    {
        var words = new QuotedWords(line);
        _unquoted = new byte[line.Length];
        int used = 0;
        while (words.Next(_unquoted.AsSpan(used), out int length))
        {
            Add(new ArgumentRange(used, length));
            used += length;
        }

        return !words.Unbalanced;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f' or (byte)'\r' or (byte)'\n';

    // The first "\r" ends a line once the byte after it, whatever it is, is there too (as Redis reads it).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LineEnd(ReadOnlySpan<byte> rest)
    {
        // Counts and lengths are nearly always one to three digits.
        for (int i = 1; i < rest.Length - 1 && i < 8; i++)
            if (rest[i] == '\r') return i;
        if (rest.Length <= 8) return -1;
        int end = rest[8..].IndexOf((byte)'\r');
        return end < 0 || end + 8 >= rest.Length - 1 ? -1 : end + 8;
    }

    private void Add(ArgumentRange range)
    {
        if (_rangeCount == _ranges.Length) Array.Resize(ref _ranges, _ranges.Length * 2);
        _ranges[_rangeCount++] = range;
    }

    private ParseOutcome Malformed(string fault)
    {
        Fault = fault;
        return ParseOutcome.Malformed;
    }
}
