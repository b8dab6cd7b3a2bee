// What a command does beside its reply must be the same on a real server and on ours: which watched keys it touches, so
// that another client's EXEC fails, and which keyspace notifications it publishes, in which order. Commands are made by
// chance as for the comparison of replies; one client watches each key.
using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Compat.Tests.Replication;
using Hexad.Core;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

public sealed class EffectTests
{
    private const int Rounds = 1000;

    private static readonly string[] Keys = ["a", "b", "c", "d{x}", ""];

    private static readonly string[] Strings =
    [
        "SET K V", "SET K V NX|XX|get|FOO", "SET K V KEEPTTL|_ GET|_ NX|XX|_", "SET K V EX T NX|KEEPTTL|_", "SET K V PXAT M GET|_", "SET K V EXAT M",
        "GET K", "GETDEL K", "GETSET K V", "GETEX K", "GETEX K PERSIST|FOO", "GETEX K EX|PX|PXAT|EXAT M", "SETRANGE K 0|3|x V", "APPEND K V", "INCR K", "DECR K",
        "INCRBY K I", "DECRBY K I", "INCRBYFLOAT K V", "INCRBYFLOAT K I", "MSET K V K V", "MSETNX K V K V", "SETNX K V", "SETEX K T V", "PSETEX K T V",
        "SETBIT K B 0|1", "BITOP AND|or|XOR|NOT K K K", "BITOP NOT K K", "BITFIELD K GET u8 0", "BITFIELD K SET u8 0 N INCRBY u8 #2 I", "BITFIELD K OVERFLOW FAIL INCRBY u2 1 3",
        "BITFIELD_RO K GET u8 0", "LCS K K",
    ];

    private static readonly string[] Generic =
    [
        "DEL K K", "UNLINK K", "EXISTS K K", "TYPE K", "TOUCH K", "RENAME K K", "RENAMENX K K", "COPY K K REPLACE|_", "COPY K K DB 1 REPLACE|_", "MOVE K 1", "EXPIRE K T NX|XX|gt|LT|_",
        "PEXPIREAT K M NX|XX|_ GT|LT|_", "EXPIREAT K M", "PERSIST K", "FLUSHALL", "FLUSHDB", "SWAPDB 0 1", "SWAPDB 0 0", "OBJECT ENCODING K", "SORT K ALPHA STORE K", "SORT K BY nosort STORE K",
        "DUMP K", "RESTORE K 0 x", "SET K V", "RPUSH K {3 E}", "HSET K E V", "SADD K E E", "ZADD K S E", "XADD K * E V", "INCR K",
    ];

    public static TheoryData<string> Families()
    {
        var families = new TheoryData<string> { "string", "generic" };
        foreach (string family in TypeTests.Families.Keys)
            if (family != "multi") families.Add(family);
        return families;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Watched_keys_and_notifications_are_those_of_a_real_server(string family)
    {
        // A sorted set that SORT sorts is walked in an order of its own, and so are the keys that it looks for and misses.
        string[] options = ["--notify-keyspace-events", family == "sort" ? "AKEn" : "AKEmn"];
        using Server real = Server.Real(options);
        using Server ours = Server.Ours(options);
        Assert.Equal("PONG", real.Call("PING"));
        Assert.Equal("PONG", ours.Call("PING"));
        using var first = new Observed(real.Port);
        using var second = new Observed(ours.Port);
        string[] shapes = Shapes(family);
        var dice = new Dice(TypeTests.Number("HEXAD_DIFF_SEED", 1));
        int rounds = (int)TypeTests.Number("HEXAD_EFFECT_ROUNDS", Rounds);
        var history = new Queue<string>();
        for (int round = 0; round < rounds; round++)
        {
            string[] words = CommandShapes.Words(dice, shapes[dice.Below(shapes.Length)]);
            string expected = first.Do(words), actual = second.Do(words);
            history.Enqueue(string.Join(' ', words));
            if (history.Count > 20) history.Dequeue();
            if (expected == actual) continue;
            Assert.Fail($"{string.Join('\n', history)}\nreal:\n{expected}\nours:\n{actual}");
        }
    }

    private static string[] Shapes(string family)
    {
        if (family == "generic") return Generic;
        // From 7.2 on XSETID refuses an id below those that were deleted.
        string[] own = family == "string" ? Strings : [.. TypeTests.Families[family].Where(shape => shape != "XSETID K X").Select(shape => shape[1] == ':' ? shape[2..] : shape)];
        return [.. own, .. own, "DEL K K", "RENAME K K", "COPY K K REPLACE|_", "SET K V", "PERSIST K", "EXPIRE K 100000"];
    }

    /// <summary>A server with one client that acts, one that listens, and one for each key that watches it.</summary>
    private sealed class Observed : IDisposable
    {
        private readonly RawClient _actor;
        private readonly RawClient _listener;
        private readonly RawClient[] _watchers;

        public Observed(int port)
        {
            _actor = new RawClient(port);
            _listener = new RawClient(port);
            _listener.Call("PSUBSCRIBE", "__key*@*__:*");
            _watchers = [.. Keys.Select(_ => new RawClient(port))];
            for (int i = 0; i < Keys.Length; i++)
            {
                _watchers[i].Call("WATCH", Keys[i]);
                _watchers[i].Call("MULTI");
            }
        }

        /// <summary>Runs a command, and tells which keys it touched and what was published.</summary>
        public string Do(string[] words)
        {
            _actor.Call(words);
            for (int i = 0; i < Keys.Length; i++) _watchers[i].Send([["EXEC"], ["WATCH", Keys[i]], ["MULTI"]]);
            var effects = new List<string>();
            for (int i = 0; i < Keys.Length; i++)
            {
                if (_watchers[i].Receive() != "*0\r\n") effects.Add($"touches '{Keys[i]}'");
                _watchers[i].Receive();
                _watchers[i].Receive();
            }

            _listener.Send([["PING"]]);
            for (string message = _listener.Receive(); !message.Contains("pong", StringComparison.Ordinal); message = _listener.Receive())
            {
                // From 7.2 on XCLAIM and XREADGROUP make their consumer before they look whether there is anything for it.
                if (message.Contains("xgroup-createconsumer", StringComparison.Ordinal)) continue;
                string[] lines = message.Split("\r\n");
                effects.Add($"publishes {lines[6]} {lines[8]}");
            }

            return string.Join('\n', effects);
        }

        public void Dispose()
        {
            _actor.Dispose();
            _listener.Dispose();
            foreach (RawClient watcher in _watchers) watcher.Dispose();
        }
    }
}
