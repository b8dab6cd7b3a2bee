using System;
using System.Collections.Generic;
using Hexad.Core;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class BacklogTests
{
    [Fact]
    public void What_was_appended_is_read_back_from_every_place()
    {
        var backlog = new Backlog(new ReplicationOffset(1000), 1 << 20);
        var random = new Random(1);
        var all = new List<byte>();
        for (int i = 0; i < 300; i++)
        {
            var part = new byte[random.Next(2000)];
            random.NextBytes(part);
            backlog.Append(part);
            all.AddRange(part);
        }

        byte[] expected = [.. all];
        Assert.Equal(1000 + expected.Length, backlog.End.Value);
        for (int from = 0; from <= expected.Length; from += 997)
            Assert.Equal(expected.AsSpan(from).ToArray(), ReadAll(backlog, new ReplicationOffset(1000 + from)));
    }

    [Fact]
    public void Only_the_last_bytes_are_kept_for_newcomers()
    {
        var backlog = new Backlog(default, 100_000);
        for (int i = 0; i < 1000; i++) backlog.Append(new byte[1000]);
        backlog.Trim(backlog.End);
        Assert.Equal(100_000, backlog.Length);
        Assert.True(backlog.Holds(new ReplicationOffset(900_000)));
        Assert.False(backlog.Holds(new ReplicationOffset(899_999)));
        Assert.False(backlog.Holds(new ReplicationOffset(1_000_001)));
        Assert.InRange(backlog.Capacity, 100_000, 300_000);
    }

    [Fact]
    public void A_slow_reader_keeps_its_bytes_and_newcomers_do_not_get_them()
    {
        var backlog = new Backlog(default, 10_000);
        var expected = new byte[500_000];
        new Random(3).NextBytes(expected);
        for (int i = 0; i < 500; i++)
        {
            backlog.Append(expected.AsSpan(i * 1000, 1000));
            backlog.Trim(new ReplicationOffset(1234));
        }

        Assert.False(backlog.Holds(new ReplicationOffset(1234)));
        Assert.Equal(expected.AsSpan(1234).ToArray(), ReadAll(backlog, new ReplicationOffset(1234)));
        backlog.Trim(backlog.End);
        Assert.InRange(backlog.Capacity, 10_000, 200_000);
        Assert.Equal(expected.AsSpan(490_000).ToArray(), ReadAll(backlog, new ReplicationOffset(490_000)));
    }

    [Fact]
    public void It_equals_a_plain_list_under_random_use()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var backlog = new Backlog(new ReplicationOffset(seed), random.Next(1, 300_000));
            var model = new List<byte>();
            long reader = seed;
            for (int step = 0; step < 300; step++)
            {
                var part = new byte[random.Next(5000)];
                random.NextBytes(part);
                backlog.Append(part);
                model.AddRange(part);
                if (random.Next(3) == 0) reader = random.NextInt64(reader, backlog.End.Value + 1);
                backlog.Trim(new ReplicationOffset(reader));
                Assert.Equal(seed + model.Count, backlog.End.Value);
                Assert.Equal(Math.Min(model.Count, backlog.Size), backlog.Length);
                ReadOnlySpan<byte> read = backlog.From(new ReplicationOffset(reader));
                for (int i = 0; i < Math.Min(read.Length, 50); i++) Assert.Equal(model[(int)(reader - seed) + i], read[i]);
            }
        }
    }

    private static byte[] ReadAll(Backlog backlog, ReplicationOffset from)
    {
        var all = new List<byte>();
        while (true)
        {
            ReadOnlySpan<byte> part = backlog.From(from);
            if (part.IsEmpty) return [.. all];
            all.AddRange(part);
            from += part.Length;
        }
    }
}
