using System;
using System.Linq;
using System.Text;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Persistence;

/// <summary>Values that are damaged are never taken in, whatever the options say; the log tells the operator what was wrong with them.</summary>
public sealed class DamagedValueTests
{
    private const string Stream = "\u000F\u0000\u0000\u0000\u0000\u0001\u0001g\u0000\u0000\u0000";
    private const string Consumer = "\u0001n\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000";
    private const string Footer = "\u000A\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000";
    private readonly Family _family = new();

    [Theory]
    [InlineData("\u0010\u0003\u0001\u0002\u0003", "Hash listpack integrity check failed.")]
    [InlineData("\u0010\u000F\u000F\u0000\u0000\u0000\u0004\u0000\u0005\u0001\u0001\u0001\u0005\u0001\u0002\u0001\u00FF", "listpack with dup elements")]
    [InlineData("\u0004\u0002\u0001a\u0001b\u0001a\u0001d", "dup field detected")]
    [InlineData("\u0002\u0002\u0001a\u0001a", "dup member detected")]
    [InlineData(Stream + "\u0002" + Consumer + Consumer, "Duplicate stream consumer detected")]
    public void Restore_refuses_a_damaged_payload_and_the_log_says_why(string value, string why)
    {
        NetHost node = _family.Add(6379, options => options.EnableDebugCommand = ProtectedAction.Yes);
        _family.Run(node, "DEBUG SET-SKIP-CHECKSUM-VALIDATION 1");
        foreach (string check in new[] { "yes", "no" })
        {
            node.Lines.Clear();
            Assert.Equal("+OK\r\n", _family.Run(node, $"CONFIG SET sanitize-dump-payload {check}"));
            Assert.Equal("-ERR Bad data format\r\n", Restore(node, value + Footer));
            Assert.Single(node.Lines, line => line.Contains(why, StringComparison.Ordinal));
            Assert.Equal(":0\r\n", _family.Run(node, "EXISTS k"));
        }

        Assert.Equal("+OK\r\n", Restore(node, Stream + "\u0001" + Consumer + Footer));
    }

    [Theory]
    [InlineData("no", "XRANGE k - +|XREVRANGE k 725 233|XREVRANGE k + -|XREAD STREAMS k 5|XINFO STREAM k FULL|XADD k * a b|XDEL k 1-1 2-1|XTRIM k MAXLEN 1", "XADD k 1-1 item 1 value a", "XADD k 2-1 item 2 value b", "XADD k 2-2 other 3", "XDEL k 2-1", "XGROUP CREATE k g 0", "XREADGROUP GROUP g Alice STREAMS k >")]
    [InlineData("yes", "LPOP k|LRANGE k 0 -1|LINDEX k -1|LINSERT k BEFORE b c|RPOP k|LREM k 0 a", "RPUSH k a 1 b 70000 c")]
    [InlineData("no", "HLEN k|HGETALL k|HSETNX k f v|HGET k a|HDEL k a 1", "HSET k a 1 1 b 300 cc")]
    [InlineData("no", "SCARD k|SMEMBERS k|SDIFF k|SADD k z|SPOP k|SREM k a 1", "SADD k a 1 b 300")]
    [InlineData("no", "ZCARD k|ZRANGE k 0 -1 WITHSCORES|ZADD k 5 z|ZRANK k b|ZPOPMIN k|ZREM k a 1", "ZADD k 1 a 1.5 b 70000 1")]
    public void A_payload_of_which_any_byte_is_wrong_is_refused_or_is_a_value_like_any_other(string check, string reads, params string[] writes)
    {
        NetHost node = _family.Add(6379, options => options.EnableDebugCommand = ProtectedAction.Yes);
        NetClient client = _family.Client(node);
        client.Run("DEBUG SET-SKIP-CHECKSUM-VALIDATION 1");
        client.Run($"CONFIG SET sanitize-dump-payload {check}");
        foreach (string write in writes) Assert.NotEqual('-', client.Run(write)[0]);
        string reply = client.Run("DUMP k");
        string payload = reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..^2];
        int refused = 0, taken = 0;
        for (int at = 0; at < payload.Length - 10; at++)
        {
            foreach (int wrong in new[] { payload[at] ^ 1, payload[at] ^ 0x80, 0, 0xFF })
            {
                client.Run("DEL k");
                string damaged = payload[..at] + (char)wrong + payload[(at + 1)..];
                if (Restore(node, damaged) != "+OK\r\n")
                {
                    refused++;
                    continue;
                }

                taken++;
                foreach (string read in reads.Split('|')) Assert.NotEqual("", client.Run(read));
                node.Node.Databases.Validate();
            }
        }

