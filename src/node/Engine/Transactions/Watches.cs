// WATCH: which session watches which keys, and what makes its EXEC fail.
//
//   database 0:  "stock" ─▶ { session 7, session 9 }      a key that changes makes both dirty
//
// A watched key changes existence only by a change that is told of, which makes the session dirty at once; so what is kept
// about a clean watch stays true: whether the key was there, and whether it was past its expiry. A key that was past
// its expiry when it was watched is as good as absent: that it is deleted later is no change.
// While nobody watches anything, KeyChanged is not called.
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Keyspace;

namespace Hexad.Engine;

/// <summary>One session's watch of one key.</summary>
internal sealed class WatchedKey(Session session, Database db, byte[] key)
{
    public readonly Session Session = session;
    public readonly Database Db = db;
    public readonly byte[] Key = key;

    /// <summary>Whether there is such a key, expired or not.</summary>
    public bool Exists;

    /// <summary>Whether the key was past its expiry when it was watched, and has not been deleted since.</summary>
    public bool Expired;
}

/// <summary>All watched keys of a node.</summary>
internal sealed class Watches
{
    private readonly Node _node;
    private readonly NameComparer _comparer;
    private readonly Dictionary<byte[], Dictionary<Session, WatchedKey>>?[] _byKey;

    public Watches(Node node, Dice dice)
    {
        _node = node;
        _comparer = new NameComparer(dice);
        _byKey = new Dictionary<byte[], Dictionary<Session, WatchedKey>>?[node.Databases.Count];
        node.Sessions.Ended += (session, ended) =>
        {
            if (ended) Forget(session);
        };
    }

    /// <summary>How many watches there are.</summary>
    public int Count { get; private set; }

    /// <summary>Watches a key of the session's database.</summary>
    public void Add(Session session, ReadOnlySpan<byte> key)
    {
        Database db = session.Db;
        Dictionary<byte[], Dictionary<Session, WatchedKey>> byKey = _byKey[db.Index] ??= new Dictionary<byte[], Dictionary<Session, WatchedKey>>(_comparer);
        if (!byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out Dictionary<Session, WatchedKey>? watchers))
            byKey.Add(key.ToArray(), watchers = []);
        if (watchers.ContainsKey(session)) return;
        var watched = new WatchedKey(session, db, key.ToArray());
        EntryRef entry = Look(watched);
        watched.Exists = entry.Found;
        watched.Expired = entry.Found && db.IsExpired(entry);
        watchers.Add(session, watched);
        (session.Watched ??= []).Add(watched);
        Count++;
    }

    /// <summary>The session watches nothing any more.</summary>
    public void Forget(Session session)
    {
        if (session.Watched is not { Count: > 0 } watched) return;
        foreach (WatchedKey key in watched)
        {
            Dictionary<byte[], Dictionary<Session, WatchedKey>> byKey = _byKey[key.Db.Index]!;
            Dictionary<Session, WatchedKey> watchers = byKey[key.Key];
            watchers.Remove(session);
            if (watchers.Count == 0) byKey.Remove(key.Key);
        }

        Count -= watched.Count;
        session.Watched = null;
    }

    /// <summary>A key changed: whoever watches it may not EXEC.</summary>
    public void KeyChanged(Database db, ReadOnlySpan<byte> key)
    {
        if (_byKey[db.Index] is not { } byKey) return;
        if (!byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out Dictionary<Session, WatchedKey>? watchers)) return;
        WatchedKey[] all = [.. watchers.Values];
        foreach (WatchedKey watched in all)
        {
            if (watched.Expired && !Look(watched).Found) watched.Expired = watched.Exists = false;
            else MakeDirty(watched.Session);
        }
    }

    /// <summary>The keys of a database, or of all when it is null, have been flushed or exchanged for others.</summary>
    public void DatabaseChanged(Database? db)
    {
        for (int i = 0; i < _byKey.Length; i++)
        {
            if (_byKey[i] is not { } byKey || (db is not null && db.Index != i)) continue;
            var all = new List<WatchedKey>();
            foreach (Dictionary<Session, WatchedKey> watchers in byKey.Values) all.AddRange(watchers.Values);
            foreach (WatchedKey watched in all) LookAgain(watched);
        }
    }

    /// <summary>Whether a key that the session watches has come to its end since, although nobody has removed it yet.</summary>
    public bool AnyExpired(Session session)
    {
        if (session.Watched is null) return false;
        foreach (WatchedKey watched in session.Watched)
        {
            if (watched.Expired) continue;
            EntryRef entry = Look(watched);
            if (entry.Found && watched.Db.IsExpired(entry)) return true;
        }

        return false;
    }

    private void LookAgain(WatchedKey watched)
    {
        EntryRef entry = Look(watched);
        bool expired = entry.Found && watched.Db.IsExpired(entry);
        bool wasThere = watched.Exists && !watched.Expired;
        if (wasThere || (entry.Found && !expired)) MakeDirty(watched.Session);
        else (watched.Exists, watched.Expired) = (entry.Found, expired);
    }

    private void MakeDirty(Session session)
    {
        session.Flags |= SessionFlags.DirtyWatch;
        Forget(session);
    }

    // Within a command the keyspace may expect keys of the command's slot only.
    private EntryRef Look(WatchedKey watched)
    {
        int slot = _node.Databases.CommandSlot;
        _node.Databases.CommandSlot = -1;
        EntryRef entry = watched.Db.PeekRaw(watched.Key);
        _node.Databases.CommandSlot = slot;
        return entry;
    }
}
