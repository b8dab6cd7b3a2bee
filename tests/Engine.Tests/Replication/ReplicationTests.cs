using System;
using System.Text;
using Hexad.Engine.Tests.Cluster;
using Hexad.Options;
using Hexad.Replication;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

public sealed class ReplicationTests
{
    private readonly Family _family = new();

    [Fact]
    public void A_replica_gets_what_is_there_and_what_comes()
    {
        NetHost primary = Filled(6379, 2000);
        NetHost replica = _family.Add(6380);
        Assert.Equal("+OK\r\n", _family.Run(replica, "SET mine gone"));
        Assert.Equal("+OK\r\n", _family.Run(replica, "REPLICAOF 127.0.0.1 6379"));
        for (int i = 0; i < 500; i++)
        {
            _family.Run(primary, $"SET during:{i} {i}");
            _family.Run(primary, $"DEL key:{i}");
            _family.Net.Run(1);
        }

        _family.AwaitUp(replica);
        _family.Run(primary, "SELECT 3");
        _family.Run(primary, "SET elsewhere 1 PX 100000");
        _family.AwaitSame(replica, primary);
        Assert.Equal(1, primary.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void Replicas_that_come_together_share_one_snapshot()
    {
        NetHost primary = Filled(6379, 100);
        NetHost[] replicas = [_family.Add(6380), _family.Add(6381), _family.Add(6382)];
        primary.Node.Replication.ExpectedReplicas = 3;
        foreach (NetHost replica in replicas)
        {
            _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
            _family.Net.Run(500);
        }

        foreach (NetHost replica in replicas)
        {
            _family.AwaitUp(replica);
            _family.AwaitSame(replica, primary);
        }

        Assert.Single(primary.Lines.FindAll(line => line.Contains("Starting BGSAVE for SYNC", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_that_is_known_and_does_not_come_is_waited_for_no_longer_than_the_delay()
    {
        NetHost primary = Filled(6379, 10);
        NetHost replica = _family.Add(6380);
        primary.Node.Replication.ExpectedReplicas = 2;
        _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        _family.Net.Run(4500);
        Assert.False(replica.Node.Replication.Replica.IsLinkUp);
        _family.Net.Run(1000);
        Assert.True(replica.Node.Replication.Replica.IsLinkUp);
    }

    [Fact]
    public void A_link_that_breaks_goes_on_where_it_was()
    {
        NetHost primary = Filled(6379, 10);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        _family.Run(primary, "CLIENT KILL TYPE replica");
        _family.Run(primary, "SET meanwhile 1");
        _family.Net.Run(5);
        _family.AwaitUp(replica);
        _family.AwaitSame(replica, primary);
        Assert.Equal((1, 1), (primary.Node.Statistics.FullSyncs, primary.Node.Statistics.PartialSyncs));
    }

    [Fact]
    public void What_the_backlog_has_lost_takes_a_full_resync()
    {
        NetHost primary = _family.Add(6379, options => options.BacklogSizeBytes = 16_384);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        replica.Kill();
        _family.Net.Run(10);
        for (int i = 0; i < 100; i++) _family.Run(primary, $"SET key:{i} {new string('x', 1000)}");
        replica.Boot();
        _family.Net.Run(10);
        Assert.Equal("+OK\r\n", replica.Connect().Run("REPLICAOF 127.0.0.1 6379"));
        _family.AwaitUp(replica);
        _family.AwaitSame(replica, primary);
        Assert.Equal(2, primary.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void Siblings_go_on_with_the_one_that_was_promoted()
    {
        NetHost primary = Filled(6379, 50);
        NetHost first = _family.Add(6380);
        NetHost second = _family.Add(6381);
        _family.Follow(first, primary);
        _family.Follow(second, primary);
        _family.Run(primary, "SELECT 5");
        _family.Run(primary, "SET last 1");
        _family.AwaitSame(first, primary);
        _family.AwaitSame(second, primary);
        primary.Kill();
        Assert.Equal("+OK\r\n", _family.Run(first, "REPLICAOF NO ONE"));
        Assert.Equal("+OK\r\n", _family.Run(first, "SET after promotion"));
        _family.Follow(second, first);
        _family.AwaitSame(second, first);
        Assert.Equal((0, 1), (first.Node.Statistics.FullSyncs, first.Node.Statistics.PartialSyncs));
        Assert.Equal(first.Node.Replication.History.Id, second.Node.Replication.History.Id);
    }

    [Fact]
    public void A_chain_passes_the_stream_on_and_survives_a_promotion_at_its_head()
    {
        NetHost primary = Filled(6379, 50);
        NetHost middle = _family.Add(6380);
        NetHost last = _family.Add(6381);
        _family.Follow(middle, primary);
        _family.Follow(last, middle);
        _family.Run(primary, "INCR counter");
        _family.Run(primary, "EXPIRE key:1 100");
        _family.AwaitSame(last, primary);
        Assert.Equal("+OK\r\n", _family.Run(middle, "REPLICAOF NO ONE"));
        _family.Run(middle, "SET from middle");
        _family.Net.Run(5);
        _family.AwaitUp(last);
        _family.AwaitSame(last, middle);
        Assert.Equal(1, middle.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void A_replica_refuses_writes_and_hides_what_has_expired()
    {
        NetHost primary = Filled(6379, 1);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        _family.Run(primary, "SET short 1 PX 300");
        _family.AwaitSame(replica, primary);
        Assert.StartsWith("-READONLY", _family.Run(replica, "SET k v"), StringComparison.Ordinal);
        primary.Kill();
        _family.Net.Run(1000);
        Assert.Equal("$-1\r\n", _family.Run(replica, "GET short"));
        Assert.Contains("short", Family.Data(replica), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_primary_a_replica_serves_stale_data_only_if_it_may()
    {
        NetHost primary = Filled(6379, 1);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        primary.Kill();
        _family.Net.Run(100);
        Assert.Equal("$1\r\n0\r\n", _family.Run(replica, "GET key:0"));
        replica.Node.Options.ReplicaServeStaleData = false;
        _family.Net.Run(2000);
        Assert.StartsWith("-MASTERDOWN", _family.Run(replica, "GET key:0"), StringComparison.Ordinal);
        Assert.StartsWith("$", _family.Run(replica, "INFO"), StringComparison.Ordinal);
        primary.Boot();
        _family.Net.Run(10);
        _family.AwaitUp(replica);
        Assert.Equal("$-1\r\n", _family.Run(replica, "GET key:0"));
    }

    [Fact]
    public void Wait_answers_when_enough_have_it_or_when_its_time_is_over()
    {
        NetHost primary = Filled(6379, 1);
        NetHost replica = _family.Add(6380);
        Assert.Equal(":0\r\n", _family.Run(primary, "WAIT 0 0"));
        _family.Follow(replica, primary);
        _family.Run(primary, "SET k v");
        long before = _family.Net.NowMs;
        Assert.Equal(":1\r\n", _family.Run(primary, "WAIT 1 1000"));
        Assert.InRange(_family.Net.NowMs - before, 1, 50);
        before = _family.Net.NowMs;
        Assert.Equal(":1\r\n", _family.Run(primary, "WAIT 2 300"));
        Assert.InRange(_family.Net.NowMs - before, 300, 340);
        Assert.Equal("-ERR timeout is negative\r\n", _family.Run(primary, "WAIT 1 -1"));
        Assert.StartsWith("-ERR WAIT cannot be used with replica", _family.Run(replica, "WAIT 1 1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_waits_is_let_go_when_the_node_becomes_a_replica()
    {
        NetHost primary = Filled(6379, 1);
        NetHost other = _family.Add(6380);
        _family.Run(primary, "SET k v");
        NetClient waiting = primary.Connect();
        waiting.Run("SET w 1");
        Assert.Equal("", waiting.Run("WAIT 1 0"));
        _family.Run(primary, $"REPLICAOF 127.0.0.1 {other.Port}");
        Assert.StartsWith("-UNBLOCKED", waiting.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_good_replicas_stop_writes()
    {
        NetHost primary = _family.Add(6379, options => (options.MinReplicasToWrite, options.MinReplicasMaxLagSeconds) = (1, 2));
        _family.Net.Run(1100);
        Assert.StartsWith("-NOREPLICAS", _family.Run(primary, "SET k v"), StringComparison.Ordinal);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        _family.Net.Run(10);
        Assert.Equal("+OK\r\n", _family.Run(primary, "SET k v"));
        replica.Kill();
        _family.Net.Run(1100);
        Assert.StartsWith("-NOREPLICAS", _family.Run(primary, "SET k v"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_backlog_that_nobody_needs_is_given_back_and_the_history_ends_with_it()
    {
        NetHost primary = _family.Add(6379, options => options.BacklogTtlSeconds = 5);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        ReplicationHistory history = primary.Node.Replication.History;
        Core.HexId id = history.Id.Value;
        replica.Kill();
        _family.Net.Run(4000);
        Assert.NotNull(primary.Node.Replication.Backlog);
        _family.Net.Run(3000);
        Assert.Null(primary.Node.Replication.Backlog);
        Assert.NotEqual(id, history.Id.Value);
    }

    [Fact]
    public void A_silent_replica_is_dropped_and_a_silent_primary_is_left()
    {
        NetHost primary = _family.Add(6379, options => options.ReplTimeoutSeconds = 5);
        NetClient mute = primary.Connect();
        mute.Run("REPLCONF listening-port 7000 capa eof capa psync2");
        mute.Run("PSYNC ? -1");
        _family.Net.Run(1000);
        mute.Run("REPLCONF ACK 0");
        Assert.Contains("port=7000,state=online", _family.Run(primary, "INFO replication"), StringComparison.Ordinal);
        _family.Net.Run(7500);
        Assert.Contains("connected_slaves:0", _family.Run(primary, "INFO replication"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_that_loads_for_long_is_not_dropped_while_it_says_that_it_lives()
    {
        NetHost primary = _family.Add(6379, options => options.ReplTimeoutSeconds = 5);
        NetClient slow = primary.Connect();
        slow.Run("REPLCONF listening-port 7000 capa eof capa psync2");
        slow.Run("PSYNC ? -1");
        for (int second = 0; second < 20; second++)
        {
            _family.Net.Run(1000);
            slow.Send("\n"u8.ToArray());
        }

        Assert.Contains("port=7000,state=online,offset=0", _family.Run(primary, "INFO replication"), StringComparison.Ordinal);
        Assert.False(slow.IsClosed);
    }

    [Fact]
    public void Following_the_same_primary_again_changes_nothing()
    {
        NetHost primary = Filled(6379, 1);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        replica.Node.Replication.Follow("127.0.0.1", 6379);
        Assert.True(replica.Node.Replication.Replica.IsLinkUp);
        Assert.Equal("+OK Already connected to specified master\r\n", _family.Run(replica, "REPLICAOF 127.0.0.1 6379"));
    }

    [Fact]
    public void A_replica_hears_pings_so_that_a_quiet_primary_is_not_taken_for_dead()
    {
        NetHost primary = _family.Add(6379, options => options.ReplPingPeriodSeconds = 1);
        NetHost replica = _family.Add(6380, options => options.ReplTimeoutSeconds = 5);
        _family.Follow(replica, primary);
        _family.Net.Run(30_000);
        Assert.Equal((1, 0), (primary.Node.Statistics.FullSyncs, primary.Node.Statistics.PartialSyncs));
        Assert.True(replica.Node.Replication.Replica.IsLinkUp);
    }

    [Fact]
    public void The_first_replica_hears_no_ping_before_the_period_is_over()
    {
        NetHost primary = _family.Add(6379);
        NetHost replica = _family.Add(6380);
        _family.Net.Run(30_000);
        _family.Follow(replica, primary);
        long offset = primary.Node.Replication.Offset.Value;
        _family.Net.Run(5000);
        Assert.Equal(offset, primary.Node.Replication.Offset.Value);
        _family.Net.Run(10_000);
        Assert.True(primary.Node.Replication.Offset.Value > offset);
    }

    [Fact]
    public void A_snapshot_alone_ends_the_connection()
    {
        NetHost primary = Filled(6379, 10);
        NetClient client = primary.Connect();
        Assert.Equal("+OK\r\n", client.Run("REPLCONF rdb-only 1 capa eof"));
        Assert.StartsWith("+FULLRESYNC ", client.Run("PSYNC ? -1"), StringComparison.Ordinal);
        _family.Net.Run(200);
        string all = client.Read();
        Assert.StartsWith("$EOF:", all, StringComparison.Ordinal);
        Assert.Contains("REDIS0010", all, StringComparison.Ordinal);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void An_old_replica_gets_a_snapshot_with_its_length_and_the_stream_at_once()
    {
        NetHost primary = Filled(6379, 10);
        NetClient client = primary.Connect();
        client.Run("SYNC");
        _family.Net.Run(100);
        _family.Run(primary, "SET new 1");
        _family.Net.Run(10);
        string all = client.Read().TrimStart('\n');
        Assert.StartsWith("$", all, StringComparison.Ordinal);
        int length = int.Parse(all[1..all.IndexOf('\r', StringComparison.Ordinal)]);
        string stream = all[(all.IndexOf('\n', StringComparison.Ordinal) + 1 + length)..];
        Assert.Equal("*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$3\r\nnew\r\n$1\r\n1\r\n", stream);
    }

    [Fact]
    public void Without_diskless_sync_replicas_read_one_file_each_at_its_own_pace_and_it_goes_away()
    {
        NetHost primary = Filled(6379, 3000, options => options.DisklessSync = false);
        string value = new('v', 1000);
        for (int i = 0; i < 3000; i++) _family.Run(primary, $"SET key:{i} {value}{i * 7919}");
        _family.Run(primary, "CONFIG SET rdbcompression no");
        NetHost[] replicas = [_family.Add(6380), _family.Add(6381)];
        primary.Node.Replication.ExpectedReplicas = 2;
        foreach (NetHost replica in replicas) _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        Assert.NotEqual(-1, _family.Net.RunUntil(() => new System.Collections.Generic.List<string>(primary.Disk.Keys).Exists(path => path.StartsWith("temp-repl-", StringComparison.Ordinal)), 20_000));
        foreach (NetHost replica in replicas)
        {
            _family.AwaitUp(replica);
            _family.AwaitSame(replica, primary);
            Assert.Contains(replica.Lines, line => line.Contains("bytes from master", StringComparison.Ordinal));
        }

        _family.Net.Run(10);
        Assert.DoesNotContain(primary.Disk.Keys, path => path.StartsWith("temp-", StringComparison.Ordinal));
        Assert.Single(primary.Lines.FindAll(line => line.Contains("Starting BGSAVE for SYNC with target: disk", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_for_replicas_that_cannot_be_written_ends_their_links_and_they_come_again()
    {
        NetHost primary = Filled(6379, 100, options => options.DisklessSync = false);
        NetHost replica = _family.Add(6380);
        primary.WriteFault = "No space left on device";
        _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        _family.Net.Run(2000);
        Assert.False(replica.Node.Replication.Replica.IsLinkUp);
        primary.WriteFault = null;
        _family.AwaitUp(replica);
        _family.AwaitSame(replica, primary);
    }

    [Theory]
    [InlineData("REPLCONF listening-port", "-ERR syntax error\r\n")]
    [InlineData("REPLCONF listening-port x", "-ERR value is not an integer or out of range\r\n")]
    [InlineData("REPLCONF nonsense 1", "-ERR Unrecognized REPLCONF option: nonsense\r\n")]
    [InlineData("REPLCONF rdb-filter-only keys", "-ERR Unsupported rdb-filter-only option: keys\r\n")]
    [InlineData("REPLCONF capa unheard-of", "+OK\r\n")]
    [InlineData("REPLICAOF host 99999999999", "-ERR Invalid master port\r\n")]
    [InlineData("PSYNC ? x", "-ERR value is not an integer or out of range\r\n")]
    public void Odd_calls_get_the_answers_of_Redis(string call, string reply)
    {
        NetHost node = _family.Add(6379);
        Assert.Equal(reply, _family.Run(node, call));
    }

    [Fact]
    public void A_replica_whose_link_is_down_gives_no_stream()
    {
        NetHost node = _family.Add(6379);
        _family.Run(node, "REPLICAOF 127.0.0.1 1");
        Assert.Equal("-NOMASTERLINK Can't SYNC while not connected with my master\r\n", _family.Run(node, "PSYNC ? -1"));
        Assert.Equal("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:1\r\n$10\r\nconnecting\r\n:-1\r\n", _family.Run(node, "ROLE").Replace("$7\r\nconnect\r\n", "$10\r\nconnecting\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public void In_cluster_mode_the_cluster_says_who_follows_whom()
    {
        NetHost node = _family.Net.Add(6379);
        _family.Net.Run(50);
        Assert.Equal("-ERR REPLICAOF not allowed in cluster mode.\r\n", _family.Run(node, "REPLICAOF 127.0.0.1 1"));
    }

    [Fact]
    public void The_data_stays_until_the_whole_of_the_new_has_come()
    {
        NetHost primary = Filled(6379, 5000);
        NetHost replica = _family.Add(6380);
        _family.Run(replica, "SET old 1");
        _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        Assert.NotEqual(-1, _family.Net.RunUntil(() => replica.Node.Replication.Replica.Stage == FollowStage.Transfer, 1000));
        primary.Kill();
        _family.Net.Run(3000);
        Assert.Equal("$1\r\n1\r\n", _family.Run(replica, "GET old"));
    }

    [Fact]
    public void Failover_gives_the_role_away_and_loses_nothing()
    {
        NetHost primary = Filled(6379, 20);
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        NetClient writer = primary.Connect();
        _family.Run(primary, "SET last 1");
        Assert.Equal("+OK\r\n", _family.Run(primary, "FAILOVER TO 127.0.0.1 6380 TIMEOUT 5000"));
        Assert.Equal("", writer.Run("SET held 1"));
        Assert.NotEqual(-1, _family.Net.RunUntil(() => primary.Node.Replication.Replica.IsLinkUp, 5000));
        Assert.StartsWith("-READONLY", writer.Read(), StringComparison.Ordinal);
        Assert.False(replica.Node.Replication.IsReplica);
        Assert.Equal("+OK\r\n", _family.Run(replica, "SET after 1"));
        _family.AwaitSame(primary, replica);
        Assert.Equal((0, 1), (replica.Node.Statistics.FullSyncs, replica.Node.Statistics.PartialSyncs));
        Assert.Contains("master_failover_state:no-failover", _family.Run(primary, "INFO replication"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failover_that_no_replica_can_take_is_given_up_in_time_or_when_told()
    {
        NetHost primary = Filled(6379, 1);
        Assert.Equal("-ERR FAILOVER requires connected replicas.\r\n", _family.Run(primary, "FAILOVER"));
        Assert.Equal("-ERR No failover in progress.\r\n", _family.Run(primary, "FAILOVER ABORT"));
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, primary);
        Assert.Equal("-ERR FAILOVER target HOST and PORT is not a replica.\r\n", _family.Run(primary, "FAILOVER TO 127.0.0.1 1"));
        Assert.StartsWith("-ERR FAILOVER with force option", _family.Run(primary, "FAILOVER TO 127.0.0.1 6380 FORCE"), StringComparison.Ordinal);
        NetClient writer = primary.Connect();
        _family.Run(primary, "SET unseen 1");
        replica.Kill();
        NetClient mute = primary.Connect();
        mute.Run("REPLCONF listening-port 7000 capa eof capa psync2");
        mute.Run("PSYNC ? -1");
        _family.Net.Run(100);
        Assert.Equal("+OK\r\n", _family.Run(primary, "FAILOVER TIMEOUT 1000"));
        Assert.Equal("-ERR FAILOVER already in progress.\r\n", _family.Run(primary, "FAILOVER"));
        Assert.Equal("-ERR REPLICAOF not allowed while failing over.\r\n", _family.Run(primary, "REPLICAOF NO ONE"));
        Assert.Contains("waiting-for-sync", _family.Run(primary, "INFO replication"), StringComparison.Ordinal);
        writer.Run("SET held 1");
        _family.Net.Run(1100);
        Assert.Equal("+OK\r\n", writer.Read());
        Assert.Equal("+OK\r\n", _family.Run(primary, "FAILOVER TIMEOUT 100000"));
        Assert.Equal("+OK\r\n", _family.Run(primary, "FAILOVER ABORT"));
        Assert.Equal("+OK\r\n", _family.Run(primary, "SET k v"));
    }

    private NetHost Filled(int port, int count, Action<NodeOptions>? change = null)
    {
        NetHost host = _family.Add(port, change);
        for (int i = 0; i < count; i++) _family.Run(host, $"SET key:{i} {i}");
        return host;
    }
}
