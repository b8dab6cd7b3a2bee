using System;
using System.Collections.Generic;
using System.IO;
using Hexad.ClusterTool;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class NodeViewTests
{
    [Fact]
    public void A_recorded_table_is_read_whole()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cluster-nodes-migrating.txt"));
        Assert.True(NodeView.TryParse(text, out List<NodeView> nodes));
        Assert.Equal(6, nodes.Count);
        NodeView me = nodes.Find(n => n.IsMyself)!;
        Assert.Equal(("127.0.0.1", 7003, 17003, 4L, 5461), (me.Host, me.Port, me.BusPort, me.Epoch, me.Slots.Count));
        Assert.Equal([(15495, "2b62135b20eb049f66b14bc4b122259e21165456")], me.Migrating);
        NodeView named = nodes.Find(n => n.Port == 7004)!;
        Assert.Equal(("127.0.0.1", 17004, true, "2b62135b20eb049f66b14bc4b122259e21165456"), (named.Host, named.BusPort, named.IsSlave, named.MasterId));
    }

    [Theory]
    [InlineData("id :0@0 master,noaddr - 0 0 1 disconnected", "", 0)]
    [InlineData("id ::1:7000@17000 master - 0 0 1 connected", "::1", 7000)]
    [InlineData("id 10.0.0.1:7000 master - 0 0 1 connected", "10.0.0.1", 7000)]
    public void Addresses_may_be_missing_new_or_old(string line, string host, int port)
    {
        Assert.True(NodeView.TryParse(line, out List<NodeView> nodes));
        Assert.Equal((host, port), (nodes[0].Host, nodes[0].Port));
        Assert.True(port == 0 || nodes[0].BusPort == 17000);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("id nowhere master - 0 0 1 connected")]
    [InlineData("id 1.1.1.1:1@2 master - 0 0 x connected")]
    [InlineData("id 1.1.1.1:1@2 master - 0 0 1 connected 16384")]
    [InlineData("id 1.1.1.1:1@2 master - 0 0 1 connected 5-4")]
    [InlineData("id 1.1.1.1:1@2 master - 0 0 1 connected [5-x-id]")]
    public void A_line_of_another_form_is_refused(string line) => Assert.False(NodeView.TryParse(line, out _));

    [Fact]
    public void Slots_are_written_as_ranges()
    {
        Assert.True(NodeView.TryParse("id 1.1.1.1:1@2 master - 0 0 1 connected 0-5 7 16383 [9-<-x]", out List<NodeView> nodes));
        Assert.Equal("[0-5],[7],[16383]", Layout.Text(nodes[0].Slots, brackets: true));
        Assert.Equal("0-5,7,16383", Layout.Text(nodes[0].Slots, brackets: false));
        Assert.Equal([(9, "x")], nodes[0].Importing);
    }
}
