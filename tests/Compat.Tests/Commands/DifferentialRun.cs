// The same commands go to a real server and to ours in long pipelines, and each pair of replies is compared to the byte. What
// stands before the colon of a shape says where that is too much:
//
//   S P C Q   the order of elements, of pairs, of a scan's elements, of a scan's pairs means nothing (see ReplyTree); what SORT
//             finds equal keeps the order in which the elements of a set or sorted set are met
//   N         only the kind of the reply counts: payloads of sets, whose members have no order, are other bytes
//   T         times that depend on the moment may differ by a few seconds
//   O         the name of an encoding may be that of 7.2 where small lists and sets are concerned; and SORT, which makes a
//             large sorted set of a small one by the way in Redis, leaves it as it is with us
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

/// <summary>Runs commands of one family against both.</summary>
internal sealed class DifferentialRun(RawClient real, RawClient ours, Dice dice, string[] shapes)
{
    private const int BatchSize = 200;
    private const int BatchesPerDigest = 20;
    private const int Remembered = 400;
    private const int Shown = 40;
    private const long MostSecondsApart = 5;

    private readonly Queue<string[]> _history = new();
    private readonly List<(char Order, string[] Words)> _batch = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _length;

    /// <summary>How many commands were run.</summary>
    public long Commands { get; private set; }

    /// <summary>How many of them were answered by an error.</summary>
    public long Errors { get; private set; }

    /// <summary>One command of so many is spoilt; 0: none.</summary>
    public int SpoilsOneOf { get; init; } = 30;

    /// <summary>A command that is never spoilt.</summary>
    public string NeverSpoilt { get; init; } = "";

    /// <summary>Whether the digest of all data can be compared after any batch.</summary>
    public bool ComparesDigests { get; init; } = true;

    /// <summary>Runs so many commands.</summary>
    public void Run(long commands)
    {
        for (int batch = 1; Commands < commands; batch++)
        {
            Make();
            real.Send(_bytes.AsSpan(0, _length));
            ours.Send(_bytes.AsSpan(0, _length));
            foreach ((char order, string[] words) in _batch) Compare(order, words);
            if (ComparesDigests && batch % BatchesPerDigest == 0) CompareData();
        }
    }

    /// <summary>Compares the digests of all data.</summary>
    public void CompareData()
    {
        string expected = real.Call("DEBUG", "DIGEST"), actual = ours.Call("DEBUG", "DIGEST");
        if (expected != actual) Fail("the digests of all data", expected, actual);
    }

    private void Make()
    {
        _batch.Clear();
        _length = 0;
        for (int i = 0; i < BatchSize; i++)
        {
            string shape = shapes[dice.Below(shapes.Length)];
            bool hasOrder = shape.Length > 1 && shape[1] == ':';
            string[] words = CommandShapes.Words(dice, hasOrder ? shape[2..] : shape);
            if (SpoilsOneOf > 0 && dice.Below(SpoilsOneOf) == 0 && !IsChance(words[0]) && words[0] != NeverSpoilt) words = CommandShapes.Spoilt(dice, words);
            _batch.Add((hasOrder ? shape[0] : ' ', words));
            Append(words);
        }
    }

    private void Append(string[] words)
    {
        Text(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n"));
        foreach (string word in words)
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n"));
            Text(word);
            Text("\r\n");
        }
    }

    private void Text(string text)
    {
        if (_bytes.Length - _length < text.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + text.Length));
        _length += Encoding.Latin1.GetBytes(text, _bytes.AsSpan(_length));
    }

    private void Compare(char order, string[] words)
    {
        ReadOnlySpan<byte> expected = real.ReceiveBytes(), actual = ours.ReceiveBytes();
        Commands++;
        if (expected[0] == '-') Errors++;
        _history.Enqueue(words);
        if (_history.Count > Remembered) _history.Dequeue();
        if (expected.SequenceEqual(actual)) return;
        string first = Encoding.Latin1.GetString(expected), second = Encoding.Latin1.GetString(actual);
        if (!Agree(order, first, second) && !IsNewer(words[0], first, second) && !IsSharing(words, first, second)) Fail(string.Join(' ', words), first, second);
    }

    // What chance has a part in, unless all is asked for; and scans, whose cursors mean something else with each server.
    private static bool IsChance(string command) => command == "SPOP" || command.Contains("RAND", StringComparison.Ordinal) || command.Contains("SCAN", StringComparison.Ordinal);

    // Errors that 7.2 words otherwise, or finds where 7.0 still miscounts words.
    private static bool IsNewer(string command, string expected, string actual) =>
        expected[0] == '-' && actual[0] == '-' && command switch
        {
            "ZRANK" or "ZREVRANK" => expected.StartsWith("-ERR wrong number", StringComparison.Ordinal), // 7.2 has WITHSCORE.
            "XREAD" or "XREADGROUP" => expected.StartsWith("-ERR Unbalanced", StringComparison.Ordinal) && actual.StartsWith("-ERR Unbalanced", StringComparison.Ordinal),
            _ => expected == "-ERR timeout is negative\r\n" && actual == "-ERR timeout is out of range\r\n",
        };

    // A small integer is one object for all keys there, but for the keys that COPY made: with us it is always in its entry.
    private static bool IsSharing(string[] words, string expected, string actual) =>
        words.Length == 3 && words[1] == "REFCOUNT" && expected == ":1\r\n" && actual == ":2147483647\r\n";

    private static bool Agree(char order, string expected, string actual) => order switch
    {
        'S' or 'P' or 'C' or 'Q' => ReplyTree.Sorted(expected, order) == ReplyTree.Sorted(actual, order),
        'N' => expected[0] == '$' && actual[0] == '$' && expected[1] != '-' && actual[1] != '-',
        'T' => IsTime(expected, out long first) && IsTime(actual, out long second) && Math.Abs(first - second) <= (first > 1_000_000_000_000 || first % 1000 != 0 || second % 1000 != 0 ? MostSecondsApart * 1000 : MostSecondsApart),
        'O' => (expected is "$9\r\nquicklist\r\n" or "$9\r\nhashtable\r\n" or "$8\r\nskiplist\r\n") && actual == "$8\r\nlistpack\r\n",
        _ => false,
    };

    private static bool IsTime(string reply, out long time)
    {
        time = 0;
        return reply[0] == ':' && long.TryParse(reply.AsSpan(1, reply.Length - 3), CultureInfo.InvariantCulture, out time) && time > 0;
    }

    // With the commands before it that named its key, or all keys.
    private void Fail(string what, string expected, string actual)
    {
        string[] named = _history.Last()[1..];
        IEnumerable<string> before = _history.Where(words => named.Length == 0 || words[0].StartsWith('F') || words.Skip(1).Intersect(named).Any()).TakeLast(Shown).Select(words => string.Join(' ', words.Select(Shorthand)));
        Assert.Fail($"after {Commands} commands\n{string.Join('\n', before)}\nin: {what}\nreal: {expected}\nours: {actual}");
    }

    private static string Shorthand(string word)
    {
        if (word.Length == 0) return "\"\"";
        var text = new StringBuilder();
        foreach (char c in word) text.Append(c is >= ' ' and <= '~' ? c.ToString() : $"\\x{(int)c:x2}");
        return text.ToString();
    }
}
