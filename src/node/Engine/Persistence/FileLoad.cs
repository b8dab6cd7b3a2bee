using System;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>Reads a file in pieces and feeds them to an <see cref="RdbLoad"/>, never more than a few ahead of it.</summary>
internal sealed class FileLoad
{
    private const int PieceBytes = 1 << 20;
    private const long MostAhead = 4L << 20;
    private readonly Node _node;
    private readonly string _path;
    private readonly Action<FileFault, string> _whenUnreadable;
    private long _offset;
    private bool _reading;
    private bool _ended;

    /// <param name="node">The node.</param>
    /// <param name="path">The file.</param>
    /// <param name="whenOver">Told how loading ended: null, or what was wrong with the file.</param>
    /// <param name="whenUnreadable">Told when the file cannot be read at all.</param>
    /// <param name="dropsExpired">See <see cref="RdbLoad.DropsExpired"/>.</param>
    public FileLoad(Node node, string path, Action<string?> whenOver, Action<FileFault, string> whenUnreadable, bool dropsExpired)
    {
        _node = node;
        _path = path;
        _whenUnreadable = whenUnreadable;
        Load = new RdbLoad(node, whenOver) { WhenHungry = ReadOn, DropsExpired = dropsExpired };
    }

    /// <summary>What it feeds.</summary>
    public RdbLoad Load { get; }

    /// <summary>The file's size, once known.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Called once, when the file is there and its first piece has been read.</summary>
    public Action? WhenFound { get; init; }

    /// <summary>Begins.</summary>
    public void Start() => ReadOn();

    private void ReadOn()
    {
        if (_reading || _ended || Load.IsOver || Load.WaitingBytes > MostAhead) return;
        _reading = true;
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.Snapshot,
            Verb = FileVerb.Read,
            Path = _path,
            Offset = _offset,
            MaxBytes = PieceBytes,
            WhenDone = work => Read((FileWork)work),
        });
    }

    private void Read(FileWork work)
    {
        _reading = false;
        if (Load.IsOver) return;
        if (work.Fault != FileFault.None)
        {
            Load.Cancel();
            _whenUnreadable(work.Fault, work.Error);
            return;
        }

        if (_offset == 0) WhenFound?.Invoke();
        TotalBytes = Math.Max(work.Size, _offset + work.Result.Length);
        _offset += work.Result.Length;
        if (work.Result.Length == 0)
        {
            _ended = true;
            Load.End();
            return;
        }

        Load.Feed(work.Result);
        ReadOn();
    }
}
