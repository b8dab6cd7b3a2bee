// A key that holds a stream, or shall.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Finds and makes streams.</summary>
internal static class StreamKey
{
    /// <summary>Begins to change the stream under the key, or to build one when there is none.</summary>
    public static CollectionEdit EditOrBuild(in CommandContext call, ref EntryRef entry)
    {
        if (entry.Found) return call.Db.Edit(ref entry);
        CollectionEdit built = call.Db.Build(ObjectType.Stream);
        built.Become(ObjectEncoding.Stream, call.Services.Databases.Collections.Streams.Create());
        return built;
    }

    /// <summary>Finds the stream under word 1 and the group of word 2, to read or change; if there is none, replies so.</summary>
    public static bool TryFindGroup(in CommandContext call, out EntryRef entry, out StreamGroup group)
    {
        entry = call.Find(call[1]);
        group = default;
        if (entry.Found && !call.Holds(entry, ObjectType.Stream)) return false;
        if (entry.Found) group = StreamGroups.Find(entry.Root, call[2]);
        if (group.Found) return true;
        call.Reply.Error(ErrorReplies.NoKeyOrGroup(ErrorReplies.UpToZero(call[1]), ErrorReplies.UpToZero(call[2])));
        return false;
    }
}
