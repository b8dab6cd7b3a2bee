using System;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class BitmapTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public BitmapTests() => _client = _node.Connect();

    [Fact]
    public void Bits_are_set_and_got()
    {
        Assert.Equal(":0\r\n", _client.Run("SETBIT k 1 1"));
        Assert.Equal("$1\r\n@\r\n", _client.Run("GET k"));
        Assert.Equal(":1\r\n", _client.Run("SETBIT k 1 0"));
        Assert.Equal("SETBIT k 1 1 | SETBIT k 1 0", _node.Sink.Take());
        Assert.Equal(":0\r\n", _client.Run("SETBIT k 1 0"));
        Assert.Equal("", _node.Sink.Take());
        Assert.Equal(":0\r\n", _client.Run("GETBIT k 100"));
        _client.Run("SET n 1");
        Assert.Equal(":1\r\n", _client.Run("GETBIT n 2"));
        Assert.Equal("-ERR bit is not an integer or out of range\r\n", _client.Run("SETBIT k 1 2"));
        Assert.Equal("-ERR bit offset is not an integer or out of range\r\n", _client.Run("SETBIT k 4294967296 1"));
        Assert.Equal("-ERR bit offset is not an integer or out of range\r\n", _client.Run("GETBIT k -1"));
    }

    [Fact]
    public void Bits_are_counted()
    {
        _client.Run("SET k foobar");
        Assert.Equal(":26\r\n", _client.Run("BITCOUNT k"));
        Assert.Equal(":4\r\n", _client.Run("BITCOUNT k 0 0"));
        Assert.Equal(":6\r\n", _client.Run("BITCOUNT k 1 1 BYTE"));
        Assert.Equal(":17\r\n", _client.Run("BITCOUNT k 5 30 BIT"));
        Assert.Equal(":0\r\n", _client.Run("BITCOUNT k -1 -2"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("BITCOUNT k 1"));
        Assert.Equal(":0\r\n", _client.Run("BITCOUNT none"));
    }

    [Fact]
    public void The_first_bit_is_found()
    {
        _client.Call("SET", "k", "\u00ff\u00f0\0");
        Assert.Equal(":12\r\n", _client.Run("BITPOS k 0"));
        Assert.Equal(":0\r\n", _client.Run("BITPOS k 1"));
        Assert.Equal(":-1\r\n", _client.Run("BITPOS k 1 2"));
        Assert.Equal(":16\r\n", _client.Run("BITPOS k 0 2"));
        Assert.Equal(":9\r\n", _client.Run("BITPOS k 1 9 -1 BIT"));
        _client.Call("SET", "ones", "\u00ff\u00ff");
        Assert.Equal(":16\r\n", _client.Run("BITPOS ones 0"));
        Assert.Equal(":-1\r\n", _client.Run("BITPOS ones 0 0 -1"));
        Assert.Equal(":-1\r\n", _client.Run("BITPOS none 1"));
        Assert.Equal(":0\r\n", _client.Run("BITPOS none 0"));
        Assert.Equal("-ERR The bit argument must be 1 or 0.\r\n", _client.Run("BITPOS k 2"));
    }

    [Fact]
    public void Strings_are_combined_bit_by_bit()
    {
        _client.Call("MSET", "a", "\u00aa\u0000\u00ff", "b", "\u00aa\u0000\u00ff\u0001");
        Assert.Equal(":4\r\n", _client.Run("BITOP AND d a b"));
        Assert.Equal("$4\r\n\u00aa\0\u00ff\0\r\n", _client.Run("GET d"));
        Assert.Equal(":4\r\n", _client.Run("BITOP XOR d a b"));
        Assert.Equal("$4\r\n\0\0\0\u0001\r\n", _client.Run("GET d"));
        Assert.Equal(":3\r\n", _client.Run("BITOP NOT d a"));
        Assert.Equal("$3\r\n\u0055\u00ff\0\r\n", _client.Run("GET d"));
        Assert.Equal(":0\r\n", _client.Run("BITOP OR d none"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS d"));
        Assert.Equal("-ERR BITOP NOT must be called with a single source key.\r\n", _client.Run("BITOP NOT d a b"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("BITOP FOO d a b"));
    }

    [Fact]
    public void Fields_of_any_width_are_read_and_changed()
    {
        Assert.Equal("*2\r\n:0\r\n:-100\r\n", _client.Run("BITFIELD k SET i8 0 -100 GET i8 0"));
        Assert.Equal("*1\r\n:156\r\n", _client.Run("BITFIELD_RO k GET u8 #0"));
        Assert.Equal("*1\r\n:100\r\n", _client.Run("BITFIELD k INCRBY u8 0 200"));
        Assert.Equal("*1\r\n:255\r\n", _client.Run("BITFIELD k OVERFLOW SAT INCRBY u8 0 200"));
        Assert.Equal("*1\r\n$-1\r\n", _client.Run("BITFIELD k OVERFLOW FAIL INCRBY u8 0 1"));
        Assert.Equal("*1\r\n:0\r\n", _client.Run("BITFIELD k SET i64 #1 -1"));
        Assert.Equal("*1\r\n:-9223372036854775808\r\n", _client.Run("BITFIELD k OVERFLOW SAT SET i64 #1 -9223372036854775808 INCRBY i64 #1 -5").Replace("*2\r\n:-1\r\n", "*1\r\n"));
        Assert.StartsWith("-ERR Invalid bitfield type.", _client.Run("BITFIELD k GET u64 0"), System.StringComparison.Ordinal);
        Assert.Equal("-ERR BITFIELD_RO only supports the GET subcommand\r\n", _client.Run("BITFIELD_RO k SET u8 0 1"));
        Assert.Equal("-ERR Invalid OVERFLOW type specified\r\n", _client.Run("BITFIELD k OVERFLOW FOO"));
    }

    [Theory]
    [InlineData("DIFF x y z", "\u0040\u000f\u0000")]
    [InlineData("DIFF1 x y z", "\u0003\u00f0\u0001")]
    [InlineData("ANDOR x y z", "\u00b0\u0000\u0000")]
    [InlineData("ONE x y z", "\u0043\u00ff\u0001")]
    [InlineData("ONE x", "\u00f0\u000f")]
    [InlineData("ONE x x", "\u0000\u0000")]
    [InlineData("ONE x x x", "\u0000\u0000")]
    [InlineData("DIFF x none", "\u00f0\u000f")]
    [InlineData("DIFF none x", "\u0000\u0000")]
    [InlineData("ANDOR x x", "\u00f0\u000f")]
    public void Bitmaps_are_told_apart(string operation, string result)
    {
        _client.Call("SET", "x", "\u00f0\u000f");
        _client.Call("SET", "y", "\u0083\u00f0");
        _client.Call("SET", "z", "\u0030\u0000\u0001");
        string[] words = operation.Split(' ');
        Assert.Equal($":{result.Length}\r\n", _client.Call(["BITOP", words[0], "d", .. words[1..]]));
        Assert.Equal($"${result.Length}\r\n{result}\r\n", _client.Run("GET d"));
    }

    [Theory]
    [InlineData("DIFF")]
    [InlineData("DIFF1")]
    [InlineData("ANDOR")]
    public void What_sets_the_first_source_apart_needs_another(string operation) =>
        Assert.Equal($"-ERR BITOP {operation} must be called with at least two source keys.\r\n", _client.Run($"BITOP {operation.ToLowerInvariant()} d x"));

    [Fact]
    public void Long_strings_are_combined_as_short_ones_are()
    {
        var dice = new Random(1);
        string[] names = ["a", "b", "c", "none"];
        byte[][] values = [new byte[1000], new byte[777], new byte[1003], []];
        for (int i = 0; i < 3; i++)
        {
            dice.NextBytes(values[i]);
            _client.Call("SET", names[i], System.Text.Encoding.Latin1.GetString(values[i]));
        }

        foreach (string operation in (string[])["AND", "OR", "XOR", "DIFF", "DIFF1", "ANDOR", "ONE"])
        {
            byte[] expected = new byte[1003];
            for (int at = 0; at < expected.Length; at++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    bool[] set = Array.ConvertAll(values, v => at < v.Length && ((v[at] >> bit) & 1) == 1);
                    int count = Array.FindAll(set, s => s).Length;
                    bool others = set[1] || set[2] || set[3];
                    bool result = operation switch
                    {
                        "AND" => count == 4,
                        "OR" => count > 0,
                        "XOR" => count % 2 == 1,
                        "DIFF" => set[0] && !others,
                        "DIFF1" => !set[0] && others,
                        "ANDOR" => set[0] && others,
                        _ => count == 1,
                    };
                    if (result) expected[at] |= (byte)(1 << bit);
                }
            }

            Assert.Equal(":1003\r\n", _client.Run($"BITOP {operation} d a b c none"));
            Assert.Equal("$1003\r\n" + System.Text.Encoding.Latin1.GetString(expected) + "\r\n", _client.Run("GET d"));
        }
    }
}
