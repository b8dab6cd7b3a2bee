using System;
using System.IO;
using System.Text;
using Hexad.Cli;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

/// <summary>The client as a person uses it, on a pipe, against servers that answer as the script says.</summary>
public sealed class CliSessionTests
{
    [Fact]
    public void A_redirection_is_announced_followed_and_the_prompt_goes_with_it()
    {
        using var second = new ScriptedServer(words => words[0] == "SET" ? "+OK\r\n" : "-ERR\r\n");
        using var first = new ScriptedServer(_ => $"-MOVED 6852 127.0.0.1:{second.Port}\r\n");
        (int code, string output, _) = Run($"SET JOHN Adams\nquit\n", "-c", "-p", first.Port.ToString());
        Assert.Equal((0, $"-> Redirected to slot [6852] located at 127.0.0.1:{second.Port}\nOK\n"), (code, output));
        Assert.Contains("SET JOHN Adams", second.Asked);
    }

    [Fact]
    public void A_command_without_a_prompt_is_redirected_silently()
    {
        using var second = new ScriptedServer(_ => "$3\r\nbar\r\n");
        using var first = new ScriptedServer(_ => $"-MOVED 12182 127.0.0.1:{second.Port}\r\n");
        Assert.Equal((0, "bar\n", ""), Run("", "-c", "-p", first.Port.ToString(), "get", "foo"));
    }

    [Fact]
    public void ASK_is_followed_after_saying_ASKING()
    {
        using var second = new ScriptedServer(words => words[0] == "ASKING" ? "+OK\r\n" : "$3\r\nbar\r\n");
        using var first = new ScriptedServer(_ => $"-ASK 12182 127.0.0.1:{second.Port}\r\n");
        Assert.Equal((0, "bar\n", ""), Run("", "-c", "-p", first.Port.ToString(), "get", "foo"));
        Assert.Equal(["ASKING", "get foo"], second.Asked);
    }

    [Fact]
    public void A_redirection_without_a_host_stays_on_the_host()
    {
        using var second = new ScriptedServer(_ => "+OK\r\n");
        using var first = new ScriptedServer(_ => $"-MOVED 1 :{second.Port}\r\n");
        Assert.Equal((0, "OK\n", ""), Run("", "-c", "-p", first.Port.ToString(), "set", "a", "b"));
    }

    [Fact]
    public void Without_c_a_redirection_is_an_error_like_any_other()
    {
        using var server = new ScriptedServer(_ => "-MOVED 1 127.0.0.1:1\r\n");
        Assert.Equal((0, "MOVED 1 127.0.0.1:1\n\n", ""), Run("", "-p", server.Port.ToString(), "get", "a"));
        Assert.Equal((1, "", "MOVED 1 127.0.0.1:1\n"), Run("", "-e", "-p", server.Port.ToString(), "get", "a"));
    }

    [Fact]
    public void A_connection_that_broke_is_made_anew_for_the_next_command()
    {
        int asked = 0;
        using var server = new ScriptedServer(words => words[0] == "COMMAND" ? "*0\r\n" : asked++ == 0 ? null : "+PONG\r\n");
        (int code, string output, string error) = Run("ping\nping\n", "-p", server.Port.ToString());
        Assert.Equal((0, "PONG\n"), (code, output));
        Assert.Contains("Error: Server closed the connection", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_at_the_port_is_said_and_is_an_error()
    {
        int port;
        using (var server = new ScriptedServer(_ => null)) port = server.Port;
        Assert.Equal((1, "", $"Could not connect to Redis at 127.0.0.1:{port}: Connection refused\n"), Run("", "-p", port.ToString(), "ping"));
    }

    [Fact]
    public void Login_and_database_are_settled_before_the_command()
    {
        using var server = new ScriptedServer(_ => "+OK\r\n");
        Run("", "-p", server.Port.ToString(), "-n", "3", "--user", "me", "--pass", "pw", "--no-auth-warning", "ping");
        Assert.Equal(["AUTH me pw", "SELECT 3", "ping"], server.Asked);
    }

    [Fact]
    public void A_command_is_repeated_as_often_as_asked_but_not_after_a_redirection()
    {
        using var second = new ScriptedServer(_ => "+OK\r\n");
        using var first = new ScriptedServer(_ => $"-MOVED 1 127.0.0.1:{second.Port}\r\n");
        Assert.Equal((0, "OK\nOK\n", ""), Run("", "-c", "-r", "2", "-p", first.Port.ToString(), "set", "a", "b"));
        Assert.Single(first.Asked);
    }

    [Fact]
    public void Piped_protocol_is_counted_until_its_mark_comes_back()
    {
        using var server = new ScriptedServer(words => words[0] switch
        {
            "ECHO" => $"${words[1].Length}\r\n{words[1]}\r\n",
            "BAD" => "-ERR bad\r\n",
            _ => "+OK\r\n",
        });
        string input = "*1\r\n$4\r\nGOOD\r\n*1\r\n$3\r\nBAD\r\n";
        (int code, string output, string error) = Run(input, "-p", server.Port.ToString(), "--pipe-timeout", "1", "--pipe");
        Assert.Equal(1, code);
        Assert.StartsWith("All data transferred. Waiting for the last reply...\n", output, StringComparison.Ordinal);
        Assert.EndsWith("Last reply received from server.\nerrors: 1, replies: 2\n", output, StringComparison.Ordinal);
        Assert.Equal("ERR bad\n", error);
    }

    [Fact]
    public void The_last_argument_or_a_named_one_comes_from_the_input()
    {
        using var server = new ScriptedServer(_ => "+OK\r\n");
        Run("value", "-p", server.Port.ToString(), "-x", "set", "k");
        Run("value", "-p", server.Port.ToString(), "-X", "here", "set", "k", "here", "ex", "1");
        Assert.Equal(["set k value", "set k value ex 1"], server.Asked);
    }

    internal static (int Code, string Output, string Error) Run(string input, params string[] arguments)
    {
        var output = new MemoryStream();
        var error = new MemoryStream();
        var console = new ToolConsole(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error);
        int code = CliProgram.Run("redis-cli", arguments, Array.ConvertAll(arguments, Encoding.UTF8.GetBytes), console, _ => null);
        console.Flush();
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
