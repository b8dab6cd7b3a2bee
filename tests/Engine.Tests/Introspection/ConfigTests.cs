using System;
using System.Linq;
using System.Text.Json;
using Hexad.Commands;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>CONFIG and COMMAND against recorded replies, and what CONFIG does to the running node.</summary>
public sealed class ConfigTests
{
    [Fact]
    public void Replies_are_those_of_the_real_server_byte_for_byte()
    {
        NodeOptions options = new() { ProtectedMode = false };
        Assert.Null(options.Set(NodeOptions.Find("save")!, ""));
        Conversation talk = new(options);
        int compared = 0;
        foreach (string line in Conversation.Data("introspection-7.0.15.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = line.Split('\t');
            string[] words = JsonSerializer.Deserialize<string[]>(halves[0])!;
            string expected = JsonSerializer.Deserialize<string>(halves[1])!;
            if (expected.Contains("\r\n~", StringComparison.Ordinal) || expected[0] == '%' || expected.Contains("\r\n_", StringComparison.Ordinal))
                talk.Node.Sessions.All.Single().Resp3 = true; // the recording went on after HELLO 3
            Assert.Equal(halves[0] + expected, halves[0] + talk.Call(words));
            compared++;
        }
        Assert.True(compared > 130);
    }

    [Fact]
    public void Every_name_answers_to_a_star_but_hidden_ones()
    {
        string all = new Conversation().Call("CONFIG", "GET", "*");
        Assert.Contains("\r\ncluster-node-timeout\r\n$5\r\n15000\r\n", all, StringComparison.Ordinal);
        Assert.Contains("\r\nslave-read-only\r\n", all, StringComparison.Ordinal);
        Assert.DoesNotContain("key-load-delay", all, StringComparison.Ordinal);
        Assert.Equal("*2\r\n$14\r\nkey-load-delay\r\n$1\r\n0\r\n", new Conversation().Call("CONFIG", "GET", "key-load-delay"));
    }

    [Fact]
    public void Another_port_is_opened_before_the_answer_and_the_old_one_closed()
    {
        Conversation talk = new();
        talk.Send("CONFIG", "SET", "port", "7000");
        talk.Send("CONFIG", "GET", "port");
        Assert.Equal("", talk.Read());
        talk.Settle();
        Assert.Equal("+OK\r\n*2\r\n$4\r\nport\r\n$4\r\n7000\r\n", talk.Read());
        Assert.All(talk.Open, l => Assert.Equal(7000, l.At.Port));
        Assert.Equal(2, talk.Open.Count);
    }

    [Fact]
    public void A_port_that_is_taken_leaves_everything_as_it_was()
    {
        Conversation talk = new();
        talk.Taken.Add(7000);
        Assert.Equal("-ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.\r\n",
            talk.Call("CONFIG", "SET", "timeout", "5", "port", "7000"));
        Assert.Equal((6379, 0), (talk.Node.Options.Port, talk.Node.Options.ClientTimeoutSeconds));
        Assert.All(talk.Open, l => Assert.Equal(6379, l.At.Port));
    }

    [Fact]
    public void An_address_that_stays_is_not_closed()
    {
        Conversation talk = new();
        Seam.Listener before = talk.Open.Single(l => l.At.Address == "*");
        Assert.Equal("+OK\r\n", talk.Call("CONFIG", "SET", "bind", "* -10.0.0.1"));
        Assert.Contains(before, talk.Open);
        Assert.Equal(["*", "10.0.0.1"], talk.Open.Select(l => l.At.Address).Order());
    }

    [Fact]
    public void What_is_set_reaches_those_who_keep_it()
    {
        Conversation talk = new();
        talk.Call("CONFIG", "SET", "notify-keyspace-events", "KEg$xnm");
        Assert.Equal(EventClass.Keyspace | EventClass.Keyevent | EventClass.Generic | EventClass.String | EventClass.Expired | EventClass.New | EventClass.KeyMiss,
            talk.Node.Services.NotifiedClasses);
        talk.Call("CONFIG", "SET", "notify-keyspace-events", "A");
        Assert.Equal(EventClass.All, talk.Node.Services.NotifiedClasses);
        OptionId? told = null;
        talk.Node.WhenOptionChanges += id => told = id;
        talk.Call("CONFIG", "SET", "timeout", "x");
        Assert.Null(told);
        talk.Call("CONFIG", "SET", "timeout", "3");
        Assert.Equal(OptionId.ClientTimeoutSeconds, told);
    }

    [Fact]
    public void Protected_options_need_leave()
    {
        Assert.Contains("can't set protected config", new Conversation().Call("CONFIG", "SET", "dbfilename", "x"), StringComparison.Ordinal);
        NodeOptions local = new() { EnableProtectedConfigs = ProtectedAction.Local };
        Assert.Equal("+OK\r\n", new Conversation(local).Call("CONFIG", "SET", "dbfilename", "x"));
    }

    [Fact]
    public void The_folder_must_be_there_and_becomes_absolute()
    {
        Conversation talk = new(new NodeOptions { EnableProtectedConfigs = ProtectedAction.Yes, Directory = "/data/a" });
        talk.Folders.Add("/data/b");
        Assert.Equal("+OK\r\n", talk.Call("CONFIG", "SET", "dir", "../b", "port", "7001"));
        Assert.Equal(("/data/b", 7001), (talk.Node.Options.Directory, talk.Node.Options.Port));
        Assert.Equal("-ERR CONFIG SET failed (possibly related to argument 'dir') - No such file or directory\r\n", talk.Call("CONFIG", "SET", "dir", "c"));
        Assert.Equal("/data/b", talk.Node.Options.Directory);
    }

    [Fact]
    public void A_renamed_command_answers_to_its_new_name_only()
    {
        NodeOptions options = new() { ProtectedMode = false };
        options.RenamedCommands.Add(("CONFIG", "secret"));
        options.RenamedCommands.Add(("COMMAND", ""));
        options.RenamedCommands.Add(("ECHO", "config"));
        Conversation talk = new(options);
        Assert.Equal("*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n", talk.Call("SECRET", "GET", "timeout"));
        Assert.Equal("-ERR unknown subcommand 'x'. Try CONFIG HELP.\r\n", talk.Call("secret", "x"));
        Assert.StartsWith("-ERR unknown command 'COMMAND'", talk.Call("COMMAND"), StringComparison.Ordinal);
        Assert.Equal("$1\r\nx\r\n", talk.Call("config", "x"));
        Assert.StartsWith("-ERR unknown command 'ECHO'", talk.Call("ECHO", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rewrite_keeps_the_file_and_puts_the_values_in()
    {
        NodeOptions options = new() { ConfigFile = "/etc/hexad.conf" };
        Conversation talk = new(options);
        talk.Files["/etc/hexad.conf"] = "# mine\nport 6379\nhz 10\n";
        talk.Call("CONFIG", "SET", "hz", "20", "timeout", "5");
        Assert.Equal("+OK\r\n", talk.Call("CONFIG", "REWRITE"));
        Assert.Equal("# mine\nport 6379\nhz 20\n# Generated by CONFIG REWRITE\ntimeout 5\n", talk.Files["/etc/hexad.conf"]);
        talk.WriteFault = "Permission denied";
        Assert.Equal("-ERR Rewriting config file: Permission denied\r\n", talk.Call("CONFIG", "REWRITE"));
        talk.WriteFault = null;
        talk.Files.Clear();
        Assert.Equal("+OK\r\n", talk.Call("CONFIG", "REWRITE"));
        Assert.StartsWith("# Generated by CONFIG REWRITE\n", talk.Files["/etc/hexad.conf"], StringComparison.Ordinal);
    }

    [Fact]
    public void Debug_writes_every_option()
    {
        Conversation talk = new(new NodeOptions { ConfigFile = "/x", EnableDebugCommand = ProtectedAction.Yes });
        Assert.Equal("+OK\r\n", talk.Call("DEBUG", "CONFIG-REWRITE-FORCE-ALL"));
        Assert.Contains("\ntimeout 0\n", talk.Files["/x"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_leaves_during_a_rewrite_harms_nothing()
    {
        Conversation talk = new(new NodeOptions { ConfigFile = "/x" });
        talk.Send("CONFIG", "REWRITE");
        talk.Hang();
        talk.Settle();
        Assert.True(talk.Files.ContainsKey("/x"));
    }

    [Fact]
    public void Counters_go_back_to_zero()
    {
        Conversation talk = new();
        talk.Call("CONFIG", "GET", "port");
        Assert.True(talk.Node.Statistics.CommandsProcessed > 0);
        talk.Call("CONFIG", "RESETSTAT");
        Assert.Equal((0, 1), (talk.Node.Statistics.BytesIn, talk.Node.Statistics.CommandsProcessed));
    }

    [Fact]
    public void Help_is_a_list_of_lines() =>
        Assert.StartsWith("*11\r\n+CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n+GET <pattern>\r\n", new Conversation().Call("CONFIG", "HELP"), StringComparison.Ordinal);
}
