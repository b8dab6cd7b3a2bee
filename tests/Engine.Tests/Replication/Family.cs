using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Tests.Cluster;
using Hexad.Keyspace;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

/// <summary>Nodes outside of cluster mode in virtual time, each with a client.</summary>
internal sealed class Family
{
    private readonly Dictionary<NetHost, NetClient> _clients = [];

    public NodeNet Net { get; } = new();

    /// <summary>Starts a node; its data file is read, so that it serves.</summary>
    public NetHost Add(int port, Action<NodeOptions>? change = null)
    {
        NetHost host = Net.Add(port, options =>
        {
            options.ClusterEnabled = false;
            change?.Invoke(options);
        });
        Net.Run(10);
        return host;
    }

    /// <summary>Runs a command of a node's own client and gives its reply, waiting for it if it does not come at once.</summary>
    public string Run(NetHost host, string line)
    {
        string reply = Client(host).Run(line);
        for (int i = 0; i < 100 && reply.Length == 0; i++)
        {
            Net.Run(10);
            reply = Client(host).Read();
        }

        return reply;
    }

    /// <summary>The node's own client.</summary>
    public NetClient Client(NetHost host)
    {
        if (!_clients.TryGetValue(host, out NetClient? client)) _clients[host] = client = host.Connect();
        return client;
    }

    /// <summary>The node was started anew: it has another client.</summary>
    public void Reboot(NetHost host, bool orderly)
    {
        if (orderly) Client(host).Run("SHUTDOWN");
        else host.Kill();
        Net.RunUntil(() => !host.IsUp, 20_000);
        Assert.False(host.IsUp);
        _clients.Remove(host);
        host.Boot();
        Net.Run(10);
    }

    /// <summary>Makes one the replica of another and waits until it follows.</summary>
    public void Follow(NetHost replica, NetHost primary)
    {
        Assert.Equal("+OK\r\n", Run(replica, $"REPLICAOF 127.0.0.1 {primary.Port}"));
        AwaitUp(replica);
        Net.Run(5);
    }

    /// <summary>Waits until a replica follows its primary.</summary>
    public void AwaitUp(NetHost replica) => Assert.NotEqual(-1, Net.RunUntil(() => replica.Node.Replication.Replica.IsLinkUp, 20_000));

    /// <summary>Waits until a replica has all that its primary has, and sees that it is the same.</summary>
    public void AwaitSame(NetHost replica, NetHost primary)
    {
        Assert.NotEqual(-1, Net.RunUntil(() => replica.Node.Replication.Offset == primary.Node.Replication.Offset, 20_000));
        Assert.Equal(Data(primary), Data(replica));
    }

    /// <summary>All keys of all databases, in order.</summary>
    public static string Data(NetHost host)
    {
        var visitor = new Collector();
        for (int i = 0; i < host.Node.Databases.Count; i++)
        {
            visitor.Database = i;
            host.Node.Databases[i].Visit(ref visitor);
        }

        visitor.Lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', visitor.Lines);
    }

    private struct Collector : IEntryVisitor
    {
        public Collector()
        {
        }

        public List<string> Lines { get; } = [];

        public int Database { get; set; }

        public readonly bool Visit(EntryRef entry)
        {
            string expiry = entry.TryGetExpiry(out UnixMs at) ? at.ToString() : "never";
            Lines.Add($"{Database} {Encoding.Latin1.GetString(entry.Key)} = {Encoding.Latin1.GetString(entry.GetString(new byte[Keyspace.Database.ScratchBytes]))} @ {expiry}");
            return true;
        }
    }
}
