using System;
using Hexad.Engine.Tests.Cluster;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

/// <summary>A replica whose data is not its primary's, and the primary as the replica's client.</summary>
public sealed class StreamErrorTests
{
    private readonly Family _family = new();
    private readonly NetHost _primary;

    public StreamErrorTests()
    {
        _primary = _family.Add(6379);
        _family.Run(_primary, "SET n 1");
    }

    [Fact]
    public void A_command_that_fails_on_the_replica_is_logged_and_counted_and_the_stream_goes_on()
    {
        NetHost replica = Replica(PropagationError.Ignore);
        MakeItFail(replica);
        Assert.True(replica.IsUp);
        Assert.Contains(replica.Lines, line => line.Contains("== CRITICAL == This replica is sending an error to its master", StringComparison.Ordinal)
            && line.Contains("value is not an integer", StringComparison.Ordinal) && line.EndsWith("'incr'", StringComparison.Ordinal));
        Assert.Contains("unexpected_error_replies:1", _family.Run(replica, "INFO stats"), StringComparison.Ordinal);
        _family.Run(_primary, "SET later 1");
        _family.Net.Run(5);
        Assert.Equal("$1\r\n1\r\n", _family.Run(replica, "GET later"));
    }

    [Theory]
    [InlineData(PropagationError.Panic)]
    [InlineData(PropagationError.PanicOnReplicas)]
    public void A_replica_that_shall_panic_ends_at_a_command_that_fails(PropagationError behaviour)
    {
        NetHost replica = Replica(behaviour);
        MakeItFail(replica);
        Assert.Equal(1, replica.ExitCode);
        Assert.False(replica.IsUp);
    }

    [Fact]
    public void As_Redis_a_writable_replica_does_not_panic()
    {
        NetHost replica = Replica(PropagationError.Panic);
        MakeItFail(replica, staysWritable: true);
        Assert.True(replica.IsUp);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_replica_that_cannot_save_ends_unless_it_may_ignore_that(bool ignores, bool goesOn)
    {
        NetHost replica = _family.Add(6380, options => options.ReplicaIgnoreDiskErrors = ignores);
        _family.Follow(replica, _primary);
        replica.WriteFault = "No space left on device";
        Assert.StartsWith("+Background", _family.Run(replica, "BGSAVE"), StringComparison.Ordinal);
        _family.Net.Run(500);
        Assert.True(replica.IsUp);
        _family.Run(_primary, "SET a 1");
        _family.Net.Run(50);
        Assert.Equal(goesOn, replica.IsUp);
        if (goesOn) Assert.Contains(replica.Lines, line => line.Contains("even though it is unable to write to disk", StringComparison.Ordinal));
    }

    [Fact]
    public void The_primary_is_a_client_of_its_replica_that_can_be_listed_and_killed()
    {
        NetHost replica = Replica(PropagationError.Ignore);
        string listed = _family.Run(replica, "CLIENT LIST TYPE master");
        Assert.Contains("addr=127.0.0.1:6379", listed, StringComparison.Ordinal);
        Assert.Contains(" flags=M ", listed, StringComparison.Ordinal);
        Assert.Contains(" flags=S ", _family.Run(_primary, "CLIENT LIST TYPE replica"), StringComparison.Ordinal);
        _family.Run(_primary, "SELECT 3");
        _family.Run(_primary, "SET a 1");
        _family.Net.Run(5);
        Assert.Equal(":1\r\n", _family.Run(replica, "CLIENT KILL TYPE master"));
        Assert.False(replica.Node.Replication.Replica.IsLinkUp);
        Assert.DoesNotContain("flags=M", _family.Run(replica, "CLIENT LIST"), StringComparison.Ordinal);
        _family.AwaitUp(replica);
        _family.Run(_primary, "SET b 2");
        _family.AwaitSame(replica, _primary);
        Assert.Equal((1, 1), (_primary.Node.Statistics.FullSyncs, _primary.Node.Statistics.PartialSyncs));
        Assert.Contains("cmd=set", _family.Run(replica, "CLIENT LIST TYPE master"), StringComparison.Ordinal);
    }

    private NetHost Replica(PropagationError behaviour)
    {
        NetHost replica = _family.Add(6380, options =>
        {
            options.PropagationErrorBehavior = behaviour;
            options.ReplicaReadOnly = false;
        });
        _family.Follow(replica, _primary);
        return replica;
    }

    private void MakeItFail(NetHost replica, bool staysWritable = false)
    {
        Assert.Equal("+OK\r\n", _family.Run(replica, "SET n text"));
        if (!staysWritable) _family.Run(replica, "CONFIG SET replica-read-only yes");
        Assert.Equal(":2\r\n", _family.Run(_primary, "INCR n"));
        _family.Net.Run(50);
    }
}
