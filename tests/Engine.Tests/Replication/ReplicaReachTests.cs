using System;
using Hexad.Engine.Tests.Cluster;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

/// <summary>What replicas can read and know decides what they are sent.</summary>
public sealed class ReplicaReachTests
{
    private const string Introduction = "REPLCONF listening-port 7000 capa eof capa psync2";
    private readonly Family _family = new();
    private readonly NetHost _primary;

    public ReplicaReachTests()
    {
        _primary = _family.Add(6379);
        _family.Run(_primary, "HSET h f v g w");
    }

    [Theory]
    [InlineData("", "REDIS0010")]
    [InlineData(" version 7.0.15", "REDIS0010")]
    [InlineData(" version 7.2.6", "REDIS0011")]
    [InlineData(" version 7.4.0", "REDIS0012")]
    [InlineData(" version 8.0.3", "REDIS0012")]
    [InlineData(" version 9.0.0", "REDIS0011")]
    [InlineData(" version nonsense", "REDIS0010")]
    [InlineData(" capa hexad", "REDIS0012")]
    public void A_snapshot_has_the_newest_form_that_the_replica_reads(string says, string magic)
    {
        NetClient replica = Introduced(says);
        replica.Run("PSYNC ? -1");
        _family.Net.Run(1000);
        Assert.Contains(magic, replica.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Replicas_that_read_different_forms_get_snapshots_of_their_own()
    {
        NetClient old = Introduced(""), young = Introduced(" version 7.2.6"), another = Introduced("");
        foreach (NetClient replica in new[] { old, young, another }) replica.Run("PSYNC ? -1");
        _family.Net.Run(20_000);
        Assert.Contains("REDIS0010", old.Read(), StringComparison.Ordinal);
        Assert.Contains("REDIS0011", young.Read(), StringComparison.Ordinal);
        Assert.Contains("REDIS0010", another.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_that_cannot_hold_fields_that_expire_is_refused_while_there_are_some()
    {
        _family.Run(_primary, "HPEXPIRE h 100000 FIELDS 1 f");
        NetClient replica = Introduced(" version 7.2.6");
        replica.Run("PSYNC ? -1");
        _family.Net.Run(1000);
        Assert.True(replica.IsClosed);
        Assert.Contains(_primary.Lines, static line => line.Contains("of version 7.2.6, is refused", StringComparison.Ordinal));
        _family.Run(_primary, "HPERSIST h FIELDS 1 f");
        replica = Introduced(" version 7.2.6");
        replica.Run("PSYNC ? -1");
        _family.Net.Run(1000);
        string snapshot = replica.Read();
        Assert.Contains("REDIS0011", snapshot, StringComparison.Ordinal);
        // A plain hash of two fields, whatever it has been.
        Assert.Contains("\u0004\u0001h\u0002", snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_is_sent_away_before_it_gets_a_command_that_it_does_not_know()
    {
        NetClient old = Online(""), young = Online(" version 7.4.1"), ours = Online(" capa hexad");
        _family.Run(_primary, "SET k v");
        _family.Net.Run(10);
        foreach (NetClient replica in new[] { old, young, ours }) Assert.EndsWith("SET\r\n$1\r\nk\r\n$1\r\nv\r\n", replica.Read(), StringComparison.Ordinal);
        _family.Run(_primary, "MULTI");
        _family.Run(_primary, "SET k w");
        _family.Run(_primary, "HPEXPIRE h 100000 FIELDS 1 f");
        _family.Run(_primary, "EXEC");
        _family.Net.Run(10);
        Assert.True(old.IsClosed);
        Assert.DoesNotContain("HPEXPIREAT", old.Read(), StringComparison.Ordinal);
        Assert.Contains(_primary.Lines, static line => line.Contains("of a version before 7.2, is sent away: it does not know HPEXPIREAT (since 7.4.0)", StringComparison.Ordinal));
        foreach (NetClient replica in new[] { young, ours })
        {
            Assert.False(replica.IsClosed);
            Assert.Contains("HPEXPIREAT", replica.Read(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_replica_that_was_away_does_not_go_on_over_a_command_that_it_does_not_know()
    {
        NetClient first = Online("");
        string id = _primary.Node.Replication.History.Id.ToString();
        string next = (_primary.Node.Replication.Offset.Value + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _family.Run(_primary, "SET k v");
        NetClient again = Introduced("");
        Assert.StartsWith("+CONTINUE", again.Run($"PSYNC {id} {next}"), StringComparison.Ordinal);
        _family.Run(_primary, "HPEXPIRE h 1 FIELDS 1 f");
        _family.Net.Run(500);
        Assert.True(first.IsClosed && again.IsClosed);
        Assert.Equal(":1\r\n", _family.Run(_primary, "HLEN h"));
        again = Introduced("");
        string answer = again.Run($"PSYNC {id} {next}");
        _family.Net.Run(1000);
        Assert.StartsWith("+FULLRESYNC", answer + again.Read(), StringComparison.Ordinal);
        NetClient ours = Introduced(" capa hexad");
        Assert.StartsWith("+CONTINUE", ours.Run($"PSYNC {id} {next}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_replica_knows_when_a_consumer_was_last_active()
    {
        _family.Run(_primary, "XADD s 1-1 a b");
        _family.Run(_primary, "XGROUP CREATE s g 0");
        _family.Run(_primary, "XREADGROUP GROUP g c STREAMS s >");
        _family.Net.Run(5000);
        _family.Run(_primary, "XREADGROUP GROUP g c STREAMS s >");
        NetHost replica = _family.Add(6380);
        _family.Follow(replica, _primary);
        Assert.Equal(_family.Run(_primary, "XINFO CONSUMERS s g"), _family.Run(replica, "XINFO CONSUMERS s g"));
        Assert.Equal(_family.Run(_primary, "XINFO STREAM s FULL"), _family.Run(replica, "XINFO STREAM s FULL"));
    }

    private NetClient Introduced(string says)
    {
        NetClient replica = _primary.Connect();
        Assert.Equal("+OK\r\n", replica.Run(Introduction + says));
        return replica;
    }

    private NetClient Online(string says)
    {
        NetClient replica = Introduced(says);
        string answer = replica.Run("PSYNC ? -1");
        _family.Net.Run(6000);
        Assert.StartsWith("+FULLRESYNC", answer + replica.Run("REPLCONF ACK 0"), StringComparison.Ordinal);
        return replica;
    }
}
