using System;
using System.Collections.Generic;
using System.IO;

using Hexad.Engine.Seam;
using Hexad.Host.Native;

namespace Hexad.Host.Files;

/// <summary>
/// Carries out a node's file operations, each to its end, on whichever lane asks. Files that are appended to stay open
/// until they are renamed, removed or replaced; a locked file stays open for as long as the node lives.
/// <para>Durability: <see cref="FileVerb.Replace"/> writes to a temporary file beside the target, syncs it, renames it over
/// the target and syncs the folder, so that a crash at any moment leaves the old or the new content.</para>
/// </summary>
internal sealed unsafe class FileDesk(Func<string> folder) : IDisposable
{
    private const uint FileMode = 0x1A4; // rw-r--r--
    private const uint FolderMode = 0x1ED; // rwxr-xr-x

    private readonly Func<string> _folder = folder;
    private readonly Dictionary<string, int> _open = [];
    private readonly Dictionary<string, int> _locked = [];
    private readonly object _gate = new();

    /// <summary>Does the work and leaves the outcome in it.</summary>
    internal void Do(FileWork work)
    {
        string path = Absolute(work.Path);
        SystemError error = work.Verb switch
        {
            FileVerb.Replace => Replace(path, work),
            FileVerb.Append => Append(path, work),
            FileVerb.Truncate => Cut(path, 0, LibC.OpenCreate, work),
            FileVerb.CutTo => Cut(path, work.Offset, 0, work),
            FileVerb.Sync => Sync(path),
            FileVerb.Rename => Rename(path, Absolute(work.OtherPath)),
            FileVerb.Delete => Delete(path),
            FileVerb.Read => Read(path, work),
            FileVerb.Lock => Lock(path),
            FileVerb.List => List(path, work),
            _ => MakeFolder(path),
        };
        work.Fault = FaultOf(error, work.Verb);
        work.Error = error == SystemError.None ? "" : error.Text();
    }

