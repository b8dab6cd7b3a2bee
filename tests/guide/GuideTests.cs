using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Hexad.Processes;
using Xunit;

namespace Hexad.Guide;

/// <summary>
/// A person's hour with a cluster, step by step, with six separate processes: once with our own client and cluster
/// tool, once with Debian's. GUIDE_SERVER names another server program than ours, to check the guide itself.
/// </summary>
public sealed class GuideTests : IDisposable
{
    private const string DebiansCli = "/usr/bin/redis-cli";
    private const int NodeTimeoutMs = 15_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-guide-").FullName;
    private readonly string? _otherServer = Environment.GetEnvironmentVariable("GUIDE_SERVER");

    [Fact]
    public void The_guide_works_with_our_own_client_and_tool()
    {
        Installation installed = Installation.Make(Path.Combine(_folder, "installed"));
        Follow(installed, new Operator(installed.Program("redis-cli"), installed.Program("redis-trib.rb")));
    }

    [Fact]
    public void The_guide_works_with_the_client_of_Debian()
    {
        Assert.SkipUnless(File.Exists(DebiansCli), $"There is no {DebiansCli} here (Debian: apt-get install redis-tools)");
        Installation installed = Installation.Make(Path.Combine(_folder, "installed"));
        Follow(installed, new Operator(DebiansCli, trib: null));
    }

    [Fact]
    public void A_bus_port_that_nobody_reaches_is_named_within_15_seconds()
    {
        Installation installed = Installation.Make(Path.Combine(_folder, "installed"));
        var person = new Operator(installed.Program("redis-cli"), installed.Program("redis-trib"));
        using var cluster = new GuideCluster(_otherServer ?? installed.Program("redis-server"), _folder, FreePorts.Take(3));
        Instance hidden = cluster.Masters[1];
        foreach (Instance node in cluster.Masters)
        {
            // Announcing a port at which nobody listens is what a closed firewall looks like to the others.
            string[] closed = node == hidden ? [$"cluster-announce-ip {node.Host}", "cluster-announce-bus-port 9"] : [];
            node.Configure(Sample(installed), NodeTimeoutMs, [.. closed, .. SourceLine(node)]);
            cluster.Start(node, person);
        }

        long start = Stopwatch.GetTimestamp();
        Outcome outcome = person.Create([cluster.Masters[0], hidden, cluster.Masters[2]]);
        Assert.NotEqual(0, outcome.Code);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 15);
        Assert.Contains($"The bus port 9 of node {hidden.Address} cannot be reached from:", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"Open TCP port 9 on {hidden.Host}", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_command_builds_the_guides_cluster_and_another_takes_it_down()
    {
        Assert.SkipUnless(_otherServer is null, "hexad up starts our own server");
        Installation installed = Installation.Make(Path.Combine(_folder, "installed"));
        var person = new Operator(installed.Program("redis-cli"), installed.Program("redis-trib"));
        int first = FreePorts.Take(3);
        string folder = Path.Combine(_folder, "up");
        Outcome up = Shell.Run(installed.Hexad, ["up", "--detach", "--dir", folder, "--port", first.ToString()]);
        try
        {
            Assert.True(up.Code == 0, up.ToString());
            using var cluster = new GuideCluster("", _folder, first);
            cluster.Healthy(person);
            for (int shard = 0; shard < 3; shard++)
            {
                string[] line = GuideCluster.Line(person, cluster.Masters[0], cluster.Replicas[shard]);
                Assert.Equal(GuideCluster.Line(person, cluster.Masters[0], cluster.Masters[shard])[0], line[3]);
            }

            Assert.Contains("6 of 6 nodes well", up.Output, StringComparison.Ordinal);
        }
        finally
        {
            Outcome down = Shell.Run(installed.Hexad, ["down", "--dir", folder]);
            Assert.True(down.Code == 0, down.ToString());
        }
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("GUIDE_KEEP") is null) Directory.Delete(_folder, recursive: true);
    }

