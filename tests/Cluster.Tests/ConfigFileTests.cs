using System;
using System.IO;
using Hexad.Core;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class ConfigFileTests
{
    [Theory]
    [InlineData("redis-7.0.15", 5, 9, 7)]
    [InlineData("redis-unstable", 5, 9, 7)]
    [InlineData("valkey-unstable", 5, 9, 0)]
    public void A_file_of_a_real_server_is_taken(string server, int nodes, ulong epoch, ulong vote)
    {
        var lone = new LoneMachine(Real(server));
        Assert.Equal(ConfigFault.None, lone.Fault);
        ClusterMachine machine = lone.Machine;
        Assert.Equal(nodes, machine.Nodes.Count);
        Assert.Equal(epoch, machine.CurrentEpoch);
        Assert.Equal(vote, machine.LastVoteEpoch);
        Assert.True(machine.Myself.IsReplica);
        Assert.Equal("host-7004.example.com", machine.Myself.Primary!.Hostname);
        Assert.Equal(7ul, machine.Myself.Primary.ConfigEpoch);
        Assert.Equal(SlotIndex.Count, machine.Slots.Assigned);
        Assert.Equal(machine.Myself.Primary, machine.Slots.Owner(15495));
        Assert.Equal(lone.Follows, machine.Myself.Primary.Id);
        machine.Validate();
    }

    [Theory]
    [InlineData("redis-unstable")]
    [InlineData("valkey-unstable")]
    public void What_Redis_7_2_wrote_is_written_again_letter_by_letter(string server)
    {
        string[] before = Real(server).Split('\n'), after = new LoneMachine(Real(server), s => s.Port = 7001).Machine.DescribeConfig().Split('\n');
        Assert.Equal(before.Length, after.Length);
        for (int i = 0; i < before.Length; i++) Assert.Equal(Timeless(before[i]), Timeless(after[i]));
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        string whole = Real("redis-unstable");
        for (int length = 1; length < whole.Length; length++)
            Assert.Equal(ConfigFault.Torn, new LoneMachine(whole[..length]).Fault);
    }

    [Fact]
    public void A_cut_file_is_trusted_only_with_the_bug_injected()
    {
        string whole = Real("redis-unstable");
        string cut = whole[..whole.LastIndexOf("vars", StringComparison.Ordinal)];
        var lone = new LoneMachine(cut, bugs: new InjectedBugs { TornConfigsAreTrusted = true });
        Assert.Equal(ConfigFault.None, lone.Fault);
        Assert.Equal(0ul, lone.Machine.LastVoteEpoch);
    }

    [Fact]
    public void Damage_anywhere_never_throws()
    {
        var dice = new Dice(11);
        string whole = Real("redis-unstable");
        for (int round = 0; round < 3_000; round++)
        {
            char[] text = whole.ToCharArray();
            for (int hits = 1 + dice.Below(3); hits > 0; hits--) text[dice.Below(text.Length)] = (char)(32 + dice.Below(96));
            var lone = new LoneMachine(new string(text));
            if (lone.Fault == ConfigFault.None) lone.Machine.Validate();
        }
    }

    [Theory]
    [InlineData("x 127.0.0.1:1@2 myself,master - 0 0 0 connected")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1 myself,master - 0 0 0 connected")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:1@2 myself,boss - 0 0 0 connected")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:1@2 myself,master - 0 0 0 connected 16384")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:1@2 myself,master - 0 0 0 connected [1->-b]")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:1@2 myself,master - 0 0")]
    public void A_line_that_is_wrong_is_named(string line)
    {
        var lone = new LoneMachine(line + "\nvars currentEpoch 1 lastVoteEpoch 0\n");
        Assert.Equal(ConfigFault.Corrupt, lone.Fault);
        Assert.Equal(line, lone.BadLine);
    }

    [Fact]
    public void A_file_in_which_nobody_is_myself_is_refused()
    {
        string config = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:1@2 master - 0 0 0 connected\nvars currentEpoch 1 lastVoteEpoch 0\n";
        Assert.Equal(ConfigFault.NoMyself, new LoneMachine(config).Fault);
    }

    [Fact]
    public void Moves_of_slots_survive_a_restart()
    {
        var lone = new LoneMachine();
        Peer peer = lone.Meet(7001);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(5, 5)]));
        lone.Machine.Operate(lone.Time, op => op.SetSlotMigrating(5, peer.Id.ToString()));
        lone.Machine.Operate(lone.Time, op => op.SetSlotImporting(6, peer.Id.ToString()));
        var again = new LoneMachine(lone.Machine.DescribeConfig());
        Assert.Equal(peer.Id, again.Machine.Slots.MigratingTo(5)!.Id);
        Assert.Equal(peer.Id, again.Machine.Slots.ImportingFrom(6)!.Id);
    }

    [Fact]
    public void A_failure_in_the_file_is_a_suspicion_after_the_start()
    {
        string config = Real("redis-7.0.15").Replace(" master - 0 1795360246624", " master,fail - 0 1795360246624", StringComparison.Ordinal);
        var lone = new LoneMachine(config);
        ClusterNode failed = lone.Machine.Nodes.All[1];
        Assert.True(failed.IsSuspected);
        Assert.False(failed.IsFailed);
    }

    /// <summary>A line without what the clock makes of it: the times of ping and pong, and whether there is a link.</summary>
    private static string Timeless(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length < 8) return line;
        words[4] = words[5] = words[7] = "*";
        return string.Join(' ', words);
    }

    private static string Real(string server) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", $"nodes-{server}.conf"));
}
