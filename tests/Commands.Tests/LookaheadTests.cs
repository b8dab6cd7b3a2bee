using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>Requests that come together are looked at together; what they do must be what they do one by one.</summary>
public sealed class LookaheadTests
{
    private const int ManyKeys = 3000;

    [Theory]
    [InlineData(1, ManyKeys)]
    [InlineData(2, ManyKeys)]
    [InlineData(3, 10)]
    public void A_batch_does_what_its_requests_do_one_by_one(int seed, int keys)
    {
        var dice = new Dice((ulong)seed);
        TestClient together = Filled(keys), apart = Filled(keys);
        for (int round = 0; round < 300; round++)
        {
            var batch = new List<byte>();
            var expected = new StringBuilder();
            for (int count = (int)dice.Below(20) + 1; count > 0; count--)
            {
                string[] words = AnyRequest(dice, keys);
                batch.AddRange(TestClient.Encode(words));
                expected.Append(apart.Call(words));
            }

            Assert.Equal(expected.ToString(), together.Raw(Encoding.Latin1.GetString([.. batch])));
        }

        Assert.Equal(apart.Run("DEBUG DIGEST"), together.Run("DEBUG DIGEST"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(ManyKeys)]
    public void Batches_of_two_sessions_of_which_one_lets_the_other_go_on_keep_apart(int keys)
    {
        var node = new TestNode();
        TestClient waiting = node.Connect(), client = node.Connect();
        Fill(client, keys);
        waiting.Send(Encoding.ASCII.GetBytes("BLPOP queue 0\r\nSET key:7 w\r\nAPPEND key:7 x\r\nGET key:7\r\nDEL key:8\r\n"));
        Assert.Equal("", waiting.Read());
        Assert.Equal(":1\r\n:1\r\n:2\r\n$1\r\n7\r\n$1\r\n8\r\n+OK\r\n$1\r\ny\r\n", client.Raw("LPUSH queue e\r\nINCR a\r\nINCR a\r\nGET key:7\r\nGET key:8\r\nSET b y\r\nGET b\r\n"));
        Assert.Equal("*2\r\n$5\r\nqueue\r\n$1\r\ne\r\n+OK\r\n:2\r\n$2\r\nwx\r\n:1\r\n", waiting.Read());
    }

    private static TestClient Filled(int keys)
    {
        TestClient client = new TestNode().Connect();
        Fill(client, keys);
        return client;
    }

    private static void Fill(TestClient client, int keys)
    {
        for (int i = 0; i < keys; i++) client.Run($"SET key:{i} {i}");
    }

    private static string[] AnyRequest(Dice dice, int keys)
    {
        string one = AnyKey(dice, keys), two = AnyKey(dice, keys);
        string text = dice.Below(24) switch
        {
            0 or 1 => $"INCR {one}",
            2 => $"GET {one}",
            3 => $"get {one}",
            4 => $"SET {one} {dice.Below(1000)}",
            5 => $"SET {one} {dice.Below(1000)} XX GET",
            6 => $"APPEND {one} x",
            7 => $"DEL {one} {two}",
            8 => $"RENAME {one} {two}",
            9 => $"COPY {one} {one}",
            10 => $"COPY {one} {two} REPLACE",
            11 => $"MSET {one} 1 {one} 2 {two} 3",
            12 => $"OBJECT ENCODING {one}",
            13 => $"SELECT {dice.Below(2)}",
            14 => "SWAPDB 0 1",
            15 => dice.Below(20) == 0 ? "FLUSHDB" : "DBSIZE",
            16 => "MULTI",
            17 => "EXEC",
            18 => "NONE such",
            19 => "GET",
            20 => $"RPUSH {one}:l {two}",
            21 => $"LMOVE {one}:l {one}:l LEFT RIGHT",
            22 => $"SORT {one}:l BY nosort GET {one} GET #",
            _ => $"EXPIRE {one} 0",
        };
        return text.Split(' ');
    }

    private static string AnyKey(Dice dice, int keys) => dice.Below(30) == 0 ? "" : $"key:{dice.Below(keys)}";
}
