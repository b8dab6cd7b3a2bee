using System;
using System.Text;
using Hexad.Wire.Resp;
using Xunit;

namespace Hexad.Wire.Tests.Resp;

public sealed class ReplyWriterTests
{
    [Fact]
    public void The_protocols_differ_as_their_specification_says()
    {
        Check("$-1\r\n", "_\r\n", r => r.Null());
        Check("*-1\r\n", "_\r\n", r => r.NullArray());
        Check("*4\r\n", "%2\r\n", r => r.Map(2));
        Check("*2\r\n", "~2\r\n", r => r.Set(2));
        Check("*2\r\n", ">2\r\n", r => r.Push(2));
        Check(":1\r\n", "#t\r\n", r => r.Boolean(true));
        Check(":0\r\n", "#f\r\n", r => r.Boolean(false));
        Check("$3\r\n1.5\r\n", ",1.5\r\n", r => r.Double(1.5));
        Check("$3\r\ninf\r\n", ",inf\r\n", r => r.Double(double.PositiveInfinity));
        Check("$2\r\n12\r\n", "(12\r\n", r => r.BigNumber("12"u8));
        Check("$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n", r => r.Verbatim("hi"u8, "txt"u8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Numbers_are_written_in_decimal(long value)
    {
        string text = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Check($":{text}\r\n", $":{text}\r\n", r => r.Integer(value));
        Check($"${text.Length}\r\n{text}\r\n", $"${text.Length}\r\n{text}\r\n", r => r.BulkInteger(value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(1_000_000)]
    public void Strings_of_any_length_are_written(int length)
    {
        string text = new('x', length);
        Check($"${length}\r\n{text}\r\n", $"${length}\r\n{text}\r\n", r => r.Bulk(Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void An_error_stays_on_its_line_and_is_counted_by_its_code()
    {
        var pool = new SegmentPool();
        var queue = new OutputQueue(pool);
        var writer = new ReplyWriter(queue, pool);
        writer.Error("ERR two\r\nlines"u8);
        Assert.Equal("-ERR two  lines\r\n", Encoding.ASCII.GetString(queue.ToArray()));
        Assert.Equal("ERR", writer.LastErrorCode);
        writer.Error("WRONGTYPE x"u8);
        Assert.Equal("WRONGTYPE", writer.LastErrorCode);
        Assert.Equal(2, writer.Errors);
    }

    [Fact]
    public void A_collection_can_be_counted_while_it_is_written()
    {
        Check("*2\r\n:1\r\n:2\r\n", "*2\r\n:1\r\n:2\r\n", r =>
        {
            r.BeginCounted();
            r.Integer(1);
            r.Integer(2);
            r.EndCountedArray(2);
        });
        Check("*2\r\n:1\r\n:2\r\n", "%1\r\n:1\r\n:2\r\n", r =>
        {
            r.BeginCounted();
            r.Integer(1);
            r.Integer(2);
            r.EndCountedMap(1);
        });
    }

    private static void Check(string two, string three, Action<ReplyWriter> write)
    {
        foreach (bool resp3 in (ReadOnlySpan<bool>)[false, true])
        {
            var pool = new SegmentPool();
            var queue = new OutputQueue(pool);
            var writer = new ReplyWriter(queue, pool);
            writer.TurnTo(queue, resp3);
            write(writer);
            Assert.Equal(resp3 ? three : two, Encoding.ASCII.GetString(queue.ToArray()));
        }
    }
}
