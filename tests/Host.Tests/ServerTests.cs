using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Threading;

using Hexad.Processes;
using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The server program from outside: how it starts, what it says, and how it ends.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly int _port = FreePorts.Take(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string Config(string name, params string[] lines)
    {
        File.WriteAllLines(At(name), ["bind 127.0.0.1", $"dir {_folder}", "save \"\"", .. lines]);
        return At(name);
    }

    [Fact]
    public void A_server_says_what_tools_look_for_serves_and_ends_in_order()
    {
        string config = Config("a.conf", $"port {_port}", "always-show-logo yes", $"pidfile {At("a.pid")}");
        using var server = new ServerUnderTest(null, "server", config);
        server.Expect("Running in standalone mode");
        server.Expect($"Port: {_port}");
        server.Expect($" PID: {server.Id}");
        server.Expect("Server initialized");
        Assert.StartsWith($"{server.Id}:M ", server.Expect("Ready to accept connections"));
        Assert.Equal($"{server.Id}\n", File.ReadAllText(At("a.pid")));
        Assert.Equal("+PONG\r\n", ServerUnderTest.Ask("127.0.0.1", _port, "PING"));
        server.Signal("TERM");
        server.Expect("Received SIGTERM scheduling shutdown");
        Assert.Equal(0, server.ExitCode());
        Assert.False(File.Exists(At("a.pid")));
    }

    [Fact]
    public void The_mode_and_port_are_logged_where_there_is_no_banner()
    {
        using var server = new ServerUnderTest(null, "server", Config("a.conf", $"port {_port}"));
        server.Expect($"Running mode=standalone, port={_port}.");
        server.Expect("Ready to accept connections");
        server.Signal("INT");
        server.Expect("Received SIGINT scheduling shutdown");
        Assert.Equal(0, server.ExitCode());
    }

    [Fact]
    public void The_portable_loop_is_chosen_on_the_command_line()
    {
        using var server = new ServerUnderTest(null, "server", Config("a.conf", $"port {_port}"), "--loop", "portable");
        server.Expect("Ready to accept connections");
        Assert.Equal("+PONG\r\n", ServerUnderTest.Ask("127.0.0.1", _port, "PING"));
        server.Signal("TERM");
        Assert.Equal(0, server.ExitCode());
    }

    [Fact]
    public void A_port_in_use_ends_the_start_with_a_message_and_code_1()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, _port);
        taken.Start();
        using var server = new ServerUnderTest(null, "server", Config("a.conf", $"port {_port}"));
        server.Expect("Address already in use");
        server.Expect($"Failed listening on port {_port}");
        Assert.Equal(1, server.ExitCode());
    }

    [Fact]
    public void A_bad_line_ends_the_start_with_file_line_and_reason()
    {
        string config = Config("a.conf", "prot 6379");
        using var server = new ServerUnderTest(null, "server", config);
        server.Expect("at line 4");
        server.Expect(">>> 'prot 6379'");
        server.Expect("Bad directive or wrong number of arguments");
        server.Expect(config);
        Assert.Equal(1, server.ExitCode());
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        using var server = new ServerUnderTest(null, "server", At("none.conf"));
        server.Expect($"can't open config file '{At("none.conf")}': No such file or directory");
        Assert.Equal(1, server.ExitCode());
    }

    [Fact]
    public void One_process_runs_a_node_for_each_file()
    {
        string[] configs = [Config("a.conf", $"port {_port}"), Config("c.conf", $"port {_port + 1}")];
        using var server = new ServerUnderTest(null, "server", configs[0], configs[1]);
        server.Expect($"port={_port}.");
        server.Expect($"port={_port + 1}.");
        for (int i = 0; i < 2; i++) AskUntilAnswered(_port + i);
        server.Signal("TERM");
        Assert.Equal(0, server.ExitCode());
    }

    [Fact]
    public void Standard_input_and_options_come_after_the_file()
    {
        using var server = new ServerUnderTest($"port {_port}\nloglevel verbose\n", "server", Config("a.conf", "port 1"), "-", "--logfile", At("log"));
        AskUntilAnswered(_port);
        server.Signal("TERM");
        Assert.Equal(0, server.ExitCode());
        Assert.Contains("Ready to accept connections", File.ReadAllText(At("log")));
    }

    [Fact]
    public void A_daemon_leaves_its_starter_and_can_be_found_by_its_pid_file()
    {
        string config = Config("a.conf", $"port {_port}", "daemonize yes", $"pidfile {At("a.pid")}", $"logfile {At("log")}");
        using var starter = new ServerUnderTest(null, "server", config);
        Assert.Equal(0, starter.ExitCode());
        AskUntilAnswered(_port);
        int daemon = int.Parse(File.ReadAllText(At("a.pid")));
        Assert.NotEqual(starter.Id, daemon);
        using (System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(daemon))
        {
            try
            {
                // A session of its own: field 6 of stat is the session, which is the daemon's own id.
                Assert.Equal(daemon.ToString(), File.ReadAllText($"/proc/{daemon}/stat").Split(' ')[5]);
                Shell.Signal("TERM", daemon);
                Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }

        Assert.Contains("Received SIGTERM", File.ReadAllText(At("log")));
    }

    [Theory]
    [InlineData("--version", "Redis server v=7.2", 0)]
    [InlineData("--help", "Usage:", 1)]
    [InlineData("--test-memory", "not part of Hexad", 1)]
    public void What_needs_no_node_is_answered_at_once(string argument, string text, int code)
    {
        using var server = new ServerUnderTest(null, "server", argument);
        server.Expect(text);
        Assert.Equal(code, server.ExitCode());
    }

    [Fact]
    public void A_node_that_fails_leaves_a_report_of_what_it_did_and_ends_the_process()
    {
        using var server = new ServerUnderTest(null, "server", Config("a.conf", $"port {_port}", "enable-debug-command yes"));
        server.Expect("Ready to accept connections");
        Assert.Equal("", ServerUnderTest.Ask("127.0.0.1", _port, "DEBUG PANIC"));
        server.Expect("=== ASSERTION FAILED ===");
        server.Expect("------ STACK TRACE ------");
        server.Expect("running debug for client");
        server.Expect("redis_version:");
        server.Expect("=== HEXAD BUG REPORT END ===");
        Assert.Equal(1, server.ExitCode());
    }

    [Fact]
    public void A_snapshot_file_is_checked_and_what_is_wrong_with_it_is_said()
    {
        // An empty file of version 10 with its checksum switched off, and the same cut short.
        byte[] empty = [.. "REDIS0010"u8, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(At("good.rdb"), empty);
        File.WriteAllBytes(At("cut.rdb"), empty[..12]);
        using var good = new ServerUnderTest(null, "check-rdb", At("good.rdb"));
        good.Expect("RDB looks OK!");
        good.Expect("[info] 0 keys read");
        Assert.Equal(0, good.ExitCode());
        using var cut = new ServerUnderTest(null, "check-rdb", At("cut.rdb"));
        cut.Expect("--- RDB ERROR DETECTED ---");
        cut.Expect("Unexpected EOF");
        Assert.Equal(1, cut.ExitCode());
    }

    private static void AskUntilAnswered(int port)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Assert.Equal("+PONG\r\n", ServerUnderTest.Ask("127.0.0.1", port, "PING"));
                return;
            }
            catch (SocketException) when (patience.Elapsed < TimeSpan.FromSeconds(30))
            {
                // Another process starts; there is nothing to wait on but its port.
                Thread.Sleep(20);
            }
        }
    }
}
