using System;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class AllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_data_path_allocates_nothing_managed(bool cluster)
    {
        using TestKeyspace keys = cluster ? Cluster() : Standalone();
        Run(keys, 2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(keys, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Run(TestKeyspace keys, int rounds)
    {
        Span<byte> key = stackalloc byte[8];
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        Span<byte> value = stackalloc byte[500];
        value.Fill((byte)'v');
        long length = 0;
        for (int i = 0; i < rounds; i++)
        {
            BitConverter.TryWriteBytes(key, (long)i);
            KeyHash hash = keys.Db.Prefetch(key);
            keys.Db.PrefetchEntry(hash);
            EntryRef entry = keys.Db.SetString(key, value[..(i % 500)]);
            keys.Db.Append(ref entry, value[..(i % 50)]);
            keys.Db.SetExpiry(ref entry, keys.After(i));
            length += keys.Db.Find(key).GetString(scratch).Length;
            keys.Db.Persist(ref entry);
            keys.Db.Overwrite(ref entry, i, Lifetime.Keep);
            keys.Db.Overwrite(ref entry, i + 1, Lifetime.Until(keys.After(i)));
            if (i % 3 == 0) keys.Db.Delete(key);
            keys.All.Eviction.Policy = EvictionPolicy.AllKeysLru;
            if (i % 7 == 1) length += keys.Db.Random().Key.Length;
        }

        SliceBudget budget = SliceBudget.Unlimited;
        keys.All.RehashSlice(ref budget);
        Assert.True(length > 0);
    }
}
