using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Wire.Resp;
using Xunit;

namespace Hexad.Wire.Tests.Resp;

/// <summary>Every request is read whole, cut at every byte, and one byte at a time, and always as the same words.</summary>
public sealed class RequestParserTests
{
    private static readonly RequestLimits Limits = new() { MaxBulkLength = 512 << 20 };

    [Theory]
    [InlineData("*1\r\n$4\r\nPING\r\n", "PING")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n", "SET|k|")]
    [InlineData("*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n", "GET|a\r\nb")]
    [InlineData("*2\r\n$3\r\nGET\r\n$12\r\n*1\r\n$4\r\nPING\r\n", "GET|*1\r\n$4\r\nPING")]
    [InlineData("*0\r\n*-1\r\nPING\r\n", "PING")]
    [InlineData("\r\n\r\nPING\r\n", "PING")]
    [InlineData("SET  k\tv \r\nGET k\n", "SET|k|v;GET|k")]
    [InlineData("SET k \"a b\\n\\x41\"\r\nPING\r\n", "SET|k|a b\nA;PING")]
    [InlineData("SET k 'it\\'s'\r\n", "SET|k|it's")]
    [InlineData("*1\r\n$4\r\nPING\r\nSET k \"a b\"\r\n", "PING;SET|k|a b")]
    [InlineData("*1\r\n$4\r\nPING\r\nPING\r\n*1\r\n$4\r\nPING\r\n", "PING;PING;PING")]
    public void Requests_are_read_however_they_are_cut(string bytes, string words)
    {
        byte[] input = Encoding.Latin1.GetBytes(bytes);
        Assert.Equal(words, Feed(input));
        for (int cut = 0; cut <= input.Length; cut++) Assert.Equal(words, Feed(input[..cut], input[cut..]));
        var single = new List<byte[]>();
        foreach (byte b in input) single.Add([b]);
        Assert.Equal(words, Feed([.. single]));
    }

    [Theory]
    [InlineData("*x\r\n", "invalid multibulk length")]
    [InlineData("*3000000000\r\n", "invalid multibulk length")]
    [InlineData("*1\r\n:4\r\n", "expected '$', got ':'")]
    [InlineData("*1\r\n$x\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$2000000000\r\n", "invalid bulk length")]
    [InlineData("SET k \"v\r\n", "unbalanced quotes in request")]
    [InlineData("SET k 'v'x\r\n", "unbalanced quotes in request")]
    public void What_is_no_request_is_refused_however_it_is_cut(string bytes, string fault)
    {
        byte[] input = Encoding.Latin1.GetBytes("*1\r\n$4\r\nPING\r\n" + bytes);
        for (int cut = 0; cut <= input.Length; cut++) Assert.Equal("PING;!" + fault, Feed(input[..cut], input[cut..]));
    }

    [Theory]
    [InlineData('*', "too big mbulk count string")]
    [InlineData('x', "too big inline request")]
    public void A_line_without_an_end_is_refused(char first, string fault) =>
        Assert.Equal("!" + fault, Feed(Encoding.ASCII.GetBytes(new string(first, 64 * 1024 + 1))));

    [Fact]
    public void A_length_without_an_end_is_refused() =>
        Assert.Equal("!too big bulk count string", Feed(Encoding.ASCII.GetBytes("*1\r\n$" + new string('1', 64 * 1024 + 1))));

    [Fact]
    public void Those_who_have_not_authenticated_are_held_to_less()
    {
        RequestLimits limits = Limits with { Unauthenticated = true };
        Assert.Equal("!unauthenticated multibulk length", Feed(limits, "*11\r\n"u8.ToArray()));
        Assert.Equal("!unauthenticated bulk length", Feed(limits, "*1\r\n$16385\r\n"u8.ToArray()));
        Assert.Equal("PING", Feed(limits, "*1\r\n$4\r\nPING\r\n"u8.ToArray()));
    }

    [Fact]
    public void Bytes_of_chance_never_throw()
    {
        var dice = new Dice(3);
        const string Letters = "*$\r\n0123456789-PINGset \"'\\x";
        for (int round = 0; round < 50_000; round++)
        {
            byte[] input = new byte[dice.Below(40)];
            foreach (ref byte b in input.AsSpan()) b = (byte)Letters[dice.Below(Letters.Length)];
            string whole = Feed(input);
            int cut = dice.Below(input.Length + 1);
            Assert.Equal(whole, Feed(input[..cut], input[cut..]));
        }
    }

    private static string Feed(params byte[][] parts) => Feed(Limits, parts);

    // Does what a session does: parse, take whole requests off the front, keep the rest.
    private static string Feed(RequestLimits limits, params byte[][] parts)
    {
        var parser = new RequestParser();
        var requests = new List<string>();
        byte[] pending = [];
        foreach (byte[] part in parts)
        {
            pending = [.. pending, .. part];
            while (true)
            {
                ParseOutcome outcome = parser.Parse(pending, limits);
                int end = 0;
                for (int i = 0; i < parser.Count; i++)
                {
                    requests.Add(Words(parser.Request(i, pending)));
                    end = parser.EndOf(i);
                }

                if (parser.Count > 0)
                {
                    parser.Shift(end);
                    pending = pending[end..];
                }

                if (outcome == ParseOutcome.Malformed)
                {
                    requests.Add("!" + parser.Fault);
                    return string.Join(';', requests);
                }

                if (outcome == ParseOutcome.NeedMore) break;
            }
        }

        return string.Join(';', requests);
    }

    private static string Words(Arguments call)
    {
        var words = new List<string>();
        for (int i = 0; i < call.Count; i++) words.Add(Encoding.Latin1.GetString(call[i]));
        return string.Join('|', words);
    }
}
