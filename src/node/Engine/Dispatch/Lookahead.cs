using System;
using Hexad.Commands;
using Hexad.Keyspace;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// Looks at a whole batch of requests before the first of them runs: finds their commands, and begins to fetch their first keys
/// into the cache, so that the waits for memory overlap. What it found is not computed again when a request runs.
///
/// A batch has a number. While one runs, another session's may be looked at: that of a client which one of its calls lets go on. Then
/// this one is forgotten, and its requests are looked up as single ones are.
/// </summary>
internal sealed class Lookahead(CommandNames names)
{
    private const int FewKeys = 2048;
    private readonly CommandRow?[] _rows = new CommandRow?[RequestParser.Ahead];
    private readonly KeyHash[] _keys = new KeyHash[RequestParser.Ahead];
    private long _batch;
    private int _count;

    /// <summary>Looks at all requests that the parser has found in these bytes; returns the number of the batch. The keys of a small database are in the cache already.</summary>
    public long Look(Database db, RequestParser batch, ReadOnlySpan<byte> bytes)
    {
        bool fetches = db.KeyCount >= FewKeys;
        ReadOnlySpan<byte> before = default;
        CommandRow? row = null;
        for (int i = 0; i < batch.Count; i++)
        {
            Arguments call = batch.Request(i, bytes);
            ReadOnlySpan<byte> name = call[0];
            if (!name.SequenceEqual(before)) row = names.Top(name);
            before = name;
            if (!ReferenceEquals(_rows[i], row)) _rows[i] = row;
            bool hasKey = fetches && row is { FirstKey: > 0, Subcommands: null } && row.FirstKey < call.Count;
            _keys[i] = hasKey ? db.Prefetch(call[row!.FirstKey]) : default;
        }

        for (int i = 0; fetches && i < batch.Count; i++)
            if (!_keys[i].IsNone) db.PrefetchEntry(_keys[i]);
        _count = batch.Count;
        return ++_batch;
    }

    /// <summary>Whether this batch was the last to be looked at; 0 is none.</summary>
    public bool Has(long batch) => batch != 0 && batch == _batch;

    /// <summary>Whether the next request behind this one of the last batch names the same command.</summary>
    public bool IsFollowedBy(CommandRow row, int index) => index + 1 < _count && ReferenceEquals(_rows[index + 1], row);

    /// <summary>The command or container that a request of the last batch names, or null; and the hash of its first key, if that has been computed.</summary>
    public CommandRow? At(int index, out KeyHash key)
    {
        key = _keys[index];
        return _rows[index];
    }
}
