using System;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Hexad.Compat.Tests.Replication;

/// <summary>Our nodes and real ones as each other's replicas, over real sockets.</summary>
public sealed class ReplicationTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_replica_holds_the_same_strings_and_follows(bool primaryIsOurs, bool replicaIsOurs)
    {
        using Server primary = Start(primaryIsOurs);
        using Server replica = Start(replicaIsOurs);
        Fill(primary, 300);
        Assert.Equal("OK", replica.Call("SET", "old", "must go"));
        replica.Follow(primary);
        replica.Await("master_link_status", "up");
        Change(primary);
        replica.AwaitSameData(primary);
        Assert.StartsWith("READONLY", replica.Call("SET", "k", "v"), StringComparison.Ordinal);
        Assert.Equal("1", primary.Call("WAIT", "1", "5000"));
        Assert.Equal("1", primary.Info("connected_slaves"));
        Assert.Contains($"port={replica.Port},state=online", primary.Info("slave0"), StringComparison.Ordinal);
        Assert.Equal(primary.Info("master_replid"), replica.Info("master_replid"));
    }

    [Fact]
    public void A_real_replica_holds_all_types_and_is_kept_out_while_there_are_fields_that_expire()
    {
        using Server primary = Server.Ours("--enable-debug-command", "yes");
        using Server replica = Server.Real("--enable-debug-command", "yes");
        primary.Call("SADD", "set", "a", "b");
        primary.Call("RPUSH", "list", "a", "b");
        primary.Call("ZADD", "zset", "1", "a", "2.5", "b");
        primary.Call("HSET", "hash", "a", "b", "c", "d");
        primary.Call("XADD", "stream", "1-1", "a", "b");
        primary.Call("XGROUP", "CREATE", "stream", "g", "0");
        primary.Call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "stream", ">");
        replica.Follow(primary);
        replica.Await("master_link_status", "up");
        primary.Call("HPEXPIRE", "hash", "100000", "FIELDS", "1", "a");
        replica.Await("master_link_status", "down");
        primary.Call("HPERSIST", "hash", "FIELDS", "1", "a");
        primary.Call("SET", "string", "x");
        replica.Await("master_link_status", "up");
        Server.Until(() => replica.Call("DEBUG", "DIGEST") == primary.Call("DEBUG", "DIGEST"), "the digests are the same");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_link_that_was_cut_goes_on_where_it_was(bool primaryIsOurs, bool replicaIsOurs)
    {
        using Server primary = Start(primaryIsOurs);
        using Server replica = Start(replicaIsOurs);
        replica.Follow(primary);
        replica.Await("master_link_status", "up");
        primary.Call("SELECT", "2");
        primary.Call("SET", "before", "1");
        primary.Call("WAIT", "1", "5000");
        primary.Call("CLIENT", "KILL", "TYPE", "replica");
        primary.Call("SET", "meanwhile", "2");
        primary.Call("SELECT", "0");
        Server.Until(() => primary.Info("sync_partial_ok") == "1", "a partial resync has been granted");
        replica.AwaitSameData(primary);
        Assert.Equal("1", primary.Info("sync_full"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sibling_goes_on_with_the_replica_that_was_promoted(bool promotedIsOurs)
    {
        using Server primary = Start(!promotedIsOurs);
        using Server promoted = Start(promotedIsOurs);
        using Server sibling = Start(!promotedIsOurs);
        Fill(primary, 50);
        promoted.Follow(primary);
        promoted.Await("master_link_status", "up");
        sibling.Follow(primary);
        sibling.Await("master_link_status", "up");
        Assert.Equal("2", primary.Call("WAIT", "2", "5000"));
        promoted.AwaitSameData(primary);
        sibling.AwaitSameData(primary);

        Assert.Equal("OK", promoted.Call("REPLICAOF", "NO", "ONE"));
        Assert.Equal("OK", promoted.Call("SET", "after", "promotion"));
        sibling.Follow(promoted);
        sibling.Await("master_link_status", "up");
        sibling.AwaitSameData(promoted);
        Assert.Equal("1", promoted.Info("sync_partial_ok"));
        Assert.Equal("0", promoted.Info("sync_full"));
        Assert.Equal("promotion", sibling.Call("GET", "after"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chain_passes_the_stream_on_as_it_is(bool middleIsOurs)
    {
        using Server primary = Start(!middleIsOurs);
        using Server middle = Start(middleIsOurs);
        using Server last = Start(!middleIsOurs);
        Fill(primary, 50);
        middle.Follow(primary);
        middle.Await("master_link_status", "up");
        last.Follow(middle);
        last.Await("master_link_status", "up");
        Change(primary);
        last.AwaitSameData(primary);
        Assert.Equal(primary.Info("master_replid"), last.Info("master_replid"));
        middle.Call("CLIENT", "KILL", "TYPE", "master");
        primary.Call("SET", "more", "1");
        last.AwaitSameData(primary);
        Assert.Equal("1", middle.Info("sync_full"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replica_that_restarts_goes_on_where_its_file_ends(bool replicaIsOurs)
    {
        using Server primary = Start(!replicaIsOurs);
        Fill(primary, 100);
        using Server replica = replicaIsOurs
            ? Server.Ours("--save", "3600 1", "--replicaof", $"127.0.0.1 {primary.Port}")
            : Server.Real("--save", "3600 1", "--replicaof", $"127.0.0.1 {primary.Port}");
        replica.Await("master_link_status", "up");
        replica.AwaitSameData(primary);
        replica.Restart();
        primary.Call("SET", "while", "away");
        replica.Await("master_link_status", "up");
        replica.AwaitSameData(primary);
        Assert.Equal("1", primary.Info("sync_full"));
        Assert.Equal("1", primary.Info("sync_partial_ok"));
    }

    [Fact]
    public void A_primary_that_restarts_lets_its_replicas_go_on()
    {
        using Server primary = Server.Ours("--save", "3600 1");
        using Server replica = Server.Real("--save", "");
        Fill(primary, 100);
        replica.Follow(primary);
        replica.Await("master_link_status", "up");
        replica.AwaitSameData(primary);
        primary.Restart();
        replica.Await("master_link_status", "up");
        primary.Call("SET", "after", "restart");
        replica.AwaitSameData(primary);
        Assert.Equal("0", primary.Info("sync_full"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_data_file_of_one_starts_the_other(bool writtenByOurs)
    {
        using Server writer = writtenByOurs ? Server.Ours() : Server.Real();
        Fill(writer, 500);
        writer.Call("SET", "long", new string('x', 100_000));
        Assert.Equal("OK", writer.Call("SAVE"));
        string expected = writer.Data();
        using Server reader = writtenByOurs ? Server.Real() : Server.Ours();
        reader.Call("PING");
        reader.Call("CONFIG", "SET", "save", "");
        File.Copy(Path.Combine(writer.Folder, "dump.rdb"), Path.Combine(reader.Folder, "dump.rdb"), true);
        reader.Call("CONFIG", "SET", "appendonly", "no");
        reader.Restart();
        Assert.Equal(expected, reader.Data());
    }

    [Fact]
    public void The_checker_of_real_servers_finds_our_files_good()
    {
        const string Checker = "/usr/bin/redis-check-rdb";
        Assert.SkipUnless(File.Exists(Checker), "redis-check-rdb is not installed (Debian: apt-get install redis-tools)");
        using Server server = Server.Ours();
        Fill(server, 1000);
        Assert.Equal("Background saving started", server.Call("BGSAVE"));
        server.Await("rdb_bgsave_in_progress", "0");
        using System.Diagnostics.Process check = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(Checker, Path.Combine(server.Folder, "dump.rdb")) { RedirectStandardOutput = true })!;
        string said = check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        Assert.Contains("RDB looks OK!", said, StringComparison.Ordinal);
        Assert.Contains("1004 keys read", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Payloads_of_DUMP_are_restored_by_the_other_side()
    {
        using Server ours = Start(true);
        using Server real = Start(false);
        foreach (string value in (string[])["", "1", "-12345678901", "hello", new('a', 100), new('b', 20_000)])
        {
            foreach ((Server from, Server to) in ((Server, Server)[])[(ours, real), (real, ours)])
            {
                from.Call("SET", "k", value);
                byte[] payload = from.Ask("DUMP", "k").Bytes;
                using var client = new TcpClient("127.0.0.1", to.Port);
                NetworkStream stream = client.GetStream();
                stream.Write(Encoding.ASCII.GetBytes($"*5\r\n$7\r\nRESTORE\r\n$1\r\nr\r\n$1\r\n0\r\n${payload.Length}\r\n"));
                stream.Write(payload);
                stream.Write("\r\n$7\r\nREPLACE\r\n"u8);
                var reply = new byte[5];
                stream.ReadExactly(reply);
                Assert.Equal("+OK\r\n", Encoding.ASCII.GetString(reply));
                Assert.Equal(value, to.Call("GET", "r"));
            }
        }
    }

    [Fact]
    public void A_replica_without_end_marks_gets_a_snapshot_with_its_length()
    {
        using Server primary = Server.Ours("--save", "", "--repl-diskless-sync", "no");
        using Server replica = Start(false);
        Fill(primary, 200);
        replica.Follow(primary);
        replica.Await("master_link_status", "up");
        Change(primary);
        replica.AwaitSameData(primary);
    }

    private static Server Start(bool ours) => ours ? Server.Ours("--save", "") : Server.Real("--save", "");

    private static void Fill(Server server, int count)
    {
        for (int i = 0; i < count; i++)
            Assert.Equal("OK", server.Call("SET", "key:" + i.ToString(CultureInfo.InvariantCulture), new string((char)('a' + i % 26), i % 70) + i));
        server.Call("SET", "number", "12345");
        server.Call("SET", "dying", "soon", "PX", "1000000");
        server.Call("SELECT", "2");
        server.Call("SET", "elsewhere", "yes");
        server.Call("SELECT", "0");
        server.Call("SET", "binary", "\u0001\u0002\r\n");
    }

    private static void Change(Server server)
    {
        server.Call("INCR", "number");
        server.Call("DEL", "key:1");
        server.Call("APPEND", "key:2", "tail");
        server.Call("EXPIRE", "key:3", "1000");
        server.Call("MSET", "m1", "1", "m2", "2");
        server.Call("SELECT", "1");
        server.Call("SETRANGE", "deep", "5", "x");
        server.Call("INCRBYFLOAT", "float", "1.5");
        server.Call("SELECT", "0");
        server.Call("SET", "gone", "v", "PX", "1");
        Server.Until(() => server.Call("EXISTS", "gone") == "0", "the key is gone");
        server.Call("SETEX", "later", "500", "v");
    }
}
