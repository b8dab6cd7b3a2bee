using System.Runtime.InteropServices;

namespace Hexad.Host.Native;

/// <summary>
/// The system calls that the host makes, as Linux on x86-64 has them. Contract: every pointer is valid for the length
/// given beside it for the duration of the call, nothing here keeps one; a result below zero means that
/// <see cref="Error"/> has the reason. Nobody but this project's sockets, files and process folders calls it.
/// </summary>
internal static unsafe partial class LibC
{
    internal const int FamilyUnix = 1, FamilyIPv4 = 2, FamilyIPv6 = 10;
    internal const int SocketStream = 1, SocketNonBlocking = 0x800, SocketCloseOnExec = 0x80000;
    internal const int LevelSocket = 1, LevelTcp = 6, LevelIPv6 = 41;
    internal const int OptionReuseAddress = 2, OptionError = 4, OptionSendBuffer = 7, OptionKeepAlive = 9;
    internal const int TcpNoDelay = 1, TcpKeepIdle = 4, TcpKeepInterval = 5, TcpKeepCount = 6;
    internal const int IPv6Only = 26;
    internal const int MessageNoSignal = 0x4000;

    internal const uint EpollIn = 0x1, EpollUrgent = 0x2, EpollOut = 0x4, EpollError = 0x8, EpollHangUp = 0x10, EpollPeerEnded = 0x2000;
    internal const uint EpollEdge = 1u << 31;
    internal const int EpollAdd = 1, EpollDelete = 2, EpollModify = 3, EpollCloseOnExec = 0x80000;
    internal const int EventCloseOnExec = 0x80000, EventNonBlocking = 0x800;

    internal const int OpenReadOnly = 0, OpenWriteOnly = 1, OpenReadWrite = 2, OpenCreate = 0x40, OpenTruncate = 0x200,
        OpenAppend = 0x400, OpenDirectory = 0x10000, OpenCloseOnExec = 0x80000;
    internal const int LockExclusive = 2, LockNonBlocking = 4, LockRelease = 8;
    internal const int ClockRealtime = 0, ClockMonotonic = 1, ClockThreadCpu = 3;
    internal const int ResourceOpenFiles = 7, UsageOfProcess = 0, UsageOfThread = 1;

    /// <summary>The reason of the last failed call of this thread.</summary>
    internal static SystemError Error => (SystemError)Marshal.GetLastPInvokeError();

    /// <summary>
    /// Why the call before failed, for the calls that are made without telling the garbage collector: they never block, and
    /// nothing can come between them and this.
    /// </summary>
    internal static SystemError ErrorAtOnce => (SystemError)Marshal.GetLastSystemError();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int fd, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int LocalName(int fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    internal static partial int PeerName(int fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetOption(int fd, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "recv"), SuppressGCTransition]
    internal static partial nint Receive(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send"), SuppressGCTransition]
    internal static partial nint Send(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg"), SuppressGCTransition]
    internal static partial nint SendMessage(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int fd, EpollEvent* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(int epoll, EpollEvent* events, int room, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(int fd);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(int fd);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(int fd, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int fd, long offset, int from);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "getgrnam", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial GroupEntry* FindGroup(string name);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int FileLock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    internal static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "umask")]
    internal static partial uint FileMask(uint mask);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "getpid")]
    internal static partial int ProcessId();

    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void ExitNow(int code);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Execute(string path, byte** arguments);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true)]
    internal static partial int SetVariable(byte* name, byte* value, int overwrite);

    [LibraryImport("libc", EntryPoint = "isatty")]
    internal static partial int IsTerminal(int fd);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int SetLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SetAffinity(int thread, nuint maskBytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    internal static partial int ClockTime(int clock, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    internal static partial int GetUsage(int who, ResourceUsage* usage);

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    internal static partial nint Random(void* buffer, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "openlog")]
    internal static partial void OpenSystemLog(byte* identity, int option, int facility);

    [LibraryImport("libc", EntryPoint = "syslog", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SystemLog(int priority, string format, string text);

    /// <summary>struct epoll_event, which x86-64 packs: 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct EpollEvent
    {
        internal uint Events;
        internal ulong Tag;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Segment
    {
        internal byte* Start;
        internal nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        internal void* Name;
        internal uint NameLength;
        internal Segment* Segments;
        internal nuint SegmentCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct group: its number, and what nobody here reads.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GroupEntry
    {
        internal byte* Name;
        internal byte* Password;
        internal uint Number;
        internal byte** Members;
    }

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    /// <summary>struct rusage: the two CPU times, and counters that nobody here reads.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    internal struct ResourceUsage
    {
        internal long UserSeconds;
        internal long UserMicroseconds;
        internal long SystemSeconds;
        internal long SystemMicroseconds;
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;

        internal readonly long Microseconds => (Seconds * 1_000_000) + (Nanoseconds / 1000);
    }
}
