// Values of every type and encoding travel as DUMP payloads to a real server and back: the digests must be equal on both,
// and the encodings where 7.0 has the same. What 7.0 does not know travels in the form that it knows: a set in a
// listpack as its members, a stream without the time when a consumer was active. Only hashes of which fields expire cannot.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Hexad.Compat.Tests.Replication;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

public sealed class PayloadTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("a text that repeats, ", 60));

    // The value's name, its encoding with us and with 7.0, and the commands that make the key k.
    private static readonly (string Name, string Ours, string Real, string[] Commands)[] Values =
    [
        ("small integer", "int", "int", ["SET k 12"]),
        ("negative integer", "int", "int", ["SET k -70000"]),
        ("large integer", "int", "int", ["SET k 9223372036854775807"]),
        ("short text", "embstr", "embstr", ["SET k hello"]),
        ("empty text", "embstr", "embstr", ["SET k %"]),
        ("changed text", "raw", "embstr", ["SET k he", "APPEND k llo"]),
        ("long text that compresses", "raw", "raw", ["SET k @"]),
        ("text that does not compress", "raw", "raw", ["SET k 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]),
        ("bits", "raw", "raw", ["SETBIT k 100000 1"]),
        ("small list", "listpack", "quicklist", ["RPUSH k a b 3 -70000 %"]),
        ("list of several nodes", "quicklist", "quicklist", ["RPUSH k #4000"]),
        ("list with a plain node", "quicklist", "quicklist", ["DEBUG QUICKLIST-PACKED-THRESHOLD 100b", "RPUSH k a @ b @ c @ @ @ @ @ @ d"]),
        ("compressed list", "quicklist", "quicklist", ["CONFIG SET list-compress-depth 1 list-max-listpack-size 20", "RPUSH k #400"]),
        ("list of one long element", "quicklist", "quicklist", ["CONFIG SET list-max-listpack-size 2", "RPUSH k @ @ @ @ @"]),
        ("set of integers", "intset", "intset", ["SADD k 1 2 3"]),
        ("set of wide integers", "intset", "intset", ["SADD k 1 70000 -9223372036854775808"]),
        ("small set", "listpack", "hashtable", ["SADD k a b 3 %"]),
        ("large set", "hashtable", "hashtable", ["SADD k #600 x"]),
        ("set of a long member", "hashtable", "hashtable", ["SADD k a @"]),
        ("small hash", "listpack", "listpack", ["HSET k f 1 g text % %"]),
        ("large hash", "hashtable", "hashtable", ["HSET k #1200"]),
        ("hash with a long value", "hashtable", "hashtable", ["HSET k f @"]),
        ("small sorted set", "listpack", "listpack", ["ZADD k 1 a 2.5 b -inf c inf d 1e300 e -3 f"]),
        ("large sorted set", "skiplist", "skiplist", ["ZADD k #600"]),
        ("sorted set with a long member", "skiplist", "skiplist", ["ZADD k 0.1 @ -1e-300 b inf c"]),
        ("places", "listpack", "listpack", ["GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"]),
        ("sparse sketch", "raw", "embstr", ["PFADD k a b c"]),
        ("dense sketch", "raw", "raw", ["CONFIG SET hll-sparse-max-bytes 0", "PFADD k #50", "PFCOUNT k"]),
        ("stream", "stream", "stream", ["XADD k 1-1 a b", "XADD k 1-2 a c", "XADD k 5-1 x y z 12"]),
        ("stream of several nodes", "stream", "stream", ["CONFIG SET stream-node-max-entries 2", "XADD k 1 a b", "XADD k 2 a b", "XADD k 3 a b", "XADD k 4 c d", "XADD k 5 a b"]),
        ("stream with deleted entries", "stream", "stream", ["XADD k 1 a b", "XADD k 2 a b", "XADD k 3 a b", "XDEL k 2 3", "XADD k 9 a b", "XTRIM k MAXLEN 1"]),
        ("empty stream", "stream", "stream", ["XADD k 1 a b", "XDEL k 1"]),
        ("stream with groups", "stream", "stream", ["XADD k 1 a b", "XADD k 2 a b", "XADD k 3 a b", "XGROUP CREATE k g 0", "XGROUP CREATE k h $", "XGROUP CREATE k i 0 ENTRIESREAD 1", "XGROUP CREATECONSUMER k h idle"]),
        ("stream with pending entries", "stream", "stream",
            ["XADD k 1 a b", "XADD k 2 a b", "XADD k 3 a b", "XGROUP CREATE k g 0", "XREADGROUP GROUP g c COUNT 2 STREAMS k >", "XREADGROUP GROUP g d STREAMS k >", "XACK k g 1", "XCLAIM k g d 0 2 TIME 1700000000000 RETRYCOUNT 7", "XDEL k 3"]),
    ];

    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    public void Every_type_and_encoding_travels_to_a_real_server_and_back(string compresses)
    {
        string[] options = ["--enable-debug-command", "yes", "--rdbcompression", compresses];
        using Server real = Server.Real(options);
        using Server ours = Server.Ours(options);
        Assert.Equal("PONG", real.Call("PING"));
        Assert.Equal("PONG", ours.Call("PING"));
        using var there = new RawClient(real.Port);
        using var here = new RawClient(ours.Port);
        string[] defaults = Defaults(here);
        foreach ((string name, string encoding, string realEncoding, string[] commands) in Values)
        {
            Make(here, defaults, commands);
            Assert.True(Text(here.Call("OBJECT", "ENCODING", "k")) == encoding, $"{name}: we keep it as {here.Call("OBJECT", "ENCODING", "k")}");
            Travel(name, here, there, realEncoding);

            Make(there, defaults, commands);
            Travel(name + " of the real server", there, here, realEncoding == "hashtable" && encoding == "listpack" ? "listpack" : null);
        }
    }

    [Fact]
    public void A_hash_of_which_fields_expire_says_by_its_version_that_7_0_cannot_read_it()
    {
        using Server real = Server.Real();
        using Server ours = Server.Ours();
        Assert.Equal("PONG", real.Call("PING"));
        Assert.Equal("PONG", ours.Call("PING"));
        using var there = new RawClient(real.Port);
        using var here = new RawClient(ours.Port);
        here.Call("HSET", "k", "f", "v", "g", "w");
        here.Call("HEXPIRE", "k", "1000", "FIELDS", "1", "f");
        Assert.StartsWith("-ERR", there.Call("RESTORE", "k", "0", Text(here.Call("DUMP", "k"))), StringComparison.Ordinal);
    }

    private static void Travel(string name, RawClient from, RawClient to, string? encoding)
    {
        string digest = from.Call("DEBUG", "DIGEST-VALUE", "k"), payload = Text(from.Call("DUMP", "k"));
        string taken = to.Call("RESTORE", "k", "0", payload, "REPLACE");
        Assert.True(taken == "+OK\r\n", $"{name}: {taken}");
        Assert.True(to.Call("DEBUG", "DIGEST-VALUE", "k") == digest, $"{name}: it is another value there");
        if (encoding is not null) Assert.True(Text(to.Call("OBJECT", "ENCODING", "k")) == encoding, $"{name}: there it is kept as {to.Call("OBJECT", "ENCODING", "k")}");
        Assert.Equal("+OK\r\n", from.Call("RESTORE", "back", "0", Text(to.Call("DUMP", "k")), "REPLACE"));
        Assert.True(from.Call("DEBUG", "DIGEST-VALUE", "back") == digest, $"{name}: it comes back as another value");
    }

    private static string[] Defaults(RawClient client)
    {
        var words = new List<string> { "CONFIG", "SET" };
        foreach (string option in (string[])["list-max-listpack-size", "list-compress-depth", "hll-sparse-max-bytes", "stream-node-max-entries"])
        {
            string[] lines = client.Call("CONFIG", "GET", option).Split("\r\n");
            words.AddRange([option, lines[4]]);
        }

        return [.. words];
    }

    private static void Make(RawClient client, string[] defaults, string[] commands)
    {
        client.Call("FLUSHALL");
        client.Call(defaults);
        client.Call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0");
        foreach (string command in commands)
        {
            string reply = client.Call(command.Split(' ').SelectMany(Words).ToArray());
            Assert.False(reply.StartsWith('-'), $"{command}: {reply}");
        }
    }

    // % is an empty word, @ a long one, and #n the numbers below n.
    private static string[] Words(string word) => word switch
    {
        "%" => [""],
        "@" => [Long],
        _ when word[0] == '#' => Enumerable.Range(0, int.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToArray(),
        _ => [word],
    };

    private static string Text(string bulk)
    {
        Assert.True(bulk.StartsWith('$') && bulk[1] != '-', bulk);
        return bulk[(bulk.IndexOf('\n', StringComparison.Ordinal) + 1)..^2];
    }
}
