// Members with scores that are on their way into a new sorted set or a reply: what ZUNION, ZINTER, ZDIFF, ZRANGESTORE and
// the geo searches collect. Managed, since nothing may change the keyspace's memory while they read several of its values.
//
//   bytes    chunk ── chunk ── chunk        members one after the other, never moved
//   items    (chunk, offset, length, score, hash, next)
//   buckets  hash → first item; only in a list that is asked whether it has a member
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Members with scores, in the order in which they came until they are sorted.</summary>
internal sealed class ScoredList
{
    private const int ChunkBytes = 64 * 1024;
    private const int KeptItems = 4096;

    private readonly KeyHasher _hasher;
    private readonly List<byte[]> _chunks = [];
    private Item[] _items = new Item[16];
    private int[] _buckets = [];
    private int _chunkUsed;

    /// <summary>An empty list; the hash key keeps clients from making members collide.</summary>
    public ScoredList(Dice dice) => _hasher = new KeyHasher(dice);

    private struct Item
    {
        public byte[] Chunk;
        public int Offset;
        public int Length;
        public double Score;
        public ulong Hash;
        public int Next;
        public bool Gone;
    }

    /// <summary>How many members there are.</summary>
    public int Count { get; private set; }

    /// <summary>The length of the longest member that was added.</summary>
    public int LongestBytes { get; private set; }

    /// <summary>The bytes of the member at an index.</summary>
    public ReadOnlySpan<byte> MemberAt(int index) => new(_items[index].Chunk, _items[index].Offset, _items[index].Length);

    /// <summary>The score of the member at an index.</summary>
    public ref double ScoreAt(int index) => ref _items[index].Score;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (_items.Length > KeptItems) _items = new Item[16];
        else Array.Clear(_items, 0, Count);
        if (_buckets.Length > KeptItems) _buckets = [];
        else Array.Clear(_buckets);
        if (_chunks.Count > 1 || (_chunks.Count == 1 && _chunks[0].Length > ChunkBytes)) _chunks.Clear();
        _chunkUsed = 0;
        Count = LongestBytes = 0;
    }

    /// <summary>Adds a member that is known not to be there.</summary>
    public void Add(ReadOnlySpan<byte> member, double score)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        ref Item item = ref _items[Count++];
        item.Chunk = Room(member.Length);
        item.Offset = _chunkUsed;
        item.Length = member.Length;
        item.Score = score;
        member.CopyTo(item.Chunk.AsSpan(_chunkUsed));
        _chunkUsed += member.Length;
        LongestBytes = Math.Max(LongestBytes, member.Length);
    }

    /// <summary>The index of a member, added with <paramref name="score"/> if it was not there. Not to be mixed with <see cref="Add"/>.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> member, double score, out bool added)
    {
        ulong hash = _hasher.Hash(member);
        int found = Find(member, hash);
        added = found < 0;
        if (!added) return found;
        if (Count >= _buckets.Length) Rehash();
        Add(member, score);
        Link(Count - 1, hash);
        return Count - 1;
    }

    /// <summary>Removes a member that <see cref="FindOrAdd"/> added, if it is there; the list is to be sorted before anything else is done than this.</summary>
    public bool Remove(ReadOnlySpan<byte> member)
    {
        int found = Find(member, _hasher.Hash(member));
        if (found < 0 || _items[found].Gone) return false;
        _items[found].Gone = true;
        return true;
    }

    /// <summary>Marks the member at an index as gone; the list is to be sorted before anything else is done than this.</summary>
    public void RemoveAt(int index) => _items[index].Gone = true;

    /// <summary>Puts the members in order of score and bytes.</summary>
    public void Sort()
    {
        int kept = 0;
        bool ordered = true;
        LongestBytes = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_items[i].Gone) continue;
            _items[kept] = _items[i];
            LongestBytes = Math.Max(LongestBytes, _items[kept].Length);
            if (kept > 0 && ordered) ordered = Compare(_items[kept - 1], _items[kept]) < 0;
            kept++;
        }

        Array.Clear(_items, kept, Count - kept);
        Count = kept;
        if (!ordered) _items.AsSpan(0, Count).Sort(Compare);
    }

    /// <summary>
    /// Has the members, which are in order, pass through a packed value one by one, from the first or the last on, until it can hold no
    /// more or one is too long for it. A pack keeps -0 as the integer 0, so those lose their sign: clients see it, and so see the same as with Redis.
    /// </summary>
    public void PassThroughPack(long mostMembers, long longestBytes, bool fromLast)
    {
        for (int i = 0; i < Math.Min(Count, mostMembers); i++)
        {
            int index = fromLast ? Count - 1 - i : i;
            if (MemberAt(index).Length > longestBytes) return;
            ScoreAt(index) += 0.0;
        }
    }

    /// <summary>
    /// Makes the sorted list the value of a key, whatever was there, and says so; an empty list removes the key. Returns
    /// how many members there are.
    /// </summary>
    public long StoreAs(ref CommandContext call, scoped ReadOnlySpan<byte> key, string eventName)
    {
        EntryRef old = call.Db.Peek(key);
        bool existed = old.Found;
        if (existed) call.Db.Delete(old, call.Services.Options.LazyServerDelete ? FreeMode.Later : FreeMode.Now);
        if (Count == 0)
        {
            if (!existed) return 0;
            call.Changed(key);
            call.Notify(Options.EventClass.Generic, "del", key);
            return 0;
        }

        SortedSetEdit edit = SortedSetEdit.Build(call.Services, call.Db, Count, LongestBytes);
        for (int i = 0; i < Count; i++) edit.Append(MemberAt(i), ScoreAt(i));
        edit.Store(key);
        if (!existed) call.Created(key, call.Db);
        call.Changed(key);
        call.Notify(Options.EventClass.SortedSet, eventName, key);
        return Count;
    }

    private static int Compare(Item a, Item b)
    {
        if (a.Score < b.Score) return -1;
        if (a.Score > b.Score) return 1;
        return new ReadOnlySpan<byte>(a.Chunk, a.Offset, a.Length).SequenceCompareTo(new ReadOnlySpan<byte>(b.Chunk, b.Offset, b.Length));
    }

    private byte[] Room(int bytes)
    {
        if (_chunks.Count > 0 && _chunks[^1].Length - _chunkUsed >= bytes) return _chunks[^1];
        _chunks.Add(new byte[Math.Max(bytes, ChunkBytes)]);
        _chunkUsed = 0;
        return _chunks[^1];
    }

    private int Find(ReadOnlySpan<byte> member, ulong hash)
    {
        if (_buckets.Length == 0) return -1;
        for (int i = _buckets[hash & (ulong)(_buckets.Length - 1)] - 1; i >= 0; i = _items[i].Next - 1)
            if (_items[i].Hash == hash && MemberAt(i).SequenceEqual(member)) return i;
        return -1;
    }

    private void Link(int index, ulong hash)
    {
        ref int bucket = ref _buckets[hash & (ulong)(_buckets.Length - 1)];
        _items[index].Hash = hash;
        _items[index].Next = bucket;
        bucket = index + 1;
    }

    private void Rehash()
    {
        _buckets = new int[Math.Max(64, _buckets.Length * 2)];
        for (int i = 0; i < Count; i++) Link(i, _items[i].Hash);
    }
}