        Assert.Null(node.ExitCode);
        Assert.InRange(refused, 20, payload.Length * 4);
        Assert.InRange(taken, 1, payload.Length * 4);
    }

    [Fact]
    public void Keys_of_a_file_that_have_no_elements_are_left_out_and_named()
    {
        NetHost node = _family.Add(6379);
        node.Kill();
        node.Disk["dump.rdb"] = [.. "REDIS0010"u8, 2, 3, .. "set"u8, 0, 0, 1, (byte)'k', 1, (byte)'v', 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
        node.Lines.Clear();
        node.Boot();
        _family.Net.Run(10);
        Assert.Contains(node.Lines, line => line.EndsWith("skipping empty key: set", StringComparison.Ordinal));
        Assert.Contains(node.Lines, line => line.Contains("empty keys skipped: 1", StringComparison.Ordinal));
        Assert.Equal(":1\r\n", node.Connect().Run("DBSIZE"));
    }

    [Fact]
    public void A_node_does_not_start_with_a_damaged_file_and_says_what_is_wrong_with_it()
    {
        NetHost node = _family.Add(6379);
        node.Kill();
        node.Disk["dump.rdb"] = [.. "REDIS0010"u8, 0, 1, (byte)'k', 1, (byte)'v', 10, 1, (byte)'l', 3, 1, 2, 3, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
        node.Lines.Clear();
        node.Boot();
        _family.Net.Run(10);
        Assert.Equal(1, node.ExitCode);
        Assert.Contains(node.Lines, line => line.Contains("List ziplist integrity check failed.", StringComparison.Ordinal));
        Assert.Contains(node.Lines, line => line.EndsWith("Terminating server after rdb file reading failure.", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_unsaved_after_a_flush_that_is_saved_at_once_unless_that_save_fails()
    {
        NetHost node = _family.Add(6379, options => options.Save = Rules("3600 1"));
        _family.Run(node, "SET a 1");
        _family.Run(node, "SET b 1");
        Assert.Equal(2, node.Node.Persistence.Unsaved);
        Assert.Equal("+OK\r\n", _family.Run(node, "FLUSHALL"));
        Assert.Equal(0, node.Node.Persistence.Unsaved);
        _family.Net.Run(500);
        Assert.Equal(0, node.Node.Persistence.Unsaved);
        _family.Run(node, "SET c 1");
        node.WriteFault = "No space left on device";
        _family.Run(node, "FLUSHALL");
        Assert.Equal(0, node.Node.Persistence.Unsaved);
        _family.Net.Run(500);
        Assert.NotEqual(0, node.Node.Persistence.Unsaved);
        node.WriteFault = null;
        Assert.Equal("+OK\r\n", _family.Run(node, "SAVE"));
        Assert.Equal(0, node.Node.Persistence.Unsaved);
    }

    private string Restore(NetHost node, string payload)
    {
        string[] words = ["RESTORE", "k", "0", payload];
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (string word in words) text.Append($"${word.Length}\r\n{word}\r\n");
        _family.Client(node).Send(Encoding.Latin1.GetBytes(text.ToString()));
        return _family.Client(node).Read();
    }

    private static SaveRules Rules(string text)
    {
        Assert.Null(SaveRules.TryParse(text.Split(' '), null, OptionSource.FileFirst, out SaveRules rules));
        return rules;
    }
}
