using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// A machine's disk as a file system shows it after a power failure: what was synced is there, what was only written may
/// be there in part.
///
/// <code>
///   file   content ─ what a reader sees now        durable image ─ what is surely on the platter
///   folder names   ─ what a reader sees now        journal ─ renames, links and removals not yet synced, in order
/// </code>
///
/// At a power failure a file keeps its durable image and, of bytes appended since, any number, perhaps with zeros at
/// the end; of the journal any prefix is kept, as journalling file systems do.
/// </summary>
public sealed class Disk
{
    private const long SlowestUs = 5_000_000;
    private readonly World _world;
    private readonly Machine _machine;
    private readonly Dictionary<string, DiskFile> _names = [];
    private readonly Dictionary<string, DiskFile> _durableNames = [];
    private readonly List<NameChange> _journal = [];
    private readonly HashSet<string> _folders = [];
    private readonly Dictionary<string, Process> _locks = [];
    private readonly Dictionary<string, (byte[] Bytes, long Number)> _kept = [];
    private long _filesMade;
    private string? _lastReplaced;
    private (string Path, byte[] Content)? _torn;

    internal Disk(World world, Machine machine) => (_world, _machine) = (world, machine);

    /// <summary>How much fits, in bytes; a fault lowers it for a while.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>How many times slower than usual it is.</summary>
    public int Slowness { get; set; } = 1;

    /// <summary>How many of a thousand syncs fail.</summary>
    public int SyncErrorPermille { get; set; }

    /// <summary>
    /// Whether the drive lied about its last sync: then the next power failure tears the file that was replaced last, at any
    /// byte but the ends. What was there before is kept as an operator's copy.
    /// </summary>
    public bool LiesAboutSync { get; set; }

    /// <summary>All bytes in files.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>What a reader sees of a file now, or null.</summary>
    public byte[]? Peek(string path) => _names.TryGetValue(path, out DiskFile? file) ? file.Content[..file.Length] : null;

    /// <summary>Puts a file there, synced, from outside: for tests that start with one.</summary>
    public void Place(string path, ReadOnlySpan<byte> content)
    {
        if (_names.TryGetValue(path, out DiskFile? old)) UsedBytes -= old.Length;
        var file = new DiskFile { Number = 0 };
        _names[path] = _durableNames[path] = file;
        file.Append(content);
        UsedBytes += file.Length;
        file.Sync();
    }

    internal void MakeFolder(string path) => _folders.Add(path);

    internal bool HasFolder(string path) => _folders.Contains(path);

    internal DiskFile? Find(string path) => _names.GetValueOrDefault(path);

    internal DiskFile Make(string path)
    {
        if (_names.TryGetValue(path, out DiskFile? old)) UsedBytes -= old.Length;
        var file = new DiskFile { Number = ++_filesMade };
        _names[path] = file;
        _journal.Add(new NameChange(path, file));
        return file;
    }

    /// <summary>Appends as much as fits; false when not all did.</summary>
    internal bool Append(DiskFile file, ReadOnlySpan<byte> bytes)
    {
        int fits = (int)Math.Clamp(CapacityBytes - UsedBytes, 0, bytes.Length);
        file.Append(bytes[..fits]);
        UsedBytes += fits;
        return fits == bytes.Length;
    }

    internal void Cut(DiskFile file, int length)
    {
        UsedBytes -= Math.Max(0, file.Length - length);
        file.Cut(length);
    }

    internal void Rename(string path, string to)
    {
        DiskFile file = _names[path];
        if (_names.TryGetValue(to, out DiskFile? replaced)) UsedBytes -= replaced.Length;
        _names.Remove(path);
        _names[to] = file;
        _journal.Add(new NameChange(to, file) { Gone = path });
    }

    internal void Delete(string path)
    {
        if (!_names.Remove(path, out DiskFile? file)) return;
        UsedBytes -= file.Length;
        _journal.Add(new NameChange(path, null));
    }

    internal void SyncNames()
    {
        foreach (NameChange change in _journal) Apply(change);
        _journal.Clear();
    }

    internal string[] List(string folder)
    {
        var found = new List<string>();
        string prefix = folder.EndsWith('/') ? folder : folder + "/";
        foreach (string path in _names.Keys)
            if (path.StartsWith(prefix, StringComparison.Ordinal) && path.IndexOf('/', prefix.Length) < 0) found.Add(path[prefix.Length..]);
        found.Sort(StringComparer.Ordinal);
        return [.. found];
    }

    internal bool Lock(string path, Process process) => _locks.TryAdd(path, process) || _locks[path] == process;

    internal void Unlock(Process process)
    {
        var held = new List<string>();
        foreach ((string path, Process holder) in _locks)
            if (holder == process) held.Add(path);
        foreach (string path in held) _locks.Remove(path);
    }

