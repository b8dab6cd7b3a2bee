using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

using Hexad.Engine.Seam;
using Hexad.Host.Native;

namespace Hexad.Host.Process;

/// <summary>Reads what INFO says of the process and its machine. Called on the node's thread: its own CPU time is among it.</summary>
public sealed unsafe class HostFacts(string multiplexing, string configFile, long maxFiles)
{
    private readonly string _system = SystemName();
    private readonly string _executable = Environment.ProcessPath ?? "";
    private readonly long _totalBytes = FieldKb("/proc/meminfo", "MemTotal:") * 1024;

    /// <summary>The facts as they are now.</summary>
    public ProcessFacts Read()
    {
        LibC.ResourceUsage process, thread;
        LibC.GetUsage(LibC.UsageOfProcess, &process);
        LibC.GetUsage(LibC.UsageOfThread, &thread);
        return new ProcessFacts(
            LibC.ProcessId(),
            _system,
            multiplexing,
            _executable,
            configFile,
            FieldKb("/proc/self/status", "VmRSS:") * 1024,
            FieldKb("/proc/self/status", "VmHWM:") * 1024,
            _totalBytes,
            process.UserSeconds + (process.UserMicroseconds / 1e6),
            process.SystemSeconds + (process.SystemMicroseconds / 1e6),
            thread.UserSeconds + (thread.UserMicroseconds / 1e6),
            thread.SystemSeconds + (thread.SystemMicroseconds / 1e6),
            GC.GetTotalMemory(false),
            (int)maxFiles);
    }

    /// <summary>Raises the limit of open files towards what is wanted; the limit that holds after it.</summary>
    public static long RaiseFileLimit(long wanted)
    {
        LibC.ResourceLimit limit;
        if (LibC.GetLimit(LibC.ResourceOpenFiles, &limit) < 0) return 1024;
        if (limit.Soft >= (ulong)wanted) return (long)limit.Soft;
        var raised = new LibC.ResourceLimit { Soft = (ulong)wanted, Hard = Math.Max(limit.Hard, (ulong)wanted) };
        if (LibC.SetLimit(LibC.ResourceOpenFiles, &raised) == 0) return wanted;
        raised = new LibC.ResourceLimit { Soft = Math.Min(limit.Hard, (ulong)wanted), Hard = limit.Hard };
        return LibC.SetLimit(LibC.ResourceOpenFiles, &raised) == 0 ? (long)raised.Soft : (long)limit.Soft;
    }

    /// <summary>A seed from the system's entropy.</summary>
    public static ulong Entropy()
    {
        ulong seed;
        LibC.Random(&seed, sizeof(ulong), 0);
        return seed;
    }

    private static string SystemName()
    {
        string name = TryRead("/proc/sys/kernel/ostype"), release = TryRead("/proc/sys/kernel/osrelease");
        if (name.Length == 0) return RuntimeInformation.OSDescription;
        string machine = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            Architecture other => other.ToString().ToLowerInvariant(),
        };
        return $"{name} {release} {machine}";
    }

    private static long FieldKb(string file, string field)
    {
        foreach (string line in TryRead(file).Split('\n'))
        {
            if (!line.StartsWith(field, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> digits = line.AsSpan(field.Length).Trim();
            int end = digits.IndexOf(' ');
            return long.TryParse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture, out long kb) ? kb : 0;
        }

        return 0;
    }

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
