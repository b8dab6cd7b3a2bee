using System;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>
/// A snapshot on its way to a file: written beside the old one, synced, and renamed over it when it is whole, so that
/// the name always stands for a whole file, whatever happens meanwhile.
/// </summary>
internal sealed class SnapshotFile : ISnapshotTarget
{
    private const int MostWaiting = 4;
    private readonly Node _node;
    private readonly string _path;
    private readonly string _beside;
    private readonly Action<string?> _whenDone;
    private int _waiting;
    private bool _over;

    /// <param name="node">The node.</param>
    /// <param name="path">The file's name in the end.</param>
    /// <param name="whenDone">Told how it ended: null, or what went wrong.</param>
    public SnapshotFile(Node node, string path, Action<string?> whenDone)
    {
        _node = node;
        _path = path;
        _whenDone = whenDone;
        _beside = $"temp-{node.Host.Facts().ProcessId}-{node.Options.Port}.rdb";
        Submit(FileVerb.Truncate, default);
    }

    public bool IsFull => _waiting >= MostWaiting;

    public bool IsGone => _over;

    public void Take(byte[] bytes) => Submit(FileVerb.Append, bytes);

    public void Complete() => Submit(FileVerb.Sync, default);

    public void Abort(string why)
    {
        if (_over) return;
        End(why);
        _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = FileVerb.Delete, Path = _beside });
    }

    private void Submit(FileVerb verb, byte[]? bytes)
    {
        _waiting++;
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.Snapshot,
            Verb = verb,
            Path = _beside,
            Bytes = bytes,
            WhenDone = work => Written((FileWork)work),
        });
    }

    private void Written(FileWork work)
    {
        _waiting--;
        if (work.Fault == FileFault.None)
        {
            if (work.Verb == FileVerb.Sync && !_over) Rename();
            if (_waiting == MostWaiting - 1) _node.Persistence.Advance();
            return;
        }

        Abort($"Write error saving DB on disk: {work.Error}");
        _node.Persistence.Advance();
    }

    /// <summary>Only now, when every byte is known to be on disk, may the file take the name of the one before.</summary>
    private void Rename()
    {
        _waiting++;
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.Snapshot,
            Verb = FileVerb.Rename,
            Path = _beside,
            OtherPath = _path,
            WhenDone = work => Renamed((FileWork)work),
        });
    }

    private void Renamed(FileWork work)
    {
        _waiting--;
        if (_over) return;
        End(work.Fault == FileFault.None ? null : $"Error moving temp DB file on the final destination: {work.Error}");
    }

    private void End(string? fault)
    {
        _over = true;
        _whenDone(fault);
    }
}
