using System.Collections.Generic;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Introspection;
using Hexad.Engine.Tests.Replication;
using Xunit;

namespace Hexad.Engine.Tests.PubSub;

/// <summary>What is published when keys change: as a real server publishes it.</summary>
public sealed class KeyspaceNotificationTests
{
    private readonly Family _family = new();
    private readonly NetHost _host;
    private readonly NetClient _listener, _client;

    public KeyspaceNotificationTests()
    {
        _host = _family.Add(25041);
        (_listener, _client) = (_host.Connect(), _host.Connect());
    }

    [Fact]
    public void Each_event_goes_to_the_channel_of_its_key_and_to_that_of_its_name()
    {
        _client.Run("CONFIG SET notify-keyspace-events KEA");
        _listener.Run("PSUBSCRIBE *");
        _client.Run("SELECT 3");
        _client.Run("SET k v");
        Assert.Equal(
            "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$16\r\n__keyspace@3__:k\r\n$3\r\nset\r\n" +
            "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$18\r\n__keyevent@3__:set\r\n$1\r\nk\r\n", _listener.Read());
    }

    [Theory]
    [InlineData("", "SET k v", "")]
    [InlineData("K", "SET k v", "")]
    [InlineData("A", "SET k v", "")]
    [InlineData("E$", "SET k v", "set k")]
    [InlineData("Eg", "SET k v", "")]
    [InlineData("Eg", "DEL was", "del was")]
    [InlineData("EA", "GET none", "")]
    [InlineData("Em", "GET none", "keymiss none")]
    [InlineData("En", "SET k v", "new k")]
    [InlineData("En", "SET was v", "")]
    public void Only_the_wanted_classes_are_published(string classes, string call, string events)
    {
        _client.Run("SET was 1");
        if (classes.Length > 0) _client.Run("CONFIG SET notify-keyspace-events " + classes);
        _listener.Run("PSUBSCRIBE __keyevent@*");
        _client.Run(call);
        Assert.Equal(events, Events(_listener.Read()));
    }

    [Fact]
    public void Keys_that_end_or_are_evicted_are_told_of()
    {
        _client.Run("SET k v PX 10");
        _client.Run("SET kept v");
        _client.Run("CONFIG SET notify-keyspace-events Exe");
        _listener.Run("PSUBSCRIBE __keyevent@*");
        _family.Net.Run(300);
        Assert.Equal("expired k", Events(_listener.Read()));
        _client.Run("CONFIG SET maxmemory-policy allkeys-random maxmemory 1");
        _family.Net.Run(50);
        Assert.Equal("evicted kept", Events(_listener.Read()));
    }

    [Fact]
    public void A_restored_key_is_new_and_one_that_is_past_its_time_is_deleted()
    {
        _client.Run("SET k v");
        string dump = _client.Run("DUMP k");
        dump = dump[(dump.IndexOf('\n') + 1)..^2];
        _client.Run("CONFIG SET notify-keyspace-events EAn");
        _listener.Run("PSUBSCRIBE __keyevent@*");
        Restore("0", dump, "REPLACE");
        Assert.Equal("new l, restore l", Events(_listener.Read()));
        Restore("1", dump, "REPLACE", "ABSTTL");
        Assert.Equal("del l", Events(_listener.Read()));
    }

    /// <summary>Each line of the data: the commands of a scene and, after a tab, what a Redis 7.0.15 published while they ran.</summary>
    [Fact]
    public void Commands_tell_what_a_real_server_tells()
    {
        _client.Run("CONFIG SET notify-keyspace-events EAmn");
        _listener.Run("PSUBSCRIBE __keyevent@*");
        var wrong = new List<string>();
        foreach (string line in Conversation.Data("notifications-7.0.15.tsv").Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] parts = line.Split('\t');
            _client.Run("FLUSHALL");
            bool known = true;
            foreach (string call in parts[0].Split("; ")) known &= !_client.Run(call).StartsWith("-ERR unknown command", System.StringComparison.Ordinal);
            string events = Events(_listener.Read());
            if (known && events != parts[1]) wrong.Add($"{parts[0]}: {events}, not {parts[1]}");
        }

        Assert.Empty(wrong);
    }

    private void Restore(string ttl, params string[] rest)
    {
        var text = new System.Text.StringBuilder($"*{rest.Length + 3}\r\n$7\r\nRESTORE\r\n$1\r\nl\r\n$1\r\n{ttl}\r\n");
        foreach (string word in rest) text.Append($"${word.Length}\r\n{word}\r\n");
        _client.Send(System.Text.Encoding.Latin1.GetBytes(text.ToString()));
        Assert.Equal("+OK\r\n", _client.Read());
    }

    // Messages as "event key" with commas between.
    private static string Events(string messages)
    {
        string[] lines = messages.Split("\r\n");
        var events = new List<string>();
        for (int i = 0; i + 8 < lines.Length; i += 9) events.Add(lines[i + 6][(lines[i + 6].IndexOf(':') + 1)..] + " " + lines[i + 8]);
        return string.Join(", ", events);
    }
}
