using System;

namespace Hexad.Engine.Seam;

/// <summary>Which queue of the host does a piece of work; within one, order is kept.</summary>
public enum Lane
{
    /// <summary>Small files that decide things: nodes.conf, the configuration.</summary>
    State,

    /// <summary>Snapshot files: dump.rdb written and read.</summary>
    Snapshot,

    /// <summary>The append-only file.</summary>
    Log,

    /// <summary>Computations: encoding and decoding.</summary>
    Compute,
}

/// <summary>
/// Something that is done off the loop and answers in a later step: the node submits it, the host does it, and
/// <see cref="INode.WorkDone"/> brings it back, which calls <see cref="WhenDone"/>.
/// </summary>
public abstract class Work
{
    /// <summary>Which queue does it.</summary>
    public required Lane Lane { get; init; }

    /// <summary>Called on the node's thread, inside a step, when the work is done.</summary>
    public Action<Work>? WhenDone { get; init; }
}

/// <summary>
/// A pure computation over data that nobody else touches meanwhile. <see cref="Run"/> is called on another thread (in
/// the simulator: at some later virtual time) and may neither throw nor touch the node.
/// </summary>
public abstract class Computation : Work
{
    /// <summary>Computes; results stay in the object.</summary>
    public abstract void Run();
}

/// <summary>What to do with a file.</summary>
public enum FileVerb
{
    /// <summary>
    /// Makes <see cref="FileWork.Bytes"/> the whole content, atomically and durably: written beside, synced, renamed over,
    /// folder synced. After a crash the file is the old or the new one.
    /// </summary>
    Replace,

    /// <summary>Appends <see cref="FileWork.Bytes"/>, making the file if it is not there.</summary>
    Append,

    /// <summary>Makes an empty file or empties it.</summary>
    Truncate,

    /// <summary>Cuts the file to <see cref="FileWork.Offset"/> bytes.</summary>
    CutTo,

    /// <summary>Waits until what was written is on disk.</summary>
    Sync,

    /// <summary>Renames to <see cref="FileWork.OtherPath"/>, replacing it, and syncs the folder.</summary>
    Rename,

    /// <summary>Removes the file; a file that is not there is no fault.</summary>
    Delete,

    /// <summary>Reads up to <see cref="FileWork.MaxBytes"/> from <see cref="FileWork.Offset"/> into <see cref="FileWork.Result"/>.</summary>
    Read,

    /// <summary>Takes an exclusive lock on the file for as long as the node lives, making the file if it is not there.</summary>
    Lock,

    /// <summary>Lists the names in a folder into <see cref="FileWork.Names"/>.</summary>
    List,

    /// <summary>Makes a folder; one that is there is no fault.</summary>
    MakeFolder,
}

/// <summary>How a file operation ended.</summary>
public enum FileFault
{
    /// <summary>It worked.</summary>
    None,

    /// <summary>There is no such file.</summary>
    NotFound,

    /// <summary>Somebody else holds the lock.</summary>
    Locked,

    /// <summary>The disk is full or a quota is reached.</summary>
    NoSpace,

    /// <summary>The system does not allow it.</summary>
    Denied,

    /// <summary>Anything else; <see cref="FileWork.Error"/> has the system's words.</summary>
    Other,
}

/// <summary>One file operation. Paths are absolute, or relative to the node's working folder (<c>dir</c>).</summary>
public sealed class FileWork : Work
{
    /// <summary>What to do.</summary>
    public required FileVerb Verb { get; init; }

    /// <summary>With which file.</summary>
    public required string Path { get; init; }

    /// <summary>The new name, for <see cref="FileVerb.Rename"/>.</summary>
    public string OtherPath { get; init; } = "";

    /// <summary>What to write; must not change until the work is done.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Where to read from, or where to cut.</summary>
    public long Offset { get; init; }

    /// <summary>How much to read at most.</summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    /// <summary>Set by the host: how it ended.</summary>
    public FileFault Fault { get; set; }

    /// <summary>Set by the host: the system's words for the fault.</summary>
    public string Error { get; set; } = "";

    /// <summary>Set by the host: what was read.</summary>
    public byte[] Result { get; set; } = [];

    /// <summary>Set by the host: names in the folder.</summary>
    public string[] Names { get; set; } = [];

    /// <summary>Set by the host: the file's size after the operation, where it knows it.</summary>
    public long Size { get; set; }
}
