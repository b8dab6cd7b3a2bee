using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Wire.Resp;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class StreamApplierTests
{
    private const string Set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
    private const string Ping = "*1\r\n$4\r\nping\r\n";
    private const string Multi = "*1\r\n$5\r\nMULTI\r\n";
    private const string Exec = "*1\r\n$4\r\nEXEC\r\n";
    private const string Incr = "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n";

    [Fact]
    public void A_stream_cut_at_every_byte_is_applied_the_same()
    {
        byte[] stream = Encoding.ASCII.GetBytes(Ping + Set + Multi + Incr + Set + Exec + Incr);
        for (int cut = 0; cut <= stream.Length; cut++)
        {
            var target = new Target();
            var applier = new StreamApplier(target);
            applier.Receive(stream.AsSpan(0, cut));
            Assert.Equal(cut, target.Bytes.Count + applier.Pending);
            applier.Receive(stream.AsSpan(cut));
            Assert.Equal("ping|SET k v|INCR n|SET k v|INCR n", string.Join('|', target.Calls));
            Assert.Equal(stream, target.Bytes.ToArray());
            Assert.Equal(0, applier.Pending);
        }
    }

    [Fact]
    public void A_stream_that_comes_byte_by_byte_is_applied_the_same()
    {
        byte[] stream = Encoding.ASCII.GetBytes(Set + Multi + Incr + Exec + Ping);
        var target = new Target();
        var applier = new StreamApplier(target);
        foreach (byte b in stream) applier.Receive([b]);
        Assert.Equal("SET k v|INCR n|ping", string.Join('|', target.Calls));
        Assert.Equal(stream, target.Bytes.ToArray());
    }

    [Fact]
    public void Nothing_of_a_transaction_happens_before_its_exec()
    {
        var target = new Target();
        var applier = new StreamApplier(target);
        applier.Receive(Encoding.ASCII.GetBytes(Ping + Multi + Incr + Set));
        Assert.Equal(["ping"], target.Calls);
        Assert.Equal(Ping.Length, target.Bytes.Count);
        Assert.Equal(Multi.Length + Incr.Length + Set.Length, applier.Pending);
        applier.Receive(Encoding.ASCII.GetBytes(Exec));
        Assert.Equal(["ping", "INCR n", "SET k v"], target.Calls);
        Assert.Equal(2, target.Units);
    }

    [Fact]
    public void A_transaction_of_many_commands_is_applied_whole()
    {
        var target = new Target();
        var applier = new StreamApplier(target);
        var text = new StringBuilder(Multi);
        for (int i = 0; i < 100; i++) text.Append(Incr);
        applier.Receive(Encoding.ASCII.GetBytes(text + Exec));
        Assert.Equal(100, target.Calls.Count);
        Assert.Equal(1, target.Units);
    }

    [Fact]
    public void What_may_not_be_applied_yet_is_kept_in_order()
    {
        var target = new Target { MayApply = false };
        var applier = new StreamApplier(target);
        applier.Receive(Encoding.ASCII.GetBytes(Set));
        applier.Receive(Encoding.ASCII.GetBytes(Incr + Ping));
        Assert.Empty(target.Calls);
        target.MayApply = true;
        target.StopAfter = 1;
        applier.Resume();
        Assert.Equal(["SET k v"], target.Calls);
        target.MayApply = true;
        target.StopAfter = 0;
        applier.Receive(Encoding.ASCII.GetBytes(Set));
        Assert.Equal(["SET k v", "INCR n", "ping", "SET k v"], target.Calls);
    }

    [Fact]
    public void Long_values_survive_any_cut()
    {
        string value = new('x', 200_000);
        byte[] stream = Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n{value}\r\n" + Ping);
        for (int cut = 1; cut < stream.Length; cut += 9973)
        {
            var target = new Target();
            var applier = new StreamApplier(target);
            for (int at = 0; at < stream.Length; at += cut) applier.Receive(stream.AsSpan(at, Math.Min(cut, stream.Length - at)));
            Assert.Equal(2, target.Calls.Count);
            Assert.Equal(stream.Length, target.Bytes.Count);
        }
    }

    [Fact]
    public void What_is_no_command_is_a_fault()
    {
        var applier = new StreamApplier(new Target());
        applier.Receive("*1\r\n:5\r\n"u8);
        Assert.NotEqual("", applier.Fault);
    }

    private sealed class Target : IStreamTarget
    {
        public int Transactions { get; private set; }

        public void BeginTransaction() => Transactions++;

        public List<string> Calls { get; } = [];

        public List<byte> Bytes { get; } = [];

        public int Units { get; private set; }

        public int StopAfter { get; set; }

        public bool MayApply { get; set; } = true;

        public void Apply(in Arguments call, int size)
        {
            var words = new string[call.Count];
            for (int i = 0; i < words.Length; i++) words[i] = Encoding.ASCII.GetString(call[i]);
            Calls.Add(string.Join(' ', words));
            if (StopAfter > 0 && Calls.Count >= StopAfter) MayApply = false;
        }

        public void Applied(ReadOnlySpan<byte> unit)
        {
            Units++;
            Bytes.AddRange(unit);
        }
    }
}
