// A replica leaves it to its primary to remove keys past their time. Keys that its own clients made, which a writable
// replica allows, no primary knows of: they are remembered here and removed here, and nobody is told of it.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>The keys with an expiry that clients of a writable replica made.</summary>
internal sealed class ReplicaExpiry(Node node)
{
    private const int KeysPerRound = 64;
    private readonly Queue<(int Database, string Key)> _keys = [];
    private readonly HashSet<(int Database, string Key)> _known = [];

    /// <summary>How many keys are remembered.</summary>
    public int Count => _keys.Count;

    /// <summary>A key changed: remember it if it ends one day and we, not our primary, made it so.</summary>
    public void KeyChanged(Database db, ReadOnlySpan<byte> key)
    {
        if ((node.Conditions & (uint)NodeConditions.Replica) == 0 || node.Options.ReplicaReadOnly) return;
        if (node.Dispatcher.Running is not { } session || (session.Flags & SessionFlags.Primary) != 0) return;
        EntryRef entry = db.PeekRaw(key);
        if (!entry.Found || !entry.HasExpiry) return;
        (int, string) name = (db.Index, Encoding.Latin1.GetString(key));
        if (_known.Add(name)) _keys.Enqueue(name);
    }

    /// <summary>Looks at some of the keys and removes those past their time.</summary>
    public void Slice()
    {
        for (int left = Math.Min(_keys.Count, KeysPerRound); left > 0; left--)
        {
            (int database, string name) = _keys.Dequeue();
            Database db = node.Databases[database];
            byte[] key = Encoding.Latin1.GetBytes(name);
            EntryRef entry = db.PeekRaw(key);
            bool ends = entry.Found && entry.HasExpiry;
            if (ends && !db.IsExpired(entry))
            {
                _keys.Enqueue((database, name));
                continue;
            }

            _known.Remove((database, name));
            if (!ends) continue;
            db.Delete(entry);
            node.Statistics.ExpiredKeys++;
            if ((node.Services.NotifiedClasses & EventClass.Expired) != 0) node.Services.Notify(EventClass.Expired, "expired", key, db);
        }
    }

    /// <summary>We have no primary any more, or another: what is here is as good as any other key.</summary>
    public void Clear()
    {
        _keys.Clear();
        _known.Clear();
    }
}
