using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// Chooses the key to evict, as Redis does: each time a few keys of each database are sampled, the best candidates
/// seen so far are kept in a pool of sixteen, ordered by how little they would be missed, and the best that still
/// exists goes. For <c>volatile-ttl</c> the sample comes from those that expire soonest, which the index knows.
/// </summary>
internal sealed class EvictionPool(Databases all)
{
    private const int Size = 16;
    private const int KeyRoom = 64;
    private const int Rounds = 100;

    private readonly Candidate[] _pool = new Candidate[Size];
    private int _count;
    private int _nextDatabase;

    private struct Candidate
    {
        public ulong Score;
        public int Database;
        public byte[]? Key;
        public int KeyLength;
    }

    public bool EvictOne()
    {
        switch (all.Eviction.Policy)
        {
            case EvictionPolicy.NoEviction: return false;
            case EvictionPolicy.AllKeysRandom: return EvictRandom(isVolatile: false);
            case EvictionPolicy.VolatileRandom: return EvictRandom(isVolatile: true);
            default: return EvictBest();
        }
    }

    private bool IsVolatile => all.Eviction.Policy is EvictionPolicy.VolatileLru or EvictionPolicy.VolatileLfu or EvictionPolicy.VolatileTtl;

    private bool EvictRandom(bool isVolatile)
    {
        for (int i = 0; i < all.Count; i++)
        {
            Database database = all[_nextDatabase];
            _nextDatabase = (_nextDatabase + 1) % all.Count;
            if ((isVolatile ? database.VolatileCount : database.KeyCount) == 0) continue;
            for (int round = 0; round < Rounds; round++)
            {
                EntryRef chosen = isVolatile ? database.HandleOf(database.Set.Expiries.Sample(all.Dice)) : database.RandomRaw();
                if (!chosen.Found) continue;
                database.Evict(chosen);
                return true;
            }
        }

        return false;
    }

    private bool EvictBest()
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (!Fill() && _count == 0) return false;
            while (_count > 0)
            {
                ref Candidate best = ref _pool[--_count];
                Database database = all[best.Database];
                EntryRef found = Resolve(database, best.Key.AsSpan(0, best.KeyLength));
                if (!found.Found || (IsVolatile && !found.HasExpiry)) continue;
                database.Evict(found);
                return true;
            }
        }

        return false;
    }

    /// <summary>A pooled key as it is now; the pool holds keys of any slot, whatever the command is about.</summary>
    private EntryRef Resolve(Database database, ReadOnlySpan<byte> key)
    {
        int commandSlot = all.CommandSlot;
        all.CommandSlot = -1;
        EntryRef found = database.PeekRaw(key);
        all.CommandSlot = commandSlot;
        return found;
    }

    /// <summary>Samples each database; false when there was nothing to sample.</summary>
    private bool Fill()
    {
        bool any = false;
        bool isVolatile = IsVolatile, soonest = all.Eviction.Policy == EvictionPolicy.VolatileTtl;
        for (int i = 0; i < all.Count; i++)
        {
            Database database = all[i];
            if ((isVolatile ? database.VolatileCount : database.KeyCount) == 0) continue;
            any = true;
            for (int sample = 0; sample < all.Eviction.Samples; sample++)
            {
                Entry entry = !isVolatile ? database.RandomRaw().Entry
                    : soonest ? database.Set.Expiries.SampleSoonest(all.Dice) : database.Set.Expiries.Sample(all.Dice);
                Offer(i, entry);
            }
        }

        return any;
    }

    private ulong ScoreOf(Entry entry)
    {
        if (all.Eviction.Policy == EvictionPolicy.VolatileTtl) return ulong.MaxValue - (ulong)entry.ExpiryMs;
        return all.Eviction.IsLfu ? 255 - all.Clock.Decayed(entry) : all.Clock.IdleSeconds(entry);
    }

    /// <summary>Puts an entry among the candidates, the worst of which falls out, unless it is worse than all of a full pool or there already.</summary>
    private void Offer(int database, Entry entry)
    {
        ulong score = ScoreOf(entry);
        ReadOnlySpan<byte> key = entry.Key;
        for (int i = 0; i < _count; i++)
        {
            if (_pool[i].Database == database && _pool[i].Key.AsSpan(0, _pool[i].KeyLength).SequenceEqual(key)) return;
        }

        int at = 0;
        while (at < _count && _pool[at].Score < score) at++;
        Candidate made;
        if (_count == Size)
        {
            if (at == 0) return;
            made = _pool[0];
            Array.Copy(_pool, 1, _pool, 0, --at);
        }
        else
        {
            made = _pool[_count];
            Array.Copy(_pool, at, _pool, at + 1, _count - at);
            _count++;
        }

        if (made.Key is null || made.Key.Length < key.Length) made.Key = new byte[Math.Max(KeyRoom, key.Length)];
        key.CopyTo(made.Key);
        made.KeyLength = key.Length;
        made.Database = database;
        made.Score = score;
        _pool[at] = made;
    }
}
