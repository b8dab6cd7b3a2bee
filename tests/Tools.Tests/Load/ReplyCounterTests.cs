using System;
using System.Text;

using Hexad.Benchmark;

using Xunit;

namespace Hexad.Tools.Tests.Load;

public class ReplyCounterTests
{
    private const string Mixed =
        "+OK\r\n:12\r\n$5\r\nhe\r\nl\r\n$-1\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n-ERR no\r\n%1\r\n+k\r\n~2\r\n#t\r\n_\r\n*0\r\n,1.5\r\n(12345678901234567890\r\n=7\r\ntxt:abc\r\n|1\r\n+a\r\n+b\r\n:7\r\n";

    private const int MixedReplies = 12;

    [Fact]
    public void Every_type_of_reply_counts_once()
    {
        var counter = new ReplyCounter();
        Assert.Equal(MixedReplies, counter.Feed(Encoding.Latin1.GetBytes(Mixed)));
        Assert.Equal(1, counter.Errors);
        Assert.Equal("ERR no", counter.LastError);
        Assert.False(counter.Malformed);
    }

    [Fact]
    public void Replies_may_be_cut_at_any_byte()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(Mixed);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var counter = new ReplyCounter();
            int replies = counter.Feed(bytes.AsSpan(0, cut)) + counter.Feed(bytes.AsSpan(cut));
            Assert.Equal(MixedReplies, replies);
        }
    }

    [Fact]
    public void Replies_may_come_one_byte_at_a_time()
    {
        var counter = new ReplyCounter();
        int replies = 0;
        foreach (byte b in Encoding.Latin1.GetBytes(Mixed)) replies += counter.Feed([b]);
        Assert.Equal(MixedReplies, replies);
    }

    [Fact]
    public void A_push_between_replies_is_no_reply()
    {
        var counter = new ReplyCounter();
        Assert.Equal(2, counter.Feed("+OK\r\n>2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n+OK\r\n"u8));
    }

    [Fact]
    public void What_is_not_RESP_is_said_to_be_so()
    {
        var counter = new ReplyCounter();
        Assert.Equal(0, counter.Feed("HTTP/1.1 400 Bad Request\r\n"u8));
        Assert.True(counter.Malformed);
    }
}
