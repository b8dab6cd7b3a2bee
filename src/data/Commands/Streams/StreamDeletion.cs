// Entries that are deleted one by one within a call, and what is said of it when the last one is gone.
using System;
using System.Collections.Generic;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>The deletions of one call on the stream under word 1.</summary>
internal ref struct StreamDeletion
{
    private readonly CommandContext _call;
    private readonly nint _root;
    private readonly StreamTree _streams;
    private readonly StreamId _first;
    private readonly List<StreamId> _deleted;
    private StreamId _greatest;
    private bool _firstIsGone;

    public StreamDeletion(in CommandContext call, nint root)
    {
        _call = call;
        _root = root;
        _streams = call.Services.Databases.Collections.Streams;
        _first = StreamTree.FactsOf(root).FirstId;
        _deleted = call.Services.DeletedIds;
        _deleted.Clear();
    }

    /// <summary>How many entries went.</summary>
    public readonly long Count => _deleted.Count;

    /// <summary>Deletes an entry; false when there is none.</summary>
    public bool Delete(StreamId id)
    {
        if (!_streams.Delete(_root, id)) return false;
        _deleted.Add(id);
        _firstIsGone |= id == _first;
        if (id > _greatest) _greatest = id;
        return true;
    }

    /// <summary>All are gone: the stream notes it. The caller's edit is still open.</summary>
    public readonly void End()
    {
        if (_deleted.Count > 0) _streams.NoteDeleted(_root, _greatest, _firstIsGone);
    }

    /// <summary>Says what changed and repeats it, behind what has been repeated so far.</summary>
    public readonly void Tell()
    {
        if (_deleted.Count == 0) return;
        _call.Changed(_call[1]);
        _call.Services.Changes += _deleted.Count - 1;
        _call.Notify(EventClass.Stream, "xdel", _call[1]);
        Repeat(_call, _deleted);
    }

    /// <summary>Repeats that entries of the stream under word 1 were deleted.</summary>
    public static void Repeat(in CommandContext call, List<StreamId> deleted)
    {
        if (deleted.Count == 0) return;
        Propagation also = call.Propagation;
        also.Also(call.Db.Index, deleted.Count + 2);
        also.Add("XDEL"u8);
        also.Add(call[1]);
        Span<byte> text = stackalloc byte[StreamId.LongestBytes];
        foreach (StreamId id in deleted) also.Add(id.Format(text));
    }
}
