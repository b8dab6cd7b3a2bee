using Hexad.Core;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class ReplicationHistoryTests
{
    [Fact]
    public void A_new_history_shares_nothing()
    {
        var history = new ReplicationHistory(new Dice(1));
        Assert.False(history.Id.IsNone);
        Assert.True(history.Id2.IsNone);
        Assert.Equal(-1, history.SecondOffset.Value);
        Assert.True(history.Contains(history.Id, new ReplicationOffset(1)));
        Assert.False(history.Contains(default, new ReplicationOffset(1)));
    }

    [Fact]
    public void A_promoted_replica_goes_on_with_the_old_history_up_to_the_promotion()
    {
        var dice = new Dice(1);
        var old = new ReplicationId(dice.Id());
        var history = new ReplicationHistory(dice);
        history.Adopt(old, new ReplicationOffset(100));
        history.Branch(dice);
        Assert.Equal(old, history.Id2);
        Assert.Equal(101, history.SecondOffset.Value);
        Assert.True(history.Contains(old, new ReplicationOffset(101)));
        Assert.False(history.Contains(old, new ReplicationOffset(102)));
        history.Advance(50);
        Assert.Equal(150, history.Offset.Value);
        Assert.True(history.Contains(history.Id, new ReplicationOffset(151)));
        Assert.False(history.Contains(old, new ReplicationOffset(102)));
    }

    [Fact]
    public void A_sibling_that_continues_under_a_new_id_remembers_the_old_one()
    {
        var dice = new Dice(2);
        var old = new ReplicationId(dice.Id());
        var promoted = new ReplicationId(dice.Id());
        var history = new ReplicationHistory(dice);
        history.Adopt(old, new ReplicationOffset(70));
        history.ContinueAs(old);
        Assert.True(history.Id2.IsNone);
        history.ContinueAs(promoted);
        Assert.Equal((promoted, old, 71L), (history.Id, history.Id2, history.SecondOffset.Value));
    }

    [Fact]
    public void A_full_resync_forgets_what_was_before()
    {
        var dice = new Dice(3);
        var history = new ReplicationHistory(dice);
        history.Branch(dice);
        history.Adopt(new ReplicationId(dice.Id()), new ReplicationOffset(5));
        Assert.True(history.Id2.IsNone);
        Assert.Equal(5, history.Offset.Value);
    }
}