    /// <summary>Closes everything, which frees the locks.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (int fd in _open.Values) LibC.Close(fd);
            foreach (int fd in _locked.Values) LibC.Close(fd);
            _open.Clear();
            _locked.Clear();
        }
    }

    private SystemError Replace(string path, FileWork work)
    {
        string temporary = $"{path}.tmp-{LibC.ProcessId()}-{Environment.CurrentManagedThreadId}";
        int fd = LibC.Open(temporary, LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenTruncate | LibC.OpenCloseOnExec, FileMode);
        if (fd < 0) return LibC.Error;
        SystemError error = Write(fd, work.Bytes.Span);
        if (error == SystemError.None && LibC.Sync(fd) < 0) error = LibC.Error;
        LibC.Close(fd);
        Forget(path);
        if (error == SystemError.None && LibC.Rename(temporary, path) < 0) error = LibC.Error;
        if (error != SystemError.None)
        {
            LibC.Unlink(temporary);
            return error;
        }

        work.Size = work.Bytes.Length;
        return SyncFolder(path);
    }

    private SystemError Append(string path, FileWork work)
    {
        int fd = OpenToWrite(path, out SystemError error);
        if (fd < 0) return error;
        long before = LibC.Seek(fd, 0, 2);
        error = Write(fd, work.Bytes.Span);
        // A part that was written before the disk filled up would end the file in the middle of something.
        if (error != SystemError.None && LibC.Truncate(fd, before) == 0) LibC.Seek(fd, before, 0);
        work.Size = LibC.Seek(fd, 0, 2);
        return error;
    }

    private SystemError Cut(string path, long size, int create, FileWork work)
    {
        int fd = LibC.Open(path, LibC.OpenWriteOnly | create | LibC.OpenCloseOnExec, FileMode);
        if (fd < 0) return LibC.Error;
        SystemError error = LibC.Truncate(fd, size) < 0 ? LibC.Error : SystemError.None;
        LibC.Close(fd);
        work.Size = size;
        return error;
    }

    private SystemError Sync(string path)
    {
        int fd = OpenToWrite(path, out SystemError error);
        if (fd < 0) return error;
        return LibC.SyncData(fd) < 0 ? LibC.Error : SystemError.None;
    }

    private SystemError Rename(string path, string target)
    {
        Forget(path);
        Forget(target);
        return LibC.Rename(path, target) < 0 ? LibC.Error : SyncFolder(target);
    }

    private SystemError Delete(string path)
    {
        Forget(path);
        if (LibC.Unlink(path) == 0) return SystemError.None;
        SystemError error = LibC.Error;
        return error == SystemError.NotFound ? SystemError.None : error;
    }

    private static SystemError Read(string path, FileWork work)
    {
        int fd = LibC.Open(path, LibC.OpenReadOnly | LibC.OpenCloseOnExec, 0);
        if (fd < 0) return LibC.Error;
        try
        {
            work.Size = LibC.Seek(fd, 0, 2);
            if (work.Size < 0) return LibC.Error;
            long wanted = Math.Clamp(work.Size - work.Offset, 0, work.MaxBytes);
            var bytes = new byte[Math.Min(wanted, Array.MaxLength)];
            LibC.Seek(fd, work.Offset, 0);
            int filled = 0;
            fixed (byte* start = bytes)
            {
                while (filled < bytes.Length)
                {
                    nint got = LibC.Read(fd, start + filled, (nuint)(bytes.Length - filled));
                    if (got == 0) break;
                    if (got > 0) filled += (int)got;
                    else if (LibC.Error != SystemError.Interrupted) return LibC.Error;
                }
            }

            work.Result = filled == bytes.Length ? bytes : bytes[..filled];
            return SystemError.None;
        }
        finally
        {
            LibC.Close(fd);
        }
    }

    private SystemError Lock(string path)
    {
        int fd = LibC.Open(path, LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenCloseOnExec, FileMode);
        if (fd < 0) return LibC.Error;
        if (LibC.FileLock(fd, LibC.LockExclusive | LibC.LockNonBlocking) < 0)
        {
            SystemError error = LibC.Error;
            LibC.Close(fd);
            return error;
        }

        lock (_gate) _locked[path] = fd;
        return SystemError.None;
    }

    private static SystemError List(string path, FileWork work)
    {
        try
        {
            var names = new List<string>();
            foreach (string entry in Directory.EnumerateFileSystemEntries(path)) names.Add(Path.GetFileName(entry));
            names.Sort(StringComparer.Ordinal);
            work.Names = [.. names];
            return SystemError.None;
        }
        catch (DirectoryNotFoundException)
        {
            return SystemError.NotFound;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SystemError.AccessDenied;
        }
    }

    private static SystemError MakeFolder(string path)
    {
        if (LibC.MakeFolder(path, FolderMode) == 0) return SyncFolder(path);
        SystemError error = LibC.Error;
        return error == SystemError.Exists ? SystemError.None : error;
    }

    private static SystemError SyncFolder(string path)
    {
        int fd = LibC.Open(Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : "/", LibC.OpenReadOnly | LibC.OpenDirectory | LibC.OpenCloseOnExec, 0);
        if (fd < 0) return LibC.Error;
        SystemError error = LibC.Sync(fd) < 0 ? LibC.Error : SystemError.None;
        LibC.Close(fd);
        return error;
    }

    private static SystemError Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int written = 0;
            while (written < bytes.Length)
            {
                nint took = LibC.Write(fd, start + written, (nuint)(bytes.Length - written));
                if (took >= 0) written += (int)took;
                else if (LibC.Error != SystemError.Interrupted) return LibC.Error;
            }
        }

        return SystemError.None;
    }

    private int OpenToWrite(string path, out SystemError error)
    {
        error = SystemError.None;
        lock (_gate)
        {
            if (_open.TryGetValue(path, out int known)) return known;
            int fd = LibC.Open(path, LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenAppend | LibC.OpenCloseOnExec, FileMode);
            if (fd < 0) error = LibC.Error;
            else _open[path] = fd;
            return fd;
        }
    }

    private void Forget(string path)
    {
        lock (_gate)
        {
            if (_open.Remove(path, out int fd)) LibC.Close(fd);
        }
    }

    /// <summary>The path, from the node's folder where it is relative.</summary>
    internal string Absolute(string path) => Path.IsPathRooted(path) ? path : Path.Combine(_folder(), path);

    private static FileFault FaultOf(SystemError error, FileVerb verb) => error switch
    {
        SystemError.None => FileFault.None,
        SystemError.NotFound => FileFault.NotFound,
        SystemError.WouldBlock when verb == FileVerb.Lock => FileFault.Locked,
        SystemError.NoSpace => FileFault.NoSpace,
        SystemError.AccessDenied or (SystemError)1 or (SystemError)30 => FileFault.Denied,
        _ => FileFault.Other,
    };
}
