using System;
using System.Text;
using Hexad.Wire;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class AllocationTests
{
    private const int Rounds = 1_000;
    private const int Pipelined = 16;

    [Theory]
    [InlineData("SET", "key:1", "some value of forty bytes, more or less..")]
    [InlineData("GET", "key:1")]
    [InlineData("INCR", "counter")]
    [InlineData("MGET", "key:1", "key:2")]
    [InlineData("EXISTS", "key:1")]
    [InlineData("ZADD", "zset", "1.5", "member")]
    [InlineData("ZINCRBY", "zset", "1", "member")]
    [InlineData("ZSCORE", "zset", "member")]
    [InlineData("ZRANK", "zset", "member")]
    [InlineData("ZRANGE", "zset", "0", "-1", "WITHSCORES")]
    [InlineData("RPUSH", "list", "element")]
    [InlineData("RPOPLPUSH", "list", "list")]
    [InlineData("SADD", "set", "member")]
    [InlineData("HSET", "hash", "field", "value")]
    [InlineData("PING")]
    public void A_pipelined_command_allocates_nothing(params string[] words)
    {
        var node = new TestNode();
        node.Node.Sinks.Clear();
        TestClient client = node.Connect();
        client.Call("SET", "key:1", "value");
        client.Call("RPUSH", "list", "element");
        for (int i = 0; i < 200; i++) client.Call("ZADD", "zset", $"{i}", $"m{i}");
        byte[] batch = Encoding.ASCII.GetBytes(Repeat(Encoding.ASCII.GetString(TestClient.Encode(words))));
        OutputQueue output = client.Link.Output;
        for (int i = 0; i < 100; i++) Round(client, batch, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) Round(client, batch, output);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < Rounds, $"{(double)allocated / (Rounds * Pipelined)} bytes a command");
    }

    [Fact]
    public void A_pipeline_longer_than_a_read_allocates_nothing()
    {
        const int Read = 64 * 1024;
        var node = new TestNode();
        node.Node.Sinks.Clear();
        TestClient client = node.Connect();
        var text = new StringBuilder();
        for (int i = 0; i < 5000; i++) text.Append(Encoding.ASCII.GetString(TestClient.Encode("SADD", "set", $"element:{i:D12}")));
        byte[] all = Encoding.ASCII.GetBytes(text.ToString());
        for (int i = 0; i < 5; i++) SendInReads();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) SendInReads();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void SendInReads()
        {
            OutputQueue output = client.Link.Output;
            for (int at = 0; at < all.Length; at += Read)
            {
                client.Send(all.AsSpan(at, Math.Min(Read, all.Length - at)));
                output.Consume(output.Length);
            }
        }
    }

    private static void Round(TestClient client, byte[] batch, OutputQueue output)
    {
        client.Send(batch);
        output.Consume(output.Length);
    }

    private static string Repeat(string request)
    {
        var text = new StringBuilder();
        for (int i = 0; i < Pipelined; i++) text.Append(request);
        return text.ToString();
    }
}
