// DEBUG DIGEST: forty hex digits that are the same for two servers just when their data are.
//
//   value       = string: mix(bytes) · list: mix(element) for each · set: xor of each member · hash: xor of
//                 mix(field) mix(value) for each · sorted set: xor of mix(member) mix(score, 17 digits) for each ·
//                 stream: mix(ms.seq) of each entry, then mix(field) mix(value) for each
//   key digest  = mix(key) mix(type) mix(value) [xor of "!!expire!!" when it expires]
//   all         = mix(database number) xor SHA1 of each key digest, for each database that has keys
//
// mix(x) replaces the digest d by SHA1(d xor SHA1(x)): order matters. Key digests are joined by xor: order does not.
using System;
using System.Buffers.Binary;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>Computes digests of keys and of all data.</summary>
public static class DatasetDigest
{
    private const int DigitsBytes = 24;

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
            var sum = new Sum(databases.Collections, new byte[Sha1.Length]);
            databases[i].Visit(ref sum);
            for (int j = 0; j < Sha1.Length; j++) digest[j] ^= sum.Joined[j];
        }
    }

    /// <summary>Mixes type, value and whether it expires into a digest.</summary>
    public static void AddValue(Collections collections, EntryRef entry, Span<byte> digest)
    {
        Span<byte> type = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(type, (int)entry.Type);
        Mix(digest, type);
        var sum = new ValueSum(digest, entry.Type, entry.Encoding);
        ValueTelling.Tell(collections, entry, ref sum);
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

    private readonly struct Sum(Collections collections, byte[] joined) : IEntryVisitor
    {
        public byte[] Joined => joined;

        public bool Visit(EntryRef entry)
        {
            Span<byte> own = stackalloc byte[Sha1.Length];
            own.Clear();
            Mix(own, entry.Key);
            AddValue(collections, entry, own);
            Xor(joined, own);
            return true;
        }
    }

    /// <summary>Adds the parts of a value to a digest.</summary>
    private ref struct ValueSum(Span<byte> digest, ObjectType type, ObjectEncoding encoding) : IValueListener
    {
        private readonly Span<byte> _digest = digest;

        public void Part(scoped ReadOnlySpan<byte> part)
        {
            if (type == ObjectType.String) Mix(_digest, part);
            else if (type == ObjectType.Stream) Entries(part);
            else if (encoding == ObjectEncoding.IntegerSet) Integers(part);
            else if (encoding == ObjectEncoding.Listpack) Packed(part);
            else if (encoding == ObjectEncoding.ListpackWithExpiry) Expiring(part);
            else Items(part);
        }

        private readonly void Integers(ReadOnlySpan<byte> set)
        {
            Span<byte> digits = stackalloc byte[DigitsBytes];
            for (int i = 0; i < IntegerSet.CountOf(set); i++) Xor(_digest, DecimalText.Format(IntegerSet.At(set, i), digits));
        }

        private readonly void Packed(ReadOnlySpan<byte> pack)
        {
            Span<byte> digits = stackalloc byte[DigitsBytes], otherDigits = stackalloc byte[DigitsBytes];
            for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
            {
                ReadOnlySpan<byte> first = Listpack.Read(pack, at).WriteText(digits);
                if (type == ObjectType.List)
                {
                    Mix(_digest, first);
                }
                else if (type == ObjectType.Set)
                {
                    Xor(_digest, first);
                }
                else
                {
                    at = Listpack.Next(pack, at);
                    if (type == ObjectType.Hash) Pair(first, Listpack.Read(pack, at).WriteText(otherDigits));
                    else Scored(first, PackedScore.Read(pack, at));
                }
            }
        }

        private readonly void Entries(ReadOnlySpan<byte> part)
        {
            Span<byte> text = stackalloc byte[StreamId.LongestBytes];
            for (var reader = new ElementReader(part); !reader.IsAtEnd && reader.Byte() == (byte)StreamPiece.Pack;)
            {
                var id = new StreamId((ulong)reader.Int64(), (ulong)reader.Int64());
                for (var entries = new StreamPackReader(id, reader.Bytes()); entries.MoveNext();)
                {
                    Mix(_digest, entries.Id.Format(text, (byte)'.'));
                    for (long left = entries.FieldCount; left > 0; left--)
                    {
                        entries.ReadField(out ListpackElement field, out ListpackElement value);
                        Mix(_digest, field.WriteText(text));
                        Mix(_digest, value.WriteText(text));
                    }
                }
            }
        }

        private readonly void Items(ReadOnlySpan<byte> part)
        {
            for (var reader = new ElementReader(part); !reader.IsAtEnd;)
            {
                switch (type)
                {
                    case ObjectType.List:
                        bool isPacked = reader.Byte() == 2;
                        ReadOnlySpan<byte> node = reader.Bytes();
                        if (isPacked) Packed(node);
                        else Mix(_digest, node);
                        break;
                    case ObjectType.Set:
                        Xor(_digest, reader.Bytes());
                        break;
                    case ObjectType.Hash:
                        Pair(reader.Bytes(), reader.Bytes(), reader.Int64() != 0);
                        break;
                    default:
                        Scored(reader.Bytes(), reader.Double());
                        break;
                }
            }
        }

        private readonly void Expiring(ReadOnlySpan<byte> pack)
        {
            Span<byte> digits = stackalloc byte[DigitsBytes], otherDigits = stackalloc byte[DigitsBytes];
            for (int at = Listpack.First(pack); at != Listpack.None;)
            {
                ReadOnlySpan<byte> field = Listpack.Read(pack, at).WriteText(digits);
                ReadOnlySpan<byte> value = ExpiringPack.ValueAt(pack, at, out long expiryMs, out at).WriteText(otherDigits);
                Pair(field, value, expiryMs != 0);
            }
        }

        private readonly void Pair(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, bool expires = false)
        {
            Span<byte> own = stackalloc byte[Sha1.Length];
            own.Clear();
            Mix(own, first);
            Mix(own, second);
            if (expires) Xor(own, "!!hexpire!!"u8);
            Xor(_digest, own);
        }

        private readonly void Scored(ReadOnlySpan<byte> member, double score)
        {
            Span<byte> text = stackalloc byte[32];
            Pair(member, text[..NumberText.DoubleOf17Digits(score, text)]);
        }
    }
}
