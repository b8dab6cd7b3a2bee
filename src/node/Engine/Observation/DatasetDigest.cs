// DEBUG DIGEST: forty hex digits that are the same for two servers just when their data are.
//
//   key digest  = mix(key) mix(type) mix(value) [xor of "!!expire!!" when it expires]
//   all         = mix(database number) xor SHA1 of each key digest, for each database that has keys
//
// mix(x) replaces the digest d by SHA1(d xor SHA1(x)): order matters. Key digests are joined by xor: order does not.
using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Keyspace;

namespace Hexad.Engine;

/// <summary>Computes digests of keys and of all data.</summary>
public static class DatasetDigest
{
    /// <summary>The digest of all databases.</summary>
    public static void OfAll(Databases databases, Span<byte> digest)
    {
        digest.Clear();
        Span<byte> number = stackalloc byte[4];
        for (int i = 0; i < databases.Count; i++)
        {
            if (databases[i].KeyCount == 0) continue;
            BinaryPrimitives.WriteInt32BigEndian(number, i);
            Mix(digest, number);
            var sum = new Sum(new byte[Sha1.Length]);
            databases[i].Visit(ref sum);
            for (int j = 0; j < Sha1.Length; j++) digest[j] ^= sum.Joined[j];
        }
    }

    /// <summary>Mixes type, value and whether it expires into a digest.</summary>
    public static void AddValue(EntryRef entry, Span<byte> digest)
    {
        Span<byte> type = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(type, (int)entry.Type);
        Mix(digest, type);
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        Invariant.That(entry.IsString);
        Mix(digest, entry.GetString(scratch));
        if (entry.HasExpiry) Xor(digest, "!!expire!!"u8);
    }

    private static void Mix(Span<byte> digest, ReadOnlySpan<byte> data)
    {
        Xor(digest, data);
        Span<byte> mixed = stackalloc byte[Sha1.Length];
        Sha1.Of(digest[..Sha1.Length], mixed);
        mixed.CopyTo(digest);
    }

    private static void Xor(Span<byte> digest, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Sha1.Length];
        Sha1.Of(data, hash);
        for (int i = 0; i < hash.Length; i++) digest[i] ^= hash[i];
    }

    private struct Sum(byte[] joined) : IEntryVisitor
    {
        public readonly byte[] Joined => joined;

        public bool Visit(EntryRef entry)
        {
            Span<byte> own = stackalloc byte[Sha1.Length];
            own.Clear();
            Mix(own, entry.Key);
            AddValue(entry, own);
            Xor(joined, own);
            return true;
        }
    }
}
