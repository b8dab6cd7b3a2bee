using System;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

public sealed class LatencyTests
{
    private readonly Family _family = new();
    private readonly NetHost _host;

    public LatencyTests() => _host = _family.Add(6379, options => options.LatencyMonitorThresholdMs = 10);

    [Fact]
    public void Each_second_keeps_its_longest_event_and_each_kind_its_longest_of_all()
    {
        LatencyMonitor monitor = _host.Node.Latency;
        monitor.Add("command", 9_999_999);
        Assert.Empty(monitor.All);
        monitor.Add("command", 20_000_000);
        monitor.Add("command", 15_000_000);
        _family.Net.Run(3000);
        monitor.Add("command", 12_000_000);
        monitor.Add("expire-cycle", 11_000_000);
        long now = _host.Node.Now.Wall.Value / 1000;
        Assert.Equal($"*2\r\n*4\r\n$7\r\ncommand\r\n:{now}\r\n:12\r\n:20\r\n*4\r\n$12\r\nexpire-cycle\r\n:{now}\r\n:11\r\n:11\r\n", _family.Run(_host, "LATENCY LATEST"));
        Assert.Equal($"*2\r\n*2\r\n:{now - 3}\r\n:20\r\n*2\r\n:{now}\r\n:12\r\n", _family.Run(_host, "LATENCY HISTORY command"));
        Assert.Equal("*0\r\n", _family.Run(_host, "LATENCY HISTORY nothing"));
        Assert.Contains("command - high 20 ms, low 12 ms (all time high 20 ms)", _family.Run(_host, "LATENCY GRAPH command"), StringComparison.Ordinal);
        Assert.Contains("#_\n", _family.Run(_host, "LATENCY GRAPH command").Replace("# \n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.StartsWith("-ERR No samples available for event 'nothing'", _family.Run(_host, "LATENCY GRAPH nothing"), StringComparison.Ordinal);
        Assert.Contains("2 spikes", _family.Run(_host, "LATENCY DOCTOR"), StringComparison.Ordinal);
        Assert.Equal(":1\r\n", _family.Run(_host, "LATENCY RESET command nothing"));
        Assert.Equal(":1\r\n", _family.Run(_host, "LATENCY RESET"));
        Assert.Equal("*0\r\n", _family.Run(_host, "LATENCY LATEST"));
    }

    [Fact]
    public void Only_the_last_160_seconds_are_kept()
    {
        for (int i = 0; i < 200; i++)
        {
            _host.Node.Latency.Add("command", (i + 10) * 1_000_000L);
            _family.Net.Run(1000);
        }

        LatencySeries series = _host.Node.Latency.Find("command")!;
        Assert.Equal((160, 50L, 209L), (series.Samples.Count, series.Samples[0].Milliseconds, series.MostMs));
    }

    [Fact]
    public void The_greediest_clients_go_when_all_take_too_much()
    {
        NetClient small = _host.Connect();
        NetClient large = _host.Connect();
        NetClient spared = _host.Connect();
        spared.Run("CLIENT NO-EVICT ON");
        byte[] half = System.Text.Encoding.ASCII.GetBytes("*2\r\n$3\r\nGET\r\n$900000\r\n" + new string('x', 500_000));
        large.Send(half);
        spared.Send(half);
        Assert.Equal("+OK\r\n", _family.Run(_host, "CONFIG SET maxmemory-clients 400kb"));
        _family.Net.Run(500);
        Assert.Equal((true, false, false), (large.IsClosed, small.IsClosed, spared.IsClosed));
        Assert.Contains("evicted_clients:1", _family.Run(_host, "INFO stats"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_notes_of_a_crash_hold_the_last_calls()
    {
        _family.Run(_host, "SET a secret");
        _family.Run(_host, "CONFIG GET port");
        string notes = _host.Node.CrashNotes();
        Assert.Matches("config\\|get\n  client id=\\d+ set\n", notes);
        Assert.DoesNotContain("secret", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Defragmentation_runs_while_enough_is_wasted_and_harms_nothing()
    {
        Assert.Equal("+OK\r\n", _family.Run(_host, "CONFIG SET active-defrag-ignore-bytes 1 active-defrag-threshold-lower 1 activedefrag yes"));
        for (int i = 0; i < 20_000; i++) _family.Run(_host, $"SET key:{i} {new string('v', 100 + i % 50)}");
        for (int i = 0; i < 20_000; i++)
            if (i % 10 != 0) _family.Run(_host, $"DEL key:{i}");
        long before = _host.Node.Databases.ReservedBytes;
        _family.Net.Run(5000);
        Assert.True(_host.Node.Databases.ReservedBytes < before);
        Assert.Contains("active_defrag_running:", _family.Run(_host, "INFO memory"), StringComparison.Ordinal);
        _host.Node.Databases.Validate();
        for (int i = 0; i < 20_000; i += 10) Assert.Equal(100 + i % 50, _host.Node.Databases[0].Peek(System.Text.Encoding.ASCII.GetBytes($"key:{i}")).StringLength);
    }
}
