// Which connections CLIENT LIST and CLIENT KILL mean.
//
//   filter := ID id… | TYPE class | USER name | ADDR ip:port | LADDR ip:port | NAME name | IP ip | DB index | FLAGS letters
//           | LIB-NAME name | LIB-VER version | MAXAGE seconds | IDLE seconds | SKIPME yes|no
//
// All that are given must hold. ID to LIB-VER may have NOT- before them: then they must not.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;

namespace Hexad.Engine;

/// <summary>Filters of connections, read from a call.</summary>
internal sealed class ClientFilter
{
    private const string FlagLetters = "AbBcdeiIMNOPrRStTuUx";

    private readonly List<Predicate<Session>> _tests = [];

    /// <summary>Whether the caller's own connection is left out.</summary>
    public bool SkipMe { get; private set; }

    /// <summary>The connections from an address and port.</summary>
    public static ClientFilter OfAddress(string address)
    {
        var filter = new ClientFilter();
        filter._tests.Add(session => session.PeerText == address);
        return filter;
    }

    /// <summary>Reads the words from <paramref name="from"/> on; if they are no filters, replies so and returns null.</summary>
    public static ClientFilter? Read(in CommandContext call, int from, bool skipMe)
    {
        var filter = new ClientFilter { SkipMe = skipMe };
        for (int at = from; at < call.Count;)
            if (!filter.TryAdd(call, ref at)) return null;
        return filter;
    }

    /// <summary>Whether a connection is meant.</summary>
    public bool Matches(Session session) => _tests.TrueForAll(test => test(session));

    private bool TryAdd(in CommandContext call, ref int at)
    {
        if (at + 1 >= call.Count) return Refuse(call, ErrorReplies.Syntax);
        ReadOnlySpan<byte> word = call[at];
        bool negated = word.Length > 4 && Ascii.EqualsIgnoreCase(word[..4], "NOT-"u8);
        if (negated) word = word[4..];
        int before = _tests.Count;
        bool added = Ascii.EqualsIgnoreCase(word, "ID"u8) ? TryIds(call, ref at) : TryOne(call, word, at + 1, negated);
        if (!added) return false;
        at += 2;
        for (int i = before; negated && i < _tests.Count; i++)
        {
            Predicate<Session> test = _tests[i];
            _tests[i] = session => !test(session);
        }

        return true;
    }

    private bool TryOne(in CommandContext call, ReadOnlySpan<byte> word, int at, bool negated)
    {
        string value = Encoding.UTF8.GetString(call[at]);
        if (Ascii.EqualsIgnoreCase(word, "ADDR"u8)) _tests.Add(session => session.PeerText == value);
        else if (Ascii.EqualsIgnoreCase(word, "LADDR"u8)) _tests.Add(session => session.LocalText == value);
        else if (Ascii.EqualsIgnoreCase(word, "IP"u8)) _tests.Add(session => session.PeerText.AsSpan(0, Math.Max(0, session.PeerText.LastIndexOf(':'))).SequenceEqual(value));
        else if (Ascii.EqualsIgnoreCase(word, "NAME"u8)) _tests.Add(session => session.Name == value);
        else if (Ascii.EqualsIgnoreCase(word, "LIB-NAME"u8)) _tests.Add(session => session.LibraryName == value);
        else if (Ascii.EqualsIgnoreCase(word, "LIB-VER"u8)) _tests.Add(session => session.LibraryVersion == value);
        else if (Ascii.EqualsIgnoreCase(word, "TYPE"u8)) return TryType(call, at);
        else if (Ascii.EqualsIgnoreCase(word, "USER"u8)) return TryUser(call, at);
        else if (Ascii.EqualsIgnoreCase(word, "DB"u8)) return TryDatabase(call, at);
        else if (Ascii.EqualsIgnoreCase(word, "FLAGS"u8)) return TryFlags(call, at, value);
        else if (negated) return Refuse(call, ErrorReplies.Syntax);
        else if (Ascii.EqualsIgnoreCase(word, "MAXAGE"u8)) return TrySeconds(call, at, "maxage", session => session.Node.Now.Monotonic - session.CreatedAt);
        else if (Ascii.EqualsIgnoreCase(word, "IDLE"u8)) return TrySeconds(call, at, "idle", session => session.Node.Now.Monotonic - session.LastActive);
        else if (Ascii.EqualsIgnoreCase(word, "SKIPME"u8) && (call.Says(at, "YES"u8) || call.Says(at, "NO"u8))) SkipMe = call.Says(at, "YES"u8);
        else return Refuse(call, ErrorReplies.Syntax);
        return true;
    }

    /// <summary>One number at least, and as many as follow.</summary>
    private bool TryIds(in CommandContext call, ref int at)
    {
        var ids = new HashSet<long>();
        for (; at + 1 < call.Count && (ids.Count == 0 || NumberText.TryInt64(call[at + 1], out _)); at++)
        {
            if (!NumberText.TryInt64(call[at + 1], out long id) || id < 1) return Refuse(call, "ERR client-id should be greater than 0"u8);
            ids.Add(id);
        }

        at--;
        _tests.Add(session => ids.Contains(session.Id));
        return true;
    }

    private bool TryType(in CommandContext call, int at)
    {
        if (!SessionClasses.TryParse(call[at], out SessionClass wanted)) return Refuse(call, [.. "ERR Unknown client type '"u8, .. call[at], (byte)'\'']);
        _tests.Add(session => SessionClasses.Of(session) == wanted);
        return true;
    }

    private bool TryUser(in CommandContext call, int at)
    {
        if (!call[at].SequenceEqual("default"u8)) return Refuse(call, [.. "ERR No such user '"u8, .. call[at], (byte)'\'']);
        _tests.Add(session => (session.Flags & (SessionFlags.Primary | SessionFlags.Internal)) == 0);
        return true;
    }

    private bool TryDatabase(in CommandContext call, int at)
    {
        if (!call.TryLong(at, out long index, "ERR DB is not an integer or out of range"u8)) return false;
        int count = call.Services.Databases.Count;
        if (index < 0 || index >= count) return Refuse(call, Encoding.ASCII.GetBytes($"ERR DB number should be between 0 and {count - 1}"));
        _tests.Add(session => session.Db.Index == index);
        return true;
    }

    private bool TryFlags(in CommandContext call, int at, string letters)
    {
        string unknown = string.Concat(Array.FindAll(letters.ToCharArray(), letter => !FlagLetters.Contains(letter, StringComparison.Ordinal)));
        if (unknown.Length > 0) return Refuse(call, [.. "ERR Unknown flags found in the provided filter: "u8, .. Encoding.UTF8.GetBytes(unknown)]);
        _tests.Add(session => Array.TrueForAll(letters.ToCharArray(), letter => SessionText.Flags(session).Contains(letter, StringComparison.Ordinal)));
        return true;
    }

    private bool TrySeconds(in CommandContext call, int at, string name, Func<Session, long> elapsedMs)
    {
        if (!call.TryLong(at, out long seconds, Encoding.ASCII.GetBytes($"ERR {name} is not an integer or out of range"))) return false;
        if (seconds < 1) return Refuse(call, Encoding.ASCII.GetBytes($"ERR {name} should be greater than 0"));
        _tests.Add(session => elapsedMs(session) / 1000 >= seconds);
        return true;
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
