using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Hexad.Options;
using Xunit;

namespace Hexad.Options.Tests;

/// <summary>Reading whole configurations: files, includes, the command line, and what is said when something is wrong.</summary>
public sealed class LoadTests
{
    internal static string Data(string name)
    {
        using StreamReader reader = new(typeof(LoadTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static ConfigLoader Load(string text, params (string Path, string Text)[] others) => ConfigLoader.Load(new ConfigSources
    {
        Path = "main.conf",
        Version = "7.0.15",
        Read = name =>
        {
            if (name == "main.conf")
                return [new ConfigFileText("/etc/main.conf", text, null)];
            if (name.Contains('*', StringComparison.Ordinal))
                return [.. others.Where(o => o.Path.StartsWith(name[..name.IndexOf('*', StringComparison.Ordinal)], StringComparison.Ordinal)).Select(o => new ConfigFileText(o.Path, o.Text, null))];
            foreach ((string path, string content) in others)
            {
                if (path == name)
                    return [new ConfigFileText(path, content, null)];
            }
            return [new ConfigFileText(name, null, "No such file or directory")];
        },
    });

    private static IEnumerable<(string Case, string Expected)> Recorded(string file)
    {
        foreach (string block in ("\n" + Data(file)).Split("\n== ", StringSplitOptions.RemoveEmptyEntries))
        {
            int end = block.IndexOf('\n', StringComparison.Ordinal);
            yield return (block[..end], block[(end + 1)..].TrimEnd('\n'));
        }
    }

    [Fact]
    public void A_fault_in_a_file_is_reported_as_the_real_server_does()
    {
        int compared = 0;
        foreach ((string lines, string expected) in Recorded("file-errors-7.0.15.txt"))
        {
            string? error = Load(lines.Replace("\\n", "\n", StringComparison.Ordinal)).Error;
            if (lines.StartsWith("rename-command", StringComparison.Ordinal))
                continue; // needs the table of commands, see below
            Assert.True(error is not null, lines);
            Assert.Equal(expected, error.Replace("(in /etc/main.conf)\n", "", StringComparison.Ordinal).Trim('\n'));
            compared++;
        }
        Assert.True(compared > 40);
    }

    [Fact]
    public void A_fault_on_the_command_line_is_reported_as_the_real_server_does()
    {
        foreach ((string json, string expected) in Recorded("argument-errors-7.0.15.txt"))
        {
            ServerArguments arguments = ServerArguments.Parse(JsonSerializer.Deserialize<string[]>(json));
            ConfigLoader loader = ConfigLoader.Load(new ConfigSources { CommandLine = arguments.Lines, Version = "7.0.15", Read = _ => [] });
            Assert.Equal(expected, loader.Error?.Trim('\n'));
        }
    }

    [Theory]
    [InlineData("user default on nopass ~* &* +@all", true)]
    [InlineData("user default +@all on", true)]
    [InlineData("user default on >secret ~* &* +@all", false)]
    [InlineData("user default off", false)]
    [InlineData("user default on nopass ~* &* +@all -flushall", false)]
    [InlineData("user bob on nopass ~* &* +@all", false)]
    [InlineData("aclfile \"\"", true)]
    [InlineData("aclfile users.acl", false)]
    public void A_line_that_would_forbid_something_stops_the_start(string line, bool loads)
    {
        ConfigLoader loader = Load("port 1\n" + line);
        if (loads) Assert.Null(loader.Error);
        else Assert.Contains("at line 2\n>>> '" + line + "'\nACL users and ACL files are not available", loader.Error, StringComparison.Ordinal);
        Assert.Empty(loader.Warnings);
    }

    [Fact]
    public void The_file_is_named_beside_the_line()
    {
        string error = Load("port 1\ninclude other.conf\n", ("other.conf", "timeout 3\nbad line\n")).Error!;
        Assert.Contains("at line 2\n>>> 'bad line'\nBad directive or wrong number of arguments\n(in other.conf)", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("whole-7.0.15.conf")]
    [InlineData("whole-7.2.6.conf")]
    public void A_whole_configuration_of_a_real_server_loads(string name)
    {
        ConfigLoader loader = Load(Data(name));
        Assert.Null(loader.Error);
        NodeOptions options = loader.Options;
        Assert.Equal("/tmp/hexad test.sock", options.UnixSocket);
        Assert.Equal(448u, options.UnixSocketMode);
        Assert.Equal(100UL << 20, options.MaxMemoryBytes);
        Assert.Equal(-5, options.MaxMemoryClientsBytes);
        Assert.Equal(1, options.Databases);
        Assert.Equal(ShutdownWays.NoSave | ShutdownWays.Force, options.ShutdownOnSigint.Ways);
        Assert.Equal([("CONFIG", "")], options.RenamedCommands);
        Assert.Equal("default", options.Users.Single()[0]);
        Assert.Equal(loader.Warnings.Count, loader.Warnings.Distinct().Count());
        Assert.Contains(loader.Warnings, w => w.Contains("'tls-port'", StringComparison.Ordinal));
        Assert.Contains(loader.Warnings, w => w.Contains("my_module.so", StringComparison.Ordinal));
    }

    [Fact]
    public void Later_lines_win_and_save_lines_add_up()
    {
        NodeOptions options = Load("port 1\nPORT 2\nsave 60 1\nsave 5 10\nbind 10.0.0.1 -::1\n").Options;
        Assert.Equal(2, options.Port);
        Assert.Equal([new SaveRule(60, 1), new SaveRule(5, 10)], options.Save.Rules);
        Assert.Equal(["10.0.0.1", "-::1"], options.Bind.Addresses);
        Assert.Equal("3600 1 300 100 60 10000", Load("port 1").Options.Save.Format());
        Assert.Empty(Load("save \"\"").Options.Save.Rules);
        Assert.Equal([new SaveRule(7, 8)], Load("save 60 1\nsave \"\"\nsave 7 8").Options.Save.Rules);
        Assert.Equal([new SaveRule(7, 8), new SaveRule(9, 1)], Load("save \"7 8 9 1\"").Options.Save.Rules);
    }

    [Fact]
    public void A_pattern_includes_each_match_and_one_that_matches_nothing_is_no_fault()
    {
        ConfigLoader loader = Load("include conf.d/*.conf\ninclude none/*\n", ("conf.d/a.conf", "port 1"), ("conf.d/b.conf", "port 2\ntimeout 9"));
        Assert.Null(loader.Error);
        Assert.Equal((2, 9), (loader.Options.Port, loader.Options.ClientTimeoutSeconds));
        Assert.Equal("Fatal error, can't open config file 'gone.conf': No such file or directory\n", Load("include gone.conf").Error);
    }

    [Fact]
    public void Files_that_include_themselves_come_to_an_end() =>
        Assert.Contains("too deeply", Load("include loop.conf", ("loop.conf", "include loop.conf")).Error, StringComparison.Ordinal);

    [Fact]
    public void A_renamed_command_must_exist_and_its_new_name_must_be_free()
    {
        static string? Error(string line) => ConfigLoader.Load(new ConfigSources { CommandLine = line, Read = _ => [], CommandExists = n => n is "GET" or "SET" }).Error;
        Assert.Contains("\nNo such command in rename-command\n", Error("rename-command NOPE x"), StringComparison.Ordinal);
        Assert.Contains("\nTarget command name already exists\n", Error("rename-command GET SET"), StringComparison.Ordinal);
        Assert.Null(Error("rename-command GET \"\""));
        Assert.Null(Error("rename-command SET store\nrename-command GET SET"));
    }

    [Fact]
    public void Only_a_pending_option_that_is_changed_is_warned_of_and_only_once()
    {
        Assert.Empty(Load("tls-port 0\nappendonly no\nio-threads 1").Warnings);
        string warning = Assert.Single(Load("tls-port 1\ntls-port 2").Warnings);
        Assert.Equal("Option 'tls-port' is accepted but has no effect yet: TLS not available in this version.", warning);
    }

    [Fact]
    public void Arguments_become_files_and_lines()
    {
        ServerArguments both = ServerArguments.Parse(["a.conf", "c.conf", "-", "--port", "7000", "--save", "", "--bind", "127.0.0.1", "::1", "--loglevel verbose"]);
        Assert.Equal(["a.conf", "c.conf"], both.Files);
        Assert.True(both.StandardInput);
        Assert.Equal("port \"7000\" \nsave \"\" \nbind \"127.0.0.1\" \"::1\" \nloglevel verbose ", both.Lines);
        Assert.Null(ServerArguments.Parse(["a.conf"]).Lines);
        ServerArguments wrong = ServerArguments.Parse(["a.conf", "loglevel", "verbose", "--maxmemory '700mb'"]);
        Assert.Equal(["a.conf"], wrong.Files);
        Assert.Equal("\"loglevel\" \"verbose\" \nmaxmemory '700mb' ", wrong.Lines);
        Assert.Equal("save \"\"", ServerArguments.Parse(["--save"]).Lines);
        NodeOptions options = ConfigLoader.Load(new ConfigSources { CommandLine = both.Lines, Read = _ => [] }).Options;
        Assert.Equal((7000, "", "127.0.0.1 ::1", Verbosity.Verbose), (options.Port, options.Save.Format(), options.Bind.Format(), options.LogLevel));
    }
}
