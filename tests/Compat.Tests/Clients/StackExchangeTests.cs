using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using StackExchange.Redis;
using Xunit;

namespace Hexad.Compat.Tests.Clients;

[Collection("six nodes")]
public class StackExchangeTests
{
    private const int Keys = 100_000;
    private const int BatchSize = 500;

    [Fact]
    public async Task A_primary_dies_under_100000_writes_and_the_client_goes_on()
    {
        using var cluster = new SixNodes();
        var options = new ConfigurationOptions { AbortOnConnectFail = false, ConnectRetry = 5, AsyncTimeout = 5000, SyncTimeout = 5000, ConnectTimeout = 5000 };
        foreach (int port in cluster.Ports) options.EndPoints.Add("127.0.0.1", port);
        await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(options);
        IDatabase db = client.GetDatabase();

        List<int> missing = await Write(db, [.. Enumerable.Range(0, Keys / 2)]);
        Assert.Empty(missing);
        int victim = cluster.Ports[0];
        cluster.AwaitReplicated(victim);
        Task<List<int>> underWay = Write(db, [.. Enumerable.Range(Keys / 2, Keys / 2)]);
        cluster.Kill(victim);
        List<int> refused = await underWay;
        for (int round = 0; refused.Count > 0 && round < 100; round++) refused = await Write(db, refused);
        Assert.Empty(refused);

        // What was replicated before the kill is all there; what was acknowledged in the moment of the kill alone may be lost.
        int[] lost = await Lost(db, Enumerable.Range(0, Keys));
        Assert.DoesNotContain(lost, static key => key < Keys / 2);
        Assert.All(lost, key => Assert.True(client.HashSlot(Key(key)) <= 5460, $"{Key(key)} was on a primary that lived"));
        TestContext.Current.SendDiagnosticMessage($"lost of those acknowledged while the primary died: {lost.Length}");
    }

    private static string Key(int number) => "client:" + number;

    // Writes all, several hundred at a time; gives those whose write was not acknowledged.
    private static async Task<List<int>> Write(IDatabase db, List<int> numbers)
    {
        var refused = new List<int>();
        foreach (int[] batch in numbers.Chunk(BatchSize))
        {
            Task<bool>[] writes = Array.ConvertAll(batch, number => Acknowledged(db, number));
            await Task.WhenAll(writes);
            for (int i = 0; i < batch.Length; i++)
                if (!await writes[i]) refused.Add(batch[i]);
        }

        return refused;
    }

    private static async Task<bool> Acknowledged(IDatabase db, int number)
    {
        try
        {
            return await db.StringSetAsync(Key(number), "value:" + number);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private static async Task<int[]> Lost(IDatabase db, IEnumerable<int> numbers)
    {
        var lost = new List<int>();
        foreach (int[] batch in numbers.Chunk(BatchSize))
        {
            RedisValue[] values = await Task.WhenAll(Array.ConvertAll(batch, number => db.StringGetAsync(Key(number))));
            for (int i = 0; i < batch.Length; i++)
                if (values[i] != "value:" + batch[i]) lost.Add(batch[i]);
        }

        return [.. lost];
    }
}
