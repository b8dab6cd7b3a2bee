using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class ReplyReaderTests
{
    private const string Everything =
        "+OK\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n_\r\n,1.5\r\n#t\r\n(123456789012345678901234567890\r\n=7\r\ntxt:abc\r\n!5\r\nERR x\r\n" +
        "*2\r\n*1\r\n:1\r\n%1\r\n+k\r\n~2\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:9\r\n*1\r\n$1\r\nv\r\n>2\r\n+pubsub\r\n+x\r\n*0\r\n-ERR last\r\n";

    [Fact]
    public void Every_type_is_read_from_one_piece()
    {
        List<Reply> replies = ReadAll([Encoding.Latin1.GetBytes(Everything)]);
        Assert.Equal(
            [
                ReplyKind.Status, ReplyKind.Integer, ReplyKind.Bulk, ReplyKind.Null, ReplyKind.Null, ReplyKind.Null, ReplyKind.Double,
                ReplyKind.Boolean, ReplyKind.BigNumber, ReplyKind.Verbatim, ReplyKind.Error, ReplyKind.Array, ReplyKind.Array,
                ReplyKind.Push, ReplyKind.Array, ReplyKind.Error,
            ],
            replies.Select(r => r.Kind));
        Assert.Equal("abc", replies[9].Text);
        Assert.Equal("txt", replies[9].Format);
        Assert.Equal(9, replies[12].Attribute!.Find("ttl")!.Integer);
    }

    [Fact]
    public void Cutting_the_bytes_anywhere_changes_nothing()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(Everything);
        string whole = Show(ReadAll([bytes]));
        for (int cut = 1; cut < bytes.Length; cut++) Assert.Equal(whole, Show(ReadAll([bytes[..cut], bytes[cut..]])));
        Assert.Equal(whole, Show(ReadAll(bytes.Select(b => new[] { b }).ToArray())));
    }

    [Theory]
    [InlineData("?\r\n")]
    [InlineData("\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData(":12a\r\n")]
    [InlineData("=3\r\nabc\r\n")]
    public void What_is_not_RESP_is_refused(string bytes)
    {
        Assert.Throws<ProtocolException>(() => ReadAll([Encoding.Latin1.GetBytes(bytes)]));
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", 100_000)));
        Assert.Throws<ProtocolException>(() => ReadAll([bytes]));
    }

    [Fact]
    public void A_large_reply_in_small_pieces_is_read_once()
    {
        var reader = new ReplyReader();
        reader.Append("*200000\r\n"u8);
        for (int i = 0; i < 200_000; i++)
        {
            Assert.False(reader.TryRead(out _));
            reader.Append(":1\r\n"u8);
        }

        Assert.True(reader.TryRead(out Reply reply));
        Assert.Equal(200_000, reply.Elements.Count);
    }

    private static List<Reply> ReadAll(byte[][] pieces)
    {
        var reader = new ReplyReader();
        var replies = new List<Reply>();
        foreach (byte[] piece in pieces)
        {
            reader.Append(piece);
            while (reader.TryRead(out Reply reply)) replies.Add(reply);
        }

        return replies;
    }

    private static string Show(IEnumerable<Reply> replies) =>
        string.Join(' ', replies.Select(r => $"{r.Kind}{r.Attribute?.Elements.Count}{r.Text}{r.Integer}({Show(r.Elements)})"));
}
