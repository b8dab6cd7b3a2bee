using System.Collections.Generic;
using Hexad.ClusterTool;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class JoinWatchTests
{
    private const string A = "a 10.0.0.1:7000@17000 ", B = "b 10.0.0.2:7000@17000 ", Master = "master - 0 0 1 connected ";

    [Fact]
    public void It_is_complete_when_all_reach_all_and_agree()
    {
        var watch = new JoinWatch();
        watch.Look([Report("10.0.0.1:7000", A + "myself," + Master + "0-5", B + Master + "6-9"), Report("10.0.0.2:7000", B + "myself," + Master + "6-9", A + Master + "0-5")]);
        Assert.True(watch.IsComplete);
        Assert.Empty(watch.Blocked());
    }

    [Fact]
    public void Disagreement_about_slots_is_not_complete()
    {
        var watch = new JoinWatch();
        watch.Look([Report("10.0.0.1:7000", A + "myself," + Master + "0-5", B + Master), Report("10.0.0.2:7000", B + "myself," + Master + "6-9", A + Master + "0-5")]);
        Assert.False(watch.IsComplete);
    }

    [Fact]
    public void A_handshake_without_link_is_a_blocked_way_and_stays_one_when_it_gave_up()
    {
        var watch = new JoinWatch();
        NodeReport alone = Report("10.0.0.1:7000", A + "myself," + Master);
        watch.Look([alone, Report("10.0.0.2:7000", B + "myself," + Master, "x 10.0.0.1:7000@17000 handshake - 0 0 0 disconnected")]);
        watch.Look([alone, Report("10.0.0.2:7000", B + "myself," + Master)]);
        BlockedWay way = Assert.Single(watch.Blocked());
        Assert.Equal(("10.0.0.1", 17000), (way.Target.Host, way.Target.BusPort));
        Assert.Equal(["10.0.0.2:7000"], way.From);
        Assert.Equal([("10.0.0.1:7000", 1), ("10.0.0.2:7000", 1)], watch.Ignorant);
    }

    [Fact]
    public void A_way_that_opens_is_no_longer_blocked_and_counts_as_progress()
    {
        var watch = new JoinWatch();
        NodeReport other = Report("10.0.0.1:7000", A + "myself," + Master);
        watch.Look([other, Report("10.0.0.2:7000", B + "myself," + Master, "x 10.0.0.1:7000@17000 handshake - 0 0 0 disconnected")]);
        watch.Look([other, Report("10.0.0.2:7000", B + "myself," + Master, A + Master)]);
        Assert.True(watch.MadeProgress);
        Assert.Empty(watch.Blocked());
        watch.Look([other, Report("10.0.0.2:7000", B + "myself," + Master, A + Master)]);
        Assert.False(watch.MadeProgress);
    }

    [Fact]
    public void A_node_that_does_not_answer_keeps_the_others_waiting()
    {
        var watch = new JoinWatch();
        watch.Look([Report("10.0.0.1:7000", A + "myself," + Master), new NodeReport("10.0.0.2:7000", null)]);
        Assert.False(watch.IsComplete);
    }

    private static NodeReport Report(string address, params string[] lines)
    {
        Assert.True(NodeView.TryParse(string.Join('\n', lines), out List<NodeView> views));
        return new NodeReport(address, views);
    }
}
