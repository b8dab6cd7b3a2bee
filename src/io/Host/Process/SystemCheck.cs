using System;
using System.IO;

namespace Hexad.Host.Process;

/// <summary>The settings of the system that are known to harm a server: <c>--check-system</c>.</summary>
internal static class SystemCheck
{
    /// <summary>Prints a line for each setting; 0 when all are well.</summary>
    internal static int Run()
    {
        bool well = Report("memory overcommit", "/proc/sys/vm/overcommit_memory", text => text != "2",
            "strict accounting can refuse memory that is free (sysctl vm.overcommit_memory=1)");
        well &= Report("transparent huge pages", "/sys/kernel/mm/transparent_hugepage/enabled", text => !text.Contains("[always]", StringComparison.Ordinal),
            "always-on huge pages cost latency and memory (echo madvise > /sys/kernel/mm/transparent_hugepage/enabled)");
        well &= Report("clock source", "/sys/devices/system/clocksource/clocksource0/current_clocksource", text => text != "xen",
            "reading this clock is a system call (use tsc)");
        well &= Report("listen backlog", "/proc/sys/net/core/somaxconn", text => !int.TryParse(text, out int most) || most >= 511,
            "fewer connections may wait than tcp-backlog asks for (sysctl net.core.somaxconn=1024)");
        return well ? 0 : 1;
    }

    private static bool Report(string what, string file, Func<string, bool> isWell, string advice)
    {
        string text;
        try
        {
            text = File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"[skipped]  {what}: not known on this system");
            return true;
        }

        bool well = isWell(text);
        Console.WriteLine(well ? $"[OK]       {what}" : $"[WARNING]  {what}: {advice}");
        return well;
    }
}