    /// <summary>How long an operation takes, in microseconds.</summary>
    internal long Duration(bool sync, long bytes)
    {
        Dice dice = _world.ChanceOfDisks;
        long us = 15 + dice.Below(60) + bytes / 500;
        if (sync) us += dice.Below(32) == 0 ? dice.Below(150_000) : 300 + dice.Below(4_000);
        return Math.Min(us * Slowness, SlowestUs);
    }

    /// <summary>Puts the file that was torn back from the operator's copy; false when none was torn.</summary>
    public bool RestoreTorn()
    {
        if (_torn is not { } torn) return false;
        _torn = null;
        Place(torn.Path, torn.Content);
        return true;
    }

    /// <summary>The path of a file that a lying drive tore, not yet put back; null: none.</summary>
    public string? TornPath => _torn?.Path;

    internal void Replaced(string path) => _lastReplaced = path;

    /// <summary>What a file held when a process was last told that the file, under its name, is on the platter; null: never.</summary>
    public byte[]? LastKept(string path) => _kept.GetValueOrDefault(path).Bytes;

    /// <summary>
    /// Whether a file was made later than the one that a process was last told of: renamed over it, and of that one the
    /// process was told that the sync of its name had failed.
    /// </summary>
    public bool IsNewerThanKept(string path) => _names.TryGetValue(path, out DiskFile? file) && file.Number > _kept.GetValueOrDefault(path).Number;

    /// <summary>A process is told so now.</summary>
    internal void Kept(string path) => _kept[path] = (_names[path].Bytes.ToArray(), _names[path].Number);

    internal void PowerFailure()
    {
        _locks.Clear();
        Dice dice = _world.ChanceOfDisks;
        int kept = dice.Below(_journal.Count + 1);
        if (kept < _journal.Count) _world.Counters.Count(Counter.LostUnsyncedRenames);
        for (int i = 0; i < kept; i++) Apply(_journal[i]);
        _journal.Clear();
        _names.Clear();
        UsedBytes = 0;
        foreach ((string path, DiskFile file) in _durableNames)
        {
            if (file.PowerFailure(dice)) _world.Counters.Count(Counter.TornWrites);
            _names[path] = file;
            UsedBytes += file.Length;
        }

        if (LiesAboutSync) Tear();
    }

    private void Tear()
    {
        LiesAboutSync = false;
        if (_lastReplaced is null || !_names.TryGetValue(_lastReplaced, out DiskFile? file) || file.Length < 2) return;
        _torn = (_lastReplaced, file.Bytes.ToArray());
        Cut(file, 1 + _world.ChanceOfDisks.Below(file.Length - 1));
        file.Sync();
        _world.Counters.Count(Counter.TornConfigs);
    }

    private void Apply(in NameChange change)
    {
        if (change.Gone is not null) _durableNames.Remove(change.Gone);
        if (change.File is null) _durableNames.Remove(change.Path);
        else _durableNames[change.Path] = change.File;
    }

    private readonly record struct NameChange(string Path, DiskFile? File)
    {
        public string? Gone { get; init; }
    }
}

/// <summary>A file's content, and how much of it survives a power failure for sure.</summary>
internal sealed class DiskFile
{
    private byte[] _durableImage = [];
    private bool _rewritten;
    private int _durableLength;

    /// <summary>The how many-th file of its disk it is; 0 for one from outside.</summary>
    public required long Number { get; init; }

    public byte[] Content { get; private set; } = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => Content.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > Content.Length)
        {
            byte[] grown = new byte[Math.Max(Length + bytes.Length, Content.Length * 2)];
            Bytes.CopyTo(grown);
            Content = grown;
        }

        bytes.CopyTo(Content.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Cut(int length)
    {
        if (length < _durableLength && !_rewritten)
        {
            _rewritten = true;
            _durableImage = Content[.._durableLength];
        }

        if (length > Length) Append(new byte[length - Length]);
        Length = length;
    }

    public void Sync()
    {
        _durableLength = Length;
        _rewritten = false;
        _durableImage = [];
    }

    /// <summary>What is left of it; true when that is neither what was synced nor what was written.</summary>
    public bool PowerFailure(Dice dice)
    {
        if (_rewritten)
        {
            if (dice.Below(2) == 0) (Content, Length) = (_durableImage, _durableImage.Length);
            Sync();
            return true;
        }

        int unsynced = Length - _durableLength;
        if (unsynced == 0) return false;
        int kept = dice.Below(unsynced + 1);
        Length = _durableLength + kept;
        if (kept > 0 && dice.Below(4) == 0)
        {
            // The length reached the platter before the bytes did.
            int zeros = 1 + dice.Below(kept);
            Content.AsSpan(Length - zeros, zeros).Clear();
        }

        Sync();
        return kept < unsynced;
    }
}
