using System;
using System.Collections.Generic;
using System.Text;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class SnapshotReceiverTests
{
    private const string Mark = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void A_snapshot_between_marks_cut_at_every_byte_comes_out_whole()
    {
        byte[] frame = Encoding.ASCII.GetBytes($"\n\n$EOF:{Mark}\r\nREDIS0010 and some bytes{Mark}");
        for (int cut = 0; cut < frame.Length; cut++)
        {
            var sink = new Sink();
            var receiver = new SnapshotReceiver(sink);
            Assert.Equal(SnapshotProgress.More, receiver.Receive(frame.AsSpan(0, cut), out int used));
            Assert.Equal(cut, used);
            Assert.Equal(SnapshotProgress.Complete, receiver.Receive(frame.AsSpan(cut), out used));
            Assert.Equal("REDIS0010 and some bytes", sink.Text);
            Assert.True(receiver.IsMarked);
        }
    }

    [Fact]
    public void A_snapshot_of_known_length_leaves_what_follows()
    {
        byte[] frame = Encoding.ASCII.GetBytes("$10\r\n0123456789*1\r\n$4\r\nping\r\n");
        for (int cut = 0; cut < 15; cut++)
        {
            var sink = new Sink();
            var receiver = new SnapshotReceiver(sink);
            Assert.Equal(SnapshotProgress.More, receiver.Receive(frame.AsSpan(0, cut), out _));
            Assert.Equal(SnapshotProgress.Complete, receiver.Receive(frame.AsSpan(cut), out int used));
            Assert.Equal("0123456789", sink.Text);
            Assert.Equal("*1\r\n$4\r\nping\r\n", Encoding.ASCII.GetString(frame.AsSpan(cut + used)));
            Assert.Equal((10L, 10L), (receiver.Total, receiver.Received));
        }
    }

    [Theory]
    [InlineData("-ERR out of memory\r\n", "aborted replication")]
    [InlineData("+OK\r\n", "Bad protocol")]
    [InlineData("$EOF:short\r\n", "Bad protocol")]
    [InlineData("$-5\r\n", "Bad protocol")]
    public void Anything_else_is_a_fault(string line, string expected)
    {
        var receiver = new SnapshotReceiver(new Sink());
        Assert.Equal(SnapshotProgress.Faulty, receiver.Receive(Encoding.ASCII.GetBytes(line), out _));
        Assert.Contains(expected, receiver.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_a_fault()
    {
        var receiver = new SnapshotReceiver(new Sink());
        Assert.Equal(SnapshotProgress.Faulty, receiver.Receive(new byte[5000], out _));
    }

    private sealed class Sink : ISnapshotSink
    {
        private readonly List<byte> _bytes = [];

        public string Text => Encoding.ASCII.GetString([.. _bytes]);

        public void Payload(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);
    }
}
