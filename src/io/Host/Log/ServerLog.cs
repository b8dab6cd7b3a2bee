using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

using Hexad.Engine.Seam;
using Hexad.Host.Native;
using Hexad.Options;

using LogLevel = Hexad.Engine.Seam.LogLevel;

namespace Hexad.Host.Log;

/// <summary>Where log lines go.</summary>
public interface ILogSink
{
    /// <summary>Writes one line, if its level is wanted.</summary>
    void Write(LogLevel level, LogRole role, string text);
}

/// <summary>Who writes a line: the letter after the process id.</summary>
public enum LogRole
{
    /// <summary>M.</summary>
    Primary,

    /// <summary>S.</summary>
    Replica,

    /// <summary>C: a child that saves; ours are threads, which write as what their node is.</summary>
    Child,

    /// <summary>X: a sentinel.</summary>
    Sentinel,
}

/// <summary>
/// A log in Redis's format, which tools and test suites read:
/// <code>
///   4711:M 22 Nov 2026 17:25:01.123 * Ready to accept connections
///   pid :role  local time          level text
/// </code>
/// Without a file, lines go to the standard output. The file is opened for each line, so that a rotated log is followed.
/// </summary>
public sealed unsafe class ServerLog : ILogSink
{
    private const int PriorityDebug = 7, PriorityInfo = 6, PriorityNotice = 5, PriorityWarning = 4;
    private const int LogWithProcessId = 1, LogWithoutDelay = 8, LogWithoutWaiting = 16;
    private readonly Lock _gate = new();
    private bool _usesSystemLog;

    /// <summary>Lines below this level are left out.</summary>
    public LogLevel Level { get; set; } = LogLevel.Notice;

    /// <summary>The file's path; empty: the standard output.</summary>
    public string File { get; set; } = "";

    /// <summary>Whether nothing is written to the standard output: a daemon has none.</summary>
    public bool IsSilent { get; set; }

    /// <summary>
    /// Has lines go to the system's log too. The system has one identity for the process, so the last call counts.
    /// </summary>
    public void UseSystemLog(string identity, SyslogFacility facility)
    {
        // openlog keeps the pointer: the text stays for as long as the process lives.
        byte[] text = Encoding.UTF8.GetBytes(identity);
        var kept = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(kept, text.Length));
        int code = facility == SyslogFacility.User ? 1 : 16 + (facility - SyslogFacility.Local0);
        LibC.OpenSystemLog(kept, LogWithProcessId | LogWithoutDelay | LogWithoutWaiting, code << 3);
        _usesSystemLog = true;
    }

    /// <inheritdoc/>
    public void Write(LogLevel level, LogRole role, string text)
    {
        if (level < Level) return;
        Put(Encoding.UTF8.GetBytes(Format(LibC.ProcessId(), role, DateTime.Now, level, text)));
        if (_usesSystemLog) LibC.SystemLog(PriorityOf(level), "%s", text);
    }

    /// <summary>Writes text as it stands, without time or level: the banner and crash reports.</summary>
    public void WriteRaw(string text) => Put(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether the log file can be written; if not, the system's words.</summary>
    public bool TryOpen(out string error)
    {
        error = "";
        if (File.Length == 0) return true;
        int fd = LibC.Open(File, LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenAppend | LibC.OpenCloseOnExec, 0x1A4);
        if (fd < 0)
        {
            error = LibC.Error.Text();
            return false;
        }

        LibC.Close(fd);
        return true;
    }

    /// <summary>One line, with its line end.</summary>
    public static string Format(int processId, LogRole role, DateTime localTime, LogLevel level, string text)
    {
        string time = localTime.ToString("dd MMM yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return $"{processId}:{"MSCX"[(int)role]} {time} {".-*#"[(int)level]} {text}\n";
    }

    private void Put(byte[] bytes)
    {
        lock (_gate)
        {
            if (File.Length == 0)
            {
                if (!IsSilent) WriteAll(1, bytes);
                return;
            }

            int fd = LibC.Open(File, LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenAppend | LibC.OpenCloseOnExec, 0x1A4);
            if (fd < 0) return; // A log that cannot be written must not stop the server, as in Redis.
            WriteAll(fd, bytes);
            LibC.Close(fd);
        }
    }

    private static void WriteAll(int fd, byte[] bytes)
    {
        fixed (byte* start = bytes)
        {
            int written = 0;
            while (written < bytes.Length)
            {
                nint took = LibC.Write(fd, start + written, (nuint)(bytes.Length - written));
                if (took > 0) written += (int)took;
                else if (LibC.Error != SystemError.Interrupted) return;
            }
        }
    }

    private static int PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Debug => PriorityDebug,
        LogLevel.Verbose => PriorityInfo,
        LogLevel.Notice => PriorityNotice,
        _ => PriorityWarning,
    };
}
