// The same commands, made by chance from one seed, go to a real server and to ours: every reply must be the same to the
// byte, and in the end the digests of all data too. Left out is what differs on purpose: compressed DUMP payloads,
// what depends on the moment (OBJECT IDLETIME, TTL of a relative expiry), and BITFIELD SET of the least 64-bit integer,
// which real servers saturate to the greatest value of the field.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Hexad.Compat.Tests.Replication;
using Hexad.Core;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

public sealed class ReplyTests
{
    private const int Rounds = 12_000;

    private static readonly string[] Keys = ["a", "b", "c", "d{x}", ""];

    private static readonly string[] Integers =
    [
        "0", "1", "-1", "2", "5", "10", "-10", "100", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "abc", "", " 1", "1.5", "-0", "+1", "01", "1e3",
    ];

    private static readonly string[] Values =
    [
        "", "x", "hello", "12", "-7", "3.14", "1e5", "0", "foobar", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "\u00ff\0\u0080", "9223372036854775807", "  9", "inf", "nan", "0x1f", "5.0e3", ".5",
    ];

    // K, I, N, V, T, M, B, D: one of the lists by chance; "x|y": one of the words, of which "_" is none.
    private static readonly string[] Shapes =
    [
        "SET K V", "SET K V NX|XX|get|FOO", "SET K V KEEPTTL|_ GET|_ NX|XX|_", "SET K V EX T NX|KEEPTTL|_", "SET K V PXAT M GET|_", "SET K V EXAT M",
        "GET K", "GETDEL K", "GETSET K V", "GETEX K", "GETEX K PERSIST|FOO", "GETEX K EX|PX|PXAT|EXAT M", "GETRANGE K I I", "SUBSTR K I I",
        "SETRANGE K B V", "APPEND K V", "STRLEN K", "INCR K", "DECR K", "INCRBY K I", "DECRBY K I", "INCRBYFLOAT K V", "INCRBYFLOAT K I",
        "MGET K K", "MSET K V K V", "MSET K V K", "MSETNX K V K V", "SETNX K V", "SETEX K T V", "PSETEX K T V",
        "LCS K K LEN|_ IDX|_ WITHMATCHLEN|_", "LCS K K MINMATCHLEN I", "SETBIT K B 0|1|2|x", "GETBIT K B",
        "BITCOUNT K", "BITCOUNT K I", "BITCOUNT K I I BIT|BYTE|X|_", "BITPOS K 0|1|2|x", "BITPOS K 0|1 I", "BITPOS K 0|1 I I BIT|BYTE|X|_",
        "BITOP AND|or|XOR|NOT|X K K K", "BITOP NOT K K", "BITFIELD K GET u8|i5|u63|u64|i64|x 0|#1|3|-1|#x",
        "BITFIELD K OVERFLOW WRAP|SAT|FAIL|X SET u8|i5|i64|u3 0|#1|3 N INCRBY u8|i5|i64|u63 0|#2 I", "BITFIELD_RO K GET u8 0", "BITFIELD_RO K SET u8 0 1",
        "DEL K K", "UNLINK K", "EXISTS K K", "TYPE K", "TOUCH K", "RENAME K K", "RENAMENX K K", "COPY K K REPLACE|_", "COPY K K DB D REPLACE|X|_", "MOVE K D",
        "EXPIRE K T NX|XX|gt|LT|X|_", "PEXPIREAT K M NX|XX|_ GT|LT|_", "EXPIREAT K M", "PERSIST K",
        "OBJECT ENCODING|FREQ|REFCOUNT|FOO K", "OBJECT", "DBSIZE", "DBSIZE x", "SWAPDB D D", "SELECT D", "FLUSHDB x", "SCAN x|1x|99999999999999999999|-",
        "SCAN 0 COUNT 0|-1|x", "PING V", "PING V V", "ECHO V", "ECHO", "FOO V V", "GET", "CLIENT FOO", "CLIENT GETNAME", "CLIENT SETNAME V", "CLIENT KILL ID x",
        "CLIENT KILL TYPE|FOO x", "CLIENT REPLY x", "CLIENT NO-EVICT on|off|x", "CLIENT UNBLOCK 99999|x", "CLIENT PAUSE x|-1", "CLIENT LIST TYPE|ID x",
        "CLIENT GETREDIR", "HELLO 1|4|x", "HELLO 3 x", "AUTH x", "AUTH x y", "SLOWLOG GET -2|x", "MEMORY USAGE K X", "DEBUG DIGEST", "DEBUG DIGEST-VALUE K",
        "SHUTDOWN x", "SHUTDOWN ABORT", "WAIT 0 0|x", "READONLY", "RESET",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Replies_are_those_of_a_real_server(ulong seed)
    {
        using Server real = Server.Real("--enable-debug-command", "yes");
        using Server ours = Server.Ours("--enable-debug-command", "yes");
        Assert.Equal("PONG", real.Call("PING"));
        Assert.Equal("PONG", ours.Call("PING"));
        using var first = new RawClient(real.Port);
        using var second = new RawClient(ours.Port);
        var dice = new Dice(seed);
        for (int round = 0; round < Rounds; round++)
        {
            string[] words = Words(dice, Shapes[dice.Below(Shapes.Length)]);
            string expected = first.Call(words);
            string actual = second.Call(words);
            Assert.True(expected == actual, $"{string.Join(' ', words)}\nreal: {expected}\nours: {actual}");
        }

        Assert.Equal(first.Call("DEBUG", "DIGEST"), second.Call("DEBUG", "DIGEST"));
    }

    private static string[] Words(Dice dice, string shape)
    {
        var words = new List<string>();
        foreach (string part in shape.Split(' '))
        {
            string word = part switch
            {
                "K" => One(dice, Keys),
                "I" => One(dice, Integers),
                "N" => One(dice, ["0", "1", "-1", "7", "300", "-300", "9223372036854775807", "x"]),
                "V" => One(dice, Values),
                "T" => One(dice, ["100000", "0", "-1", "abc", "9223372036854775807", "99999999999"]),
                "M" => One(dice, ["33177117420000", "-5", "x"]),
                "B" => One(dice, ["0", "3", "7", "100", "199", "-1", "x", "4294967296"]),
                "D" => One(dice, ["0", "1", "2", "16", "-1", "x", "99999999999"]),
                _ when part.Contains('|', StringComparison.Ordinal) => One(dice, part.Split('|')),
                _ => part,
            };
            if (word != "_") words.Add(word);
        }

        return [.. words];
    }

    private static string One(Dice dice, string[] of) => of[dice.Below(of.Length)];

    /// <summary>Sends requests and gives replies back as the bytes they are.</summary>
    private sealed class RawClient : IDisposable
    {
        private readonly NetworkStream _stream;
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _start;
        private int _end;

        public RawClient(int port) => _stream = new NetworkStream(Connect(port), ownsSocket: true);

        public string Call(params string[] words)
        {
            var request = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n"));
            foreach (string word in words) request.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
            _stream.Write(Encoding.Latin1.GetBytes(request.ToString()));
            var reply = new StringBuilder();
            Read(reply);
            return reply.ToString();
        }

        public void Dispose() => _stream.Dispose();

        private static Socket Connect(int port)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
            socket.Connect("127.0.0.1", port);
            return socket;
        }

        private void Read(StringBuilder reply)
        {
            int from = reply.Length;
            do reply.Append((char)Next());
            while (reply.Length < from + 2 || reply[^2] != '\r' || reply[^1] != '\n');
            string line = reply.ToString(from, reply.Length - from - 2);
            if (line[0] is not ('$' or '*' or '%' or '~')) return;
            int count = int.Parse(line.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            if (line[0] == '$')
                for (int i = 0; count >= 0 && i < count + 2; i++) reply.Append((char)Next());
            else
                for (int i = 0; i < (line[0] == '%' ? 2 * count : count); i++) Read(reply);
        }

        private byte Next()
        {
            if (_start == _end)
            {
                _start = 0;
                _end = _stream.Read(_buffer);
                Assert.True(_end > 0, "the server closed the connection");
            }

            return _buffer[_start++];
        }
    }
}
