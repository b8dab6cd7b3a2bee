using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class HandshakeTests
{
    [Fact]
    public void Two_nodes_that_met_know_each_other_by_their_true_ids()
    {
        var network = new TestNetwork();
        TestNode a = network.Add(), b = network.Add();
        Assert.Null(a.Do(op => op.Meet(TestNode.Address, b.Port)));
        network.Run(500);
        Assert.NotNull(Scene.View(a, b));
        Assert.NotNull(Scene.View(b, a));
        Assert.False(Scene.View(a, b).InHandshake);
        Assert.Equal(2, a.Machine.Nodes.Count);
        Assert.Equal(2, b.Machine.Nodes.Count);
    }

    [Fact]
    public void Nodes_that_never_met_get_to_know_each_other_by_gossip()
    {
        var network = new TestNetwork();
        TestNode a = network.Add(), b = network.Add(), c = network.Add();
        a.Do(op => op.Meet(TestNode.Address, b.Port));
        a.Do(op => op.Meet(TestNode.Address, c.Port));
        Assert.True(network.RunUntil(() => b.Machine.Nodes.Find(c.Id) is not null && c.Machine.Nodes.Find(b.Id) is not null, 5_000) >= 0);
    }

    [Fact]
    public void A_new_cluster_serves_as_soon_as_it_is_joined_at_any_timeout()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 3; i++) network.Add(s => s.NodeTimeoutMs = 15_000);
        network.Run(5_000);
        (int, int)[] ranges = [(0, 5460), (5461, 10922), (10923, 16383)];
        for (int i = 0; i < 3; i++) network.Nodes[i].Do(op => op.AddSlots([ranges[i]]));
        for (int i = 1; i < 3; i++) network.Nodes[0].Do(op => op.Meet(TestNode.Address, network.Nodes[i].Port));
        Assert.InRange(network.RunUntil(() => Scene.Agrees(network, 3), 20_000), 0, 3_000);
    }

    [Fact]
    public void A_node_that_meets_itself_stays_alone()
    {
        var network = new TestNetwork();
        TestNode a = network.Add();
        a.Do(op => op.Meet(TestNode.Address, a.Port));
        network.Run(5_000);
        Assert.Equal(1, a.Machine.Nodes.Count);
    }

    [Fact]
    public void A_handshake_that_nobody_answers_is_forgotten_after_the_timeout()
    {
        var network = new TestNetwork();
        TestNode a = network.Add();
        a.Do(op => op.Meet(TestNode.Address, 9999));
        network.Run(1_000);
        Assert.Equal(2, a.Machine.Nodes.Count);
        network.Run(2_000);
        Assert.Equal(1, a.Machine.Nodes.Count);
    }

    [Fact]
    public void Meeting_no_address_is_an_error()
    {
        var network = new TestNetwork();
        TestNode a = network.Add();
        Assert.Equal("Invalid node address specified: nowhere:7000", a.Do(op => op.Meet("nowhere", 7000)));
        Assert.Equal("Invalid node address specified: 127.0.0.1:0", a.Do(op => op.Meet("127.0.0.1", 0)));
        Assert.Equal("Invalid node address specified: 127.1:7000", a.Do(op => op.Meet("127.1", 7000)));
    }

    [Fact]
    public void A_node_learns_its_own_address_from_being_met()
    {
        var network = new TestNetwork();
        TestNode a = network.Add(), b = network.Add();
        a.Do(op => op.Meet(TestNode.Address, b.Port));
        network.Run(500);
        Assert.Equal(TestNode.Address, b.Machine.Myself.Address);
        Assert.Equal(TestNode.Address, a.Machine.Myself.Address);
    }

    [Fact]
    public void A_forgotten_node_stays_forgotten_for_a_minute_and_everyone_hears_of_it()
    {
        TestNetwork network = Scene.Cluster(3, 1);
        TestNode gone = network.Nodes[5], a = network.Nodes[0];
        Assert.Null(a.Do(op => op.Forget(gone.Id.ToString())));
        gone.Crash();
        network.Run(10_000);
        foreach (TestNode node in network.Nodes)
        {
            if (node != gone) Assert.Null(node.Machine.Nodes.Find(gone.Id));
        }
    }
}
