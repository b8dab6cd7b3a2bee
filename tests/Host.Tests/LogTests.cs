using System;
using System.IO;

using Hexad.Engine.Seam;
using Hexad.Host.Log;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The log's format, which tools and test suites read, and its file.</summary>
public sealed class LogTests
{
    [Theory]
    [InlineData(LogRole.Primary, LogLevel.Notice, "4711:M 22 Nov 2026 17:05:01.023 * Ready\n")]
    [InlineData(LogRole.Replica, LogLevel.Warning, "4711:S 22 Nov 2026 17:05:01.023 # Ready\n")]
    [InlineData(LogRole.Child, LogLevel.Verbose, "4711:C 22 Nov 2026 17:05:01.023 - Ready\n")]
    [InlineData(LogRole.Sentinel, LogLevel.Debug, "4711:X 22 Nov 2026 17:05:01.023 . Ready\n")]
    public void A_line_has_process_role_local_time_level_and_text(LogRole role, LogLevel level, string line) =>
        Assert.Equal(line, ServerLog.Format(4711, role, new DateTime(2026, 11, 22, 17, 5, 1, 23, DateTimeKind.Local), level, "Ready"));

    [Fact]
    public void Lines_below_the_level_are_left_out_and_a_moved_file_is_made_anew()
    {
        string folder = Directory.CreateTempSubdirectory("hexad-log-").FullName;
        try
        {
            var log = new ServerLog { File = Path.Combine(folder, "a.log"), Level = LogLevel.Notice };
            log.Write(LogLevel.Verbose, LogRole.Primary, "too quiet");
            log.Write(LogLevel.Notice, LogRole.Primary, "heard");
            File.Move(log.File, log.File + ".1");
            log.Write(LogLevel.Warning, LogRole.Primary, "loud");
            Assert.EndsWith(" * heard\n", File.ReadAllText(log.File + ".1"));
            Assert.EndsWith(" # loud\n", File.ReadAllText(log.File));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_log_file_that_cannot_be_opened_is_reported_in_the_systems_words()
    {
        Assert.False(new ServerLog { File = "/no/such/folder/log" }.TryOpen(out string error));
        Assert.Equal("No such file or directory", error);
    }
}
