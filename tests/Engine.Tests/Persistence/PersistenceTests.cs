using System;
using System.Text;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Persistence;

public sealed class PersistenceTests
{
    private const string File = "dump.rdb";
    private readonly Family _family = new();

    [Fact]
    public void Save_answers_when_the_file_is_whole_and_a_restart_finds_the_data()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules(""));
        _family.Run(node, "SET k v");
        _family.Run(node, "SET e v PX 100000");
        _family.Run(node, "SET n 42");
        Assert.Equal("", _family.Client(node).Run("SAVE"));
        Assert.False(node.Disk.ContainsKey(File));
        _family.Net.Run(100);
        Assert.Equal("+OK\r\n", _family.Client(node).Read());
        string data = Family.Data(node);
        Assert.Equal([File], node.Disk.Keys);
        _family.Reboot(node, orderly: false);
        Assert.Equal(data, Family.Data(node));
    }

    [Fact]
    public void What_is_changed_while_saving_is_not_in_the_file()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules(""));
        for (int i = 0; i < 1000; i++) _family.Run(node, $"SET key:{i} old");
        string data = Family.Data(node);
        Assert.StartsWith("+Background saving started", _family.Run(node, "BGSAVE"), StringComparison.Ordinal);
        for (int i = 0; i < 1000; i++) _family.Run(node, i % 2 == 0 ? $"SET key:{i} new" : $"DEL key:{i}");
        _family.Net.Run(1000);
        Assert.Contains("rdb_last_bgsave_status:ok", _family.Run(node, "INFO persistence"), StringComparison.Ordinal);
        _family.Reboot(node, orderly: false);
        Assert.Equal(data, Family.Data(node));
    }

    [Fact]
    public void Save_points_save_by_themselves()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules("2 3"));
        _family.Run(node, "SET a 1");
        _family.Run(node, "SET b 1");
        _family.Net.Run(3000);
        Assert.False(node.Disk.ContainsKey(File));
        _family.Run(node, "SET c 1");
        _family.Net.Run(300);
        Assert.True(node.Disk.ContainsKey(File));
        Assert.Contains("rdb_changes_since_last_save:0", _family.Run(node, "INFO persistence"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_fails_stops_writes_until_a_save_works_again()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules("3600 1"));
        _family.Run(node, "SET a 1");
        node.WriteFault = "No space left on device";
        Assert.StartsWith("-ERR ", _family.Run(node, "SAVE"), StringComparison.Ordinal);
        _family.Net.Run(300);
        Assert.StartsWith("-MISCONF", _family.Run(node, "SET a 2"), StringComparison.Ordinal);
        Assert.Equal("$1\r\n1\r\n", _family.Run(node, "GET a"));
        node.WriteFault = null;
        Assert.Equal("+OK\r\n", _family.Run(node, "SAVE"));
        _family.Net.Run(300);
        Assert.Equal("+OK\r\n", _family.Run(node, "SET a 2"));
    }

    [Fact]
    public void Flushall_gives_up_the_save_that_is_on_its_way()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules(""));
        for (int i = 0; i < 1000; i++) _family.Run(node, $"SET key:{i} v");
        _family.Run(node, "BGSAVE");
        _family.Run(node, "FLUSHALL");
        _family.Net.Run(1000);
        Assert.False(node.Disk.ContainsKey(File));
        Assert.Contains("rdb_bgsave_in_progress:0", _family.Run(node, "INFO persistence"), StringComparison.Ordinal);
        Assert.StartsWith("+Background", _family.Run(node, "BGSAVE"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_save_that_flushall_gave_up_is_not_one_that_failed()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules("3600 1"));
        for (int i = 0; i < 1000; i++) _family.Run(node, $"SET key:{i} v");
        _family.Run(node, "BGSAVE");
        Assert.Equal("+OK\r\n", _family.Run(node, "FLUSHALL"));
        Assert.Contains("rdb_last_bgsave_status:ok", _family.Run(node, "INFO persistence"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", _family.Run(node, "SET a 1"));
    }

    [Fact]
    public void Two_saves_at_once_are_refused_and_may_be_scheduled()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules(""));
        NetClient client = _family.Client(node);
        client.Run("SET a 1");
        Assert.StartsWith("+Background saving started", client.Run("BGSAVE"), StringComparison.Ordinal);
        Assert.Equal("-ERR Background save already in progress\r\n", client.Run("BGSAVE"));
        Assert.Equal("-ERR Background save already in progress\r\n", client.Run("SAVE"));
        Assert.Equal("+Background saving scheduled\r\n", client.Run("BGSAVE SCHEDULE"));
        Assert.Equal("-ERR syntax error\r\n", client.Run("BGSAVE NOW"));
        _family.Net.Run(1000);
        Assert.Contains("rdb_saves:2", _family.Run(node, "INFO persistence"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_save_is_in_progress_until_the_file_has_its_name()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules(""));
        NetClient client = _family.Client(node);
        client.Run("SET a 1");
        client.Run("BGSAVE");
        int looks = 0;
        while (!client.Run("INFO persistence").Contains("rdb_bgsave_in_progress:0", StringComparison.Ordinal))
        {
            Assert.True(looks++ < 1000);
            _family.Net.Run(1);
        }

        Assert.True(node.Disk.ContainsKey(File));
        Assert.True(looks > 0);
    }

    [Fact]
    public void Shutdown_saves_when_there_are_save_points()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules("3600 1"));
        _family.Run(node, "SET a 1");
        _family.Reboot(node, orderly: true);
        Assert.Equal("$1\r\n1\r\n", _family.Run(node, "GET a"));
    }

    [Fact]
    public void A_bad_file_stops_the_start_with_the_reason()
    {
        NetHost node = _family.Add(6379);
        node.Disk[File] = Encoding.ASCII.GetBytes("REDIS0099 nonsense");
        node.Kill();
        node.Boot();
        _family.Net.Run(5);
        Assert.Equal(1, node.ExitCode);
        Assert.Contains(node.Lines, line => line.Contains("Can't handle RDB format version 99", StringComparison.Ordinal));
    }

    [Fact]
    public void While_data_is_loaded_only_few_commands_are_answered()
    {
        NetHost node = _family.Net.Add(6379, options => options.ClusterEnabled = false);
        NetClient client = node.Connect();
        Assert.StartsWith("-LOADING", client.Run("GET k"), StringComparison.Ordinal);
        Assert.StartsWith("$", client.Run("INFO"), StringComparison.Ordinal);
        _family.Net.Run(10);
        Assert.Equal("$-1\r\n", client.Run("GET k"));
    }

    [Fact]
    public void A_replica_and_a_primary_that_restart_need_no_full_resync()
    {
        NetHost primary = _family.Add(6379, options => options.Save = Rules("3600 1"));
        NetHost replica = _family.Add(6380, options =>
        {
            options.Save = Rules("3600 1");
            options.ReplicaOf = ReplicaSource.To("127.0.0.1", 6379);
        });
        _family.AwaitUp(replica);
        _family.Run(primary, "SELECT 2");
        _family.Run(primary, "SET a 1");
        _family.AwaitSame(replica, primary);
        _family.Reboot(replica, orderly: true);
        _family.Run(primary, "SET b 1");
        _family.AwaitUp(replica);
        _family.AwaitSame(replica, primary);
        Assert.Equal((1, 1), (primary.Node.Statistics.FullSyncs, primary.Node.Statistics.PartialSyncs));

        _family.Reboot(primary, orderly: true);
        _family.AwaitUp(replica);
        _family.Run(primary, "SET c 1");
        _family.AwaitSame(replica, primary);
        Assert.Equal((0, 1), (primary.Node.Statistics.FullSyncs, primary.Node.Statistics.PartialSyncs));
    }

    [Fact]
    public void Dump_and_restore_carry_value_and_time_to_live()
    {
        NetHost node = _family.Add(6379);
        Assert.Equal("$-1\r\n", _family.Run(node, "DUMP none"));
        _family.Run(node, "SET k hello");
        string reply = _family.Run(node, "DUMP k");
        string payload = reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..^2];
        Assert.Equal("-BUSYKEY Target key name already exists.\r\n", Restore(node, "k", "0", payload));
        Assert.Equal("+OK\r\n", Restore(node, "k", "0", payload, "REPLACE"));
        Assert.Equal("+OK\r\n", Restore(node, "timed", "5000", payload));
        Assert.Equal(":5000\r\n", _family.Run(node, "PTTL timed"));
        Assert.Equal("+OK\r\n", Restore(node, "past", "1", payload, "ABSTTL"));
        Assert.Equal("$-1\r\n", _family.Run(node, "GET past"));
        Assert.Equal("+OK\r\n", Restore(node, "idle", "0", payload, "IDLETIME", "100"));
        Assert.Equal(":100\r\n", _family.Run(node, "OBJECT IDLETIME idle"));
        Assert.Equal("-ERR DUMP payload version or checksum are wrong\r\n", Restore(node, "x", "0", payload[..^1] + "!"));
        Assert.Equal("-ERR Invalid TTL value, must be >= 0\r\n", Restore(node, "x", "-1", payload));
        Assert.Equal("-ERR Invalid FREQ value, must be >= 0 and <= 255\r\n", Restore(node, "x", "0", payload, "FREQ", "256"));
        Assert.Equal("-ERR syntax error\r\n", Restore(node, "x", "0", payload, "NONSENSE"));
    }

    private string Restore(NetHost node, string key, string ttl, string payload, params string[] more)
    {
        string[] words = ["RESTORE", key, ttl, payload, .. more];
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (string word in words) text.Append($"${word.Length}\r\n{word}\r\n");
        _family.Client(node).Send(Encoding.Latin1.GetBytes(text.ToString()));
        return _family.Client(node).Read();
    }

    private static SaveRules Rules(string text)
    {
        string[] words = text.Length == 0 ? [""] : text.Split(' ');
        Assert.Null(SaveRules.TryParse(words, null, OptionSource.FileFirst, out SaveRules rules));
        return rules;
    }
}
