using Hexad.Core;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class ReplicaTableTests
{
    private static readonly MonotonicMs Now = new(100_000);

    [Fact]
    public void A_first_replica_is_not_kept_waiting_when_nobody_else_is_known()
    {
        var table = new ReplicaTable();
        Assert.False(Starts(table, 0));
        table.Add(new Replica(1) { Stage = ReplicaStage.WaitsForSnapshot, WaitsSince = Now });
        Assert.True(Starts(table, 0));
        Assert.True(Starts(table, 1));
    }

    [Fact]
    public void While_another_is_known_to_be_coming_it_is_waited_for_but_not_for_ever()
    {
        var table = new ReplicaTable();
        table.Add(new Replica(1) { Stage = ReplicaStage.WaitsForSnapshot, WaitsSince = Now + -4_999 });
        Assert.False(Starts(table, 2));
        Assert.True(table.ShouldStartSnapshot(Now, 2, 5, enough: 1));
        Assert.True(table.ShouldStartSnapshot(Now + 1, 2, 5, 0));
        table.Add(new Replica(2) { Stage = ReplicaStage.Online });
        Assert.True(Starts(table, 2));
    }

    [Fact]
    public void Only_those_that_answered_lately_are_good()
    {
        var table = new ReplicaTable();
        table.Add(new Replica(1) { Stage = ReplicaStage.Online, AcknowledgedAt = Now });
        table.Add(new Replica(2) { Stage = ReplicaStage.Online, AcknowledgedAt = Now + -10_999 });
        table.Add(new Replica(3) { Stage = ReplicaStage.Online, AcknowledgedAt = Now + -11_000 });
        table.Add(new Replica(4) { Stage = ReplicaStage.GetsSnapshot, AcknowledgedAt = Now });
        Assert.Equal(2, table.CountGood(Now, 10));
    }

    [Fact]
    public void The_slowest_reader_is_the_one_that_is_furthest_behind()
    {
        var table = new ReplicaTable();
        Assert.Equal(500, table.SlowestReader(new ReplicationOffset(500)).Value);
        table.Add(new Replica(1) { Stage = ReplicaStage.Online, Position = new ReplicationOffset(300) });
        table.Add(new Replica(2) { Stage = ReplicaStage.GetsSnapshot, Position = new ReplicationOffset(200) });
        table.Add(new Replica(3) { Stage = ReplicaStage.WaitsForSnapshot });
        table.Add(new Replica(4) { Stage = ReplicaStage.GetsSnapshot, Abilities = ReplicaAbilities.SnapshotOnly });
        Assert.Equal(200, table.SlowestReader(new ReplicationOffset(500)).Value);
    }

    [Fact]
    public void Acknowledgements_count_from_replicas_that_are_online()
    {
        var table = new ReplicaTable();
        table.Add(new Replica(1) { Stage = ReplicaStage.Online, Acknowledged = new ReplicationOffset(10) });
        table.Add(new Replica(2) { Stage = ReplicaStage.Online, Acknowledged = new ReplicationOffset(9) });
        table.Add(new Replica(3) { Stage = ReplicaStage.Loads, Acknowledged = new ReplicationOffset(10) });
        Assert.Equal(1, table.CountAcknowledged(new ReplicationOffset(10)));
        Assert.Equal(2, table.CountAcknowledged(new ReplicationOffset(9)));
    }

    private static bool Starts(ReplicaTable table, int expected) => table.ShouldStartSnapshot(Now, expected, 5, 0);
}