    private void Follow(Installation installed, Operator person)
    {
        using var cluster = new GuideCluster(_otherServer ?? installed.Program("redis-server"), Path.Combine(_folder, "cluster"), FreePorts.Take(3));
        Step("2: six instances start", () => StartInstances(installed, cluster, person));
        Step("3: three masters become a cluster", () => CreateMasters(cluster, person));
        Step("4: three replicas join", () => AddReplicas(cluster, person));
        Step("5: a client follows the slots", () => UseCluster(cluster, person));
        Step("6: a machine dies and comes back", () => LoseMachine(cluster, person));
        Step("7: failover by hand", () => FailOverByHand(cluster, person));
        Step("7: a machine stops in order", () => StopMachine(cluster, person));
        Step("7: a rolling restart", () => RollingRestart(cluster, person));
        Step("7: all start again at once", () => RestartAll(cluster, person));
    }

    private static void Step(string name, Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Step {name}: {e.Message}", e);
        }
    }

    private void StartInstances(Installation installed, GuideCluster cluster, Operator person)
    {
        foreach (Instance node in cluster.All) node.Configure(Sample(installed), NodeTimeoutMs, SourceLine(node));
        cluster.StartAll(person);
        if (_otherServer is not null) return;
        foreach (Instance node in cluster.All)
        {
            foreach (string words in (string[])["Running in cluster mode", " PID: ", "Server initialized", "Ready to accept connections"])
                Assert.True(node.Log.Contains(words, StringComparison.Ordinal), $"'{words}' is not in the log of {node.Address}:\n{node.Log}");
        }

        string second = Path.Combine(_folder, "second.conf");
        File.WriteAllText(second, $"bind {cluster.Masters[0].Host}\nport {cluster.Masters[0].Port}\n");
        Outcome taken = Shell.Run(installed.Program("redis-server"), [second]);
        Assert.True(taken.Code == 1 && taken.ToString().Contains("in use", StringComparison.OrdinalIgnoreCase), taken.ToString());
        File.WriteAllText(second, "port 1234\nprot 5\n");
        Outcome misspelt = Shell.Run(installed.Program("redis-server"), [second]);
        Assert.True(misspelt.Code == 1 && misspelt.ToString().Contains("line 2", StringComparison.OrdinalIgnoreCase), misspelt.ToString());
    }

    private static void CreateMasters(GuideCluster cluster, Operator person)
    {
        Outcome refused = person.Create(cluster.Masters, "no\n");
        Assert.Contains("Can I set the above configuration? (type 'yes' to accept):", refused.Output, StringComparison.Ordinal);
        Assert.Equal("", person.Ask(cluster.Masters[0], "CLUSTER", "SLOTS"));
        Outcome created = person.Create(cluster.Masters);
        Assert.True(created.Code == 0, created.ToString());
        foreach (string words in (string[])["0-5460", "5461-10922", "10923-16383", "[OK] All nodes agree about slots configuration.", "[OK] All 16384 slots covered."])
            Assert.True(created.Output.Contains(words, StringComparison.Ordinal), $"'{words}' was not printed:\n{created}");
        foreach (Instance asked in cluster.Masters)
        {
            foreach (Instance about in cluster.Masters)
                Patience.Until(() => GuideCluster.Line(person, asked, about)[0].Length == 40, $"{asked.Address} knows the address of {about.Address}", 5000, () => person.Ask(asked, "CLUSTER", "NODES"));
        }

        Assert.Equal(["1", "2", "3"], cluster.Masters.Select(m => GuideCluster.Line(person, cluster.Masters[0], m)[6]));
    }

    private static void AddReplicas(GuideCluster cluster, Operator person)
    {
        for (int shard = 0; shard < 3; shard++)
        {
            string id = person.Ask(cluster.Masters[shard], "CLUSTER", "MYID");
            Outcome added = person.AddReplica(cluster.Replicas[shard], cluster.Masters[0], id);
            Assert.True(added.Code == 0 && added.Output.Contains("[OK] New node added correctly.", StringComparison.Ordinal), added.ToString());
            Instance replica = cluster.Replicas[shard];
            Patience.Until(() => cluster.Masters.TrueForAll(m => GuideCluster.Line(person, m, replica)[2].Contains("slave", StringComparison.Ordinal)), $"everybody sees {replica.Address} as a replica", 15_000);
        }

        cluster.Healthy(person);
        Outcome check = person.Inspect("check", cluster.Masters[0]);
        Assert.True(check.Code == 0 && check.Output.Contains("1 additional replica(s)", StringComparison.Ordinal), check.ToString());
        Outcome info = person.Inspect("info", cluster.Replicas[2]);
        Assert.True(info.Output.Contains("[OK] 0 keys in 3 masters.", StringComparison.Ordinal), info.ToString());
    }

    private static void UseCluster(GuideCluster cluster, Operator person)
    {
        (Instance a, Instance b, Instance c) = (cluster.Masters[0], cluster.Masters[1], cluster.Masters[2]);
        Assert.Equal(
            [
                $"-> Redirected to slot [6852] located at {b.Address}", "OK",
                $"-> Redirected to slot [2237] located at {a.Address}", "OK",
                $"-> Redirected to slot [15768] located at {c.Address}", "OK",
                "OK",
                "\"bar\"",
            ],
            person.Type(a, "SET JOHN Adams", "SET JAMES Madison", "SET ANDREW Jackson", "SET foo bar", "GET foo"));
        Assert.Equal("12182", person.Ask(a, "CLUSTER", "KEYSLOT", "foo"));
        string info = person.Ask(a, "CLUSTER", "INFO");
        foreach (string field in (string[])
            ["cluster_state:ok", "cluster_slots_assigned:16384", "cluster_slots_ok:16384", "cluster_slots_pfail:0", "cluster_slots_fail:0",
                "cluster_known_nodes:6", "cluster_size:3", "cluster_current_epoch:", "cluster_my_epoch:1", "cluster_stats_messages_ping_sent:",
                "cluster_stats_messages_pong_received:", "cluster_stats_messages_sent:", "cluster_stats_messages_received:"])
            Assert.True(info.Contains(field, StringComparison.Ordinal), $"{field} is not in CLUSTER INFO:\n{info}");
        string replication = person.Ask(a, "INFO", "replication");
        foreach (string field in (string[])
            ["role:master", "connected_slaves:1", $"slave0:ip={cluster.Replicas[0].Host},port={cluster.Replicas[0].Port},state=online,offset=",
                "lag=", "master_replid:", "master_repl_offset:", "repl_backlog_active:1"])
            Assert.True(replication.Contains(field, StringComparison.Ordinal), $"{field} is not in INFO replication:\n{replication}");
    }

    private static void LoseMachine(GuideCluster cluster, Operator person)
    {
        (Instance a, Instance old, Instance heir) = (cluster.Masters[0], cluster.Masters[2], cluster.Replicas[2]);
        Assert.Equal("1", person.Ask(old, "WAIT", "1", "2000"));
        int epoch = int.Parse(GuideCluster.Line(person, a, old)[6]);
        foreach (Instance dead in cluster.Machine(3)) dead.Kill();
        Patience.Until(() => GuideCluster.IsMaster(person, heir), "the replica on machine 1 takes over", explanation: () => heir.Log);
        Patience.Until(
            () => GuideCluster.Line(person, a, old)[2] == "master,fail" && GuideCluster.Line(person, a, heir) is [_, _, "master", "-", _, _, _, _, "10923-16383"],
            "everybody sees the old master as failed and the new one with its slots", 30_000,
            () => person.Ask(a, "CLUSTER", "NODES"));
        Assert.True(int.Parse(GuideCluster.Line(person, a, heir)[6]) > epoch);
        Patience.Until(() => person.AskCluster(a, "GET", "foo") == "bar", "the cluster serves again", 30_000, () => person.AskCluster(a, "GET", "foo"));
        Assert.Equal(["-> Redirected to slot [12182] located at " + heir.Address, "\"bar\""], person.Type(a, "GET foo"));
        Assert.Equal("OK", person.AskCluster(a, "SET", "hello", "again{foo}"));
        foreach (Instance dead in cluster.Machine(3)) cluster.Start(dead, person);
        cluster.Healthy(person);
        Assert.Contains("role:slave", person.Ask(old, "INFO", "replication"), StringComparison.Ordinal);
        Assert.Equal("bar", person.Type(old, "READONLY", "GET foo")[^1].Trim('"'));
    }

    private void FailOverByHand(GuideCluster cluster, Operator person)
    {
        // Machine 1 is the heir of c; each of the three ways gives a shard back, or away.
        foreach ((Instance next, string[] way) in new (Instance, string[])[]
            {
                (cluster.Masters[2], []), (cluster.Replicas[0], ["FORCE"]), (cluster.Replicas[1], ["TAKEOVER"]),
                (cluster.Masters[0], []), (cluster.Masters[1], []),
            })
        {
            Assert.Equal("OK", person.Ask(next, ["CLUSTER", "FAILOVER", .. way]));
            long asked = Stopwatch.GetTimestamp();
            Patience.Until(TookOver, $"{next.Address} takes over", 20_000, () => next.Log);
            bool TookOver()
            {
                // Redis 7.0 now and then lets a failover by hand time out after 5 seconds; ours must not.
                if (_otherServer is not null && Stopwatch.GetElapsedTime(asked).TotalSeconds > 7)
                {
                    person.Ask(next, ["CLUSTER", "FAILOVER", .. way]);
                    asked = Stopwatch.GetTimestamp();
                }

                return GuideCluster.IsMaster(person, next);
            }

            cluster.Healthy(person);
        }

        Assert.Equal("bar", person.AskCluster(cluster.Masters[0], "GET", "foo"));
    }

    private static void StopMachine(GuideCluster cluster, Operator person)
    {
        (Instance a, Instance b, Instance heir) = (cluster.Masters[0], cluster.Masters[1], cluster.Replicas[1]);
        foreach (Instance node in cluster.Machine(2)) Assert.Equal(0, node.Stop());
        Patience.Until(() => GuideCluster.IsMaster(person, heir), "the replica takes over", explanation: () => $"{b.Log}\n{heir.Log}");
        Patience.Until(() => person.AskCluster(a, "GET", "JOHN") == "Adams", "the keys are served", explanation: () => person.AskCluster(a, "GET", "JOHN"));
        foreach (Instance node in cluster.Machine(2)) cluster.Start(node, person);
        cluster.Healthy(person);
    }

    private static void RollingRestart(GuideCluster cluster, Operator person)
    {
        foreach (Instance node in cluster.All.ToList())
        {
            Assert.Equal(0, node.Stop());
            cluster.Start(node, person);
            cluster.Healthy(person);
        }

        Check(cluster, person);
    }

    private static void RestartAll(GuideCluster cluster, Operator person)
    {
        foreach (Instance node in cluster.All) Assert.Equal(0, node.Stop());
        cluster.StartAll(person);
        cluster.Healthy(person);
        Check(cluster, person);
    }

    /// <summary>All that was written is there, wherever one asks.</summary>
    private static void Check(GuideCluster cluster, Operator person)
    {
        foreach ((string key, string value) in new Dictionary<string, string> { ["JOHN"] = "Adams", ["JAMES"] = "Madison", ["ANDREW"] = "Jackson", ["foo"] = "bar" })
            Assert.Equal((key, value), (key, person.AskCluster(cluster.Masters[0], "GET", key)));
        Outcome check = person.Inspect("check", cluster.Replicas[0]);
        Assert.True(check.Code == 0 && check.Output.Contains("[OK] All 16384 slots covered.", StringComparison.Ordinal), check.ToString());
    }

    private string Sample(Installation installed) => _otherServer is null ? installed.Sample : "";

    /// <summary>Another server leaves from the address it is bound to only when it is told so.</summary>
    private string[] SourceLine(Instance node) => _otherServer is null ? [] : [$"bind-source-addr {node.Host}"];
}
