using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Persistence;

/// <summary>Values of every type that a real server dumped, through RESTORE, DUMP, files and replication of ours.</summary>
public sealed class ValueTests
{
    private static readonly string[] Types = ["list", "set", "hash", "zset"];

    private sealed record Recorded(string File, string Key, string Type, string Digest, byte[] Dump);

    private readonly Family _family = new();

    [Fact]
    public void Every_recorded_payload_restores_to_the_digest_that_its_server_told()
    {
        NetHost node = Add(6379);
        foreach (Recorded value in Values())
        {
            Assert.Equal("+OK\r\n", Restore(node, "k", value.Dump));
            Assert.Equal((value.Key, Digest: Line(value.Digest)), (value.Key, Digest: _family.Run(node, "DEBUG DIGEST-VALUE k")));
            Assert.Equal($"+{value.Type}\r\n", _family.Run(node, "TYPE k"));
            Assert.Equal("+OK\r\n", Restore(node, "again", Payload(node, "k")));
            Assert.Equal((value.Key, Digest: Line(value.Digest)), (value.Key, Digest: _family.Run(node, "DEBUG DIGEST-VALUE again")));
            Assert.Equal(":1\r\n", _family.Run(node, "COPY k copied REPLACE"));
            Assert.Equal((value.Key, Digest: Line(value.Digest)), (value.Key, Digest: _family.Run(node, "DEBUG DIGEST-VALUE copied")));
            node.Node.Databases.Validate();
        }
    }

    [Fact]
    public void They_survive_a_restart_and_reach_a_replica()
    {
        NetHost primary = Add(6379), replica = Add(6380);
        foreach (Recorded value in Values()) Restore(primary, value.File + value.Key, value.Dump);
        string digest = _family.Run(primary, "DEBUG DIGEST");
        _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        _family.AwaitUp(replica);
        Assert.Equal(digest, _family.Run(replica, "DEBUG DIGEST"));
        _family.Client(primary).Run("SAVE");
        _family.Net.Run(300);
        _family.Reboot(primary, orderly: false);
        Assert.Equal(digest, _family.Run(primary, "DEBUG DIGEST"));
        primary.Node.Databases.Validate();
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void Expiries_of_fields_survive_a_restart_reach_a_replica_and_travel_in_payloads(string packedEntries)
    {
        NetHost primary = Add(6379), replica = Add(6380);
        _family.Run(primary, "CONFIG SET hash-max-listpack-entries " + packedEntries);
        _family.Run(primary, "HSET h plain 1");
        _family.Run(primary, "HSETEX h PXAT 4102444800000 FIELDS 2 a 1 b text");
        _family.Run(primary, "HSETEX h PXAT 4102444900000 FIELDS 1 c 3");
        const string Times = "HPEXPIRETIME h FIELDS 4 a b c plain", Expected = "*4\r\n:4102444800000\r\n:4102444800000\r\n:4102444900000\r\n:-1\r\n";
        string digest = _family.Run(primary, "DEBUG DIGEST"), value = _family.Run(primary, "DEBUG DIGEST-VALUE h");
        Assert.Equal("+OK\r\n", Restore(primary, "again", Payload(primary, "h")));
        Assert.Equal(value, _family.Run(primary, "DEBUG DIGEST-VALUE again"));
        Assert.Equal(Expected, _family.Run(primary, Times.Replace("h FIELDS", "again FIELDS", StringComparison.Ordinal)));
        _family.Run(primary, "DEL again");
        _family.Run(replica, "REPLICAOF 127.0.0.1 6379");
        _family.AwaitUp(replica);
        Assert.Equal(digest, _family.Run(replica, "DEBUG DIGEST"));
        Assert.Equal(Expected, _family.Run(replica, Times));
        _family.Client(primary).Run("SAVE");
        _family.Net.Run(300);
        _family.Reboot(primary, orderly: false);
        Assert.Equal(digest, _family.Run(primary, "DEBUG DIGEST"));
        Assert.Equal(Expected, _family.Run(primary, Times));
        primary.Node.Databases.Validate();
    }

    [Fact]
    public void A_payload_that_makes_no_value_leaves_the_old_one_where_it_was()
    {
        NetHost node = Add(6379);
        foreach (Recorded value in Values())
        {
            _family.Run(node, "SET k old");
            long used = node.Node.Databases.UsedBytes;
            var random = new Random(1);
            for (int i = 0; i < 40; i++)
            {
                byte[] bad = (byte[])value.Dump.Clone();
                bad[random.Next(bad.Length - 10)] ^= (byte)(1 << random.Next(8));
                Hexad.Persistence.Rdb.DumpPayload.Seal(bad);
                string reply = Restore(node, "k", bad);
                if (reply == "+OK\r\n")
                {
                    node.Node.Databases.Validate();
                    _family.Run(node, "DEBUG DIGEST-VALUE k");
                    _family.Run(node, "SET k old");
                }
                else
                {
                    Assert.Equal("-ERR Bad data format\r\n", reply);
                    Assert.Equal("$3\r\nold\r\n", _family.Run(node, "GET k"));
                }

                Assert.Equal(used, node.Node.Databases.UsedBytes);
            }
        }
    }

    private NetHost Add(int port) => _family.Add(port, options => options.EnableDebugCommand = ProtectedAction.Yes);

    private static string Line(string text) => $"*1\r\n+{text}\r\n";

    private static IEnumerable<Recorded> Values()
    {
        using Stream stream = typeof(ValueTests).Assembly.GetManifestResourceStream("values-7.0.15.tsv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split('\t'))
            .Where(words => Types.Contains(words[2]))
            .Where(words => (words[0], words[1]) != ("collections-smallenc", "zset:small")) // Its score of -0 becomes 0 when it is packed, as in 7.2.
            .Select(words => new Recorded(words[0], words[1], words[2], words[3], Convert.FromHexString(words[4])))];
    }

    private byte[] Payload(NetHost node, string key)
    {
        string reply = _family.Run(node, "DUMP " + key);
        return Encoding.Latin1.GetBytes(reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..^2]);
    }

    private string Restore(NetHost node, string key, byte[] payload)
    {
        _family.Client(node).Send([.. Encoding.Latin1.GetBytes($"*5\r\n$7\r\nRESTORE\r\n${key.Length}\r\n{key}\r\n$1\r\n0\r\n${payload.Length}\r\n"), .. payload, .. "\r\n$7\r\nREPLACE\r\n"u8]);
        return _family.Client(node).Read();
    }
}
