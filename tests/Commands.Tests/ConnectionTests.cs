using System;
using System.Linq;
using System.Text;
using Hexad.Engine.Seam;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class ConnectionTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public ConnectionTests() => _client = _node.Connect();

    [Fact]
    public void Hello_switches_the_protocol()
    {
        string reply = _client.Run("HELLO 3");
        Assert.StartsWith("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.6\r\n$5\r\nproto\r\n:3\r\n", reply, StringComparison.Ordinal);
        Assert.EndsWith("$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n", reply, StringComparison.Ordinal);
        Assert.Equal("_\r\n", _client.Run("GET k"));
        Assert.StartsWith("*14\r\n", _client.Run("HELLO 2"), StringComparison.Ordinal);
        Assert.Equal("-NOPROTO unsupported protocol version\r\n", _client.Run("HELLO 4"));
        Assert.Equal("-ERR Protocol version is not an integer or out of range\r\n", _client.Run("HELLO x"));
        Assert.Equal("-ERR Syntax error in HELLO option 'FOO'\r\n", _client.Run("HELLO 3 FOO"));
    }

    [Fact]
    public void Nothing_runs_before_the_password()
    {
        var node = new TestNode(o => o.RequirePass = "secret");
        TestClient client = node.Connect();
        Assert.Equal("-NOAUTH Authentication required.\r\n", client.Run("GET k"));
        Assert.Equal("-ERR unknown command 'FOO', with args beginning with: \r\n", client.Run("FOO"));
        Assert.Equal("-WRONGPASS invalid username-password pair or user is disabled.\r\n", client.Run("AUTH wrong"));
        Assert.Equal("-WRONGPASS invalid username-password pair or user is disabled.\r\n", client.Run("AUTH other secret"));
        Assert.StartsWith("-NOAUTH HELLO must be called", client.Run("HELLO 3"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", client.Run("AUTH secret"));
        Assert.Equal("$-1\r\n", client.Run("GET k"));
        TestClient other = node.Connect();
        Assert.StartsWith("%7\r\n", other.Run("HELLO 3 AUTH default secret SETNAME bob"), StringComparison.Ordinal);
        Assert.Equal("$3\r\nbob\r\n", other.Run("CLIENT GETNAME"));
        Assert.Equal("+RESET\r\n", other.Run("RESET"));
        Assert.Equal("-NOAUTH Authentication required.\r\n", other.Run("GET k"));
    }

    [Fact]
    public void Auth_without_a_password_set_says_so()
    {
        Assert.StartsWith("-ERR AUTH <password> called without any password configured for the default user.", _client.Run("AUTH x"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", _client.Run("AUTH default x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("AUTH a b c"));
    }

    [Fact]
    public void Strangers_are_refused_in_protected_mode()
    {
        TestClient stranger = _node.Connect("10.1.2.3");
        Assert.StartsWith("-DENIED Redis is running in protected mode", stranger.Read(), StringComparison.Ordinal);
        Assert.True(stranger.IsClosed);
    }

    [Fact]
    public void Databases_are_selected_by_number()
    {
        Assert.Equal("+OK\r\n", _client.Run("SELECT 3"));
        _client.Run("SET k v");
        Assert.Equal("[3] SET k v", _node.Sink.Take());
        Assert.Equal("-ERR DB index is out of range\r\n", _client.Run("SELECT 16"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("SELECT x"));
        Assert.Equal("+RESET\r\n", _client.Run("RESET"));
        Assert.Equal(":0\r\n", _client.Run("DBSIZE"));
    }

    [Fact]
    public void Quit_ends_the_connection_behind_its_reply()
    {
        Assert.Equal("+OK\r\n", _client.Raw("QUIT\r\nSET k v\r\n"));
        Assert.Equal((_client.Link, CloseMode.AfterFlush), _node.Host.Closed[^1]);
        Assert.Equal(":0\r\n", _node.Connect().Run("DBSIZE"));
    }

    [Fact]
    public void Replies_can_be_switched_off()
    {
        Assert.Equal("", _client.Run("CLIENT REPLY OFF"));
        Assert.Equal("", _client.Run("PING"));
        Assert.Equal("", _client.Run("CLIENT REPLY SKIP"));
        Assert.Equal("+OK\r\n", _client.Run("CLIENT REPLY ON"));
        Assert.Equal("", _client.Run("CLIENT REPLY SKIP"));
        Assert.Equal("", _client.Run("PING"));
        Assert.Equal("+PONG\r\n", _client.Run("PING"));
        Assert.Equal("", _client.Run("CLIENT REPLY SKIP"));
        Assert.Equal("", _client.Run("NONSENSE"));
        Assert.Equal("+PONG\r\n", _client.Run("PING"));
    }

    [Fact]
    public void Clients_are_listed_and_named()
    {
        Assert.Equal("$-1\r\n", _client.Run("CLIENT GETNAME"));
        Assert.Equal("+OK\r\n", _client.Run("CLIENT SETNAME bob"));
        Assert.Equal("-ERR Client names cannot contain spaces, newlines or special characters.\r\n", _client.Call("CLIENT", "SETNAME", "a b"));
        Assert.Equal("+OK\r\n", _client.Run("CLIENT SETINFO LIB-NAME lib"));
        Assert.Equal("-ERR Unrecognized option 'x'\r\n", _client.Run("CLIENT SETINFO x y"));
        string list = _client.Run("CLIENT LIST");
        Assert.Contains("id=1 addr=127.0.0.1:40001 laddr=127.0.0.1:6379 fd=11 name=bob age=0 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 ", list, StringComparison.Ordinal);
        Assert.Contains(" cmd=client|list user=default redir=-1 resp=2 lib-name=lib lib-ver=\n", list, StringComparison.Ordinal);
        TestClient other = _node.Connect();
        Assert.Equal(":2\r\n", other.Run("CLIENT ID"));
        Assert.DoesNotContain("id=1 ", other.Run("CLIENT LIST ID 2 3"), StringComparison.Ordinal);
        Assert.Equal("-ERR Unknown client type 'foo'\r\n", other.Run("CLIENT LIST TYPE foo"));
        Assert.Equal("-ERR Invalid client ID\r\n", other.Run("CLIENT LIST ID x"));
    }

    [Fact]
    public void Clients_are_killed_by_filters()
    {
        TestClient second = _node.Connect();
        TestClient third = _node.Connect();
        Assert.Equal(":1\r\n", _client.Run("CLIENT KILL ID 2"));
        Assert.True(second.IsClosed);
        Assert.Equal("+OK\r\n", _client.Run("CLIENT KILL 127.0.0.1:40003"));
        Assert.True(third.IsClosed);
        Assert.Equal("-ERR No such client\r\n", _client.Run("CLIENT KILL 127.0.0.1:1"));
        Assert.Equal(":0\r\n", _client.Run("CLIENT KILL TYPE normal"));
        Assert.Equal("-ERR No such user 'joe'\r\n", _client.Run("CLIENT KILL USER joe"));
        Assert.Equal("-ERR client-id should be greater than 0\r\n", _client.Run("CLIENT KILL ID 0"));
        Assert.Equal(":1\r\n", _client.Run("CLIENT KILL TYPE normal SKIPME no"));
        Assert.True(_client.IsClosed);
    }

    [Fact]
    public void A_pause_holds_writers_back_until_it_ends()
    {
        TestClient other = _node.Connect();
        Assert.Equal("+OK\r\n", _client.Run("CLIENT PAUSE 1000 WRITE"));
        Assert.Equal("", other.Raw("SET k v\r\nGET k\r\n"));
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        _node.Pass(990);
        Assert.Equal("", other.Read());
        _node.Pass(20);
        Assert.Equal("+OK\r\n$1\r\nv\r\n", other.Read());
        Assert.Equal("+OK\r\n", _client.Run("CLIENT PAUSE 100000"));
        Assert.Equal("", other.Run("GET k"));
        _node.Node.Pause.End(Hexad.Engine.PauseReason.Command);
        Assert.Equal("$1\r\nv\r\n", other.Read());
        Assert.Equal("-ERR timeout is negative\r\n", _client.Run("CLIENT PAUSE -1"));
    }

    [Fact]
    public void What_a_pause_held_back_is_propagated_when_a_command_ends_it()
    {
        TestClient other = _node.Connect();
        _client.Run("CLIENT PAUSE 100000 WRITE");
        other.Run("SET k v");
        Assert.Equal("+OK\r\n", _client.Run("CLIENT UNPAUSE"));
        Assert.Equal("+OK\r\n", other.Read());
        Assert.Equal("SET k v", _node.Sink.Take());
    }

    [Fact]
    public void A_client_that_waits_for_replicas_can_be_unblocked()
    {
        TestClient other = _node.Connect();
        other.Run("SET k v");
        Assert.Equal("", other.Run("WAIT 1 0"));
        Assert.Equal(":1\r\n", _client.Run("CLIENT UNBLOCK 2"));
        Assert.Equal(":0\r\n", other.Read());
        other.Run("WAIT 1 0");
        Assert.Equal(":1\r\n", _client.Run("CLIENT UNBLOCK 2 ERROR"));
        Assert.Equal("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n", other.Read());
        Assert.Equal(":0\r\n", _client.Run("CLIENT UNBLOCK 2"));
    }

    [Fact]
    public void Nothing_expires_while_writers_are_held_back()
    {
        _client.Run("SET k v PX 100");
        _client.Run("CLIENT PAUSE 1000 WRITE");
        _node.Sink.Take();
        _node.Pass(200);
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        Assert.Equal("", _node.Sink.Take());
        _client.Run("CLIENT UNPAUSE");
        _node.Pass(200);
        Assert.Equal("DEL k", _node.Sink.Take());
    }

    [Fact]
    public void Idle_clients_are_closed_after_the_timeout()
    {
        var node = new TestNode(o => o.ClientTimeoutSeconds = 2);
        TestClient client = node.Connect();
        node.Pass(1900);
        Assert.False(client.IsClosed);
        node.Pass(300);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_monitor_sees_calls_but_no_secrets()
    {
        TestClient monitor = _node.Connect();
        Assert.Equal("+OK\r\n", monitor.Run("MONITOR"));
        _client.Call("SET", "a\"b", "x\n\u0001");
        Assert.Equal($"+1700000000.000000 [0 127.0.0.1:40001] \"SET\" \"a\\\"b\" \"x\\n\\x01\"\r\n", monitor.Read());
        _client.Run("AUTH default secret");
        Assert.EndsWith("\"AUTH\" \"(redacted)\" \"(redacted)\"\r\n", monitor.Read(), StringComparison.Ordinal);
        _client.Run("CLIENT LIST");
        Assert.Equal("", monitor.Read());
        Assert.Equal("+RESET\r\n", monitor.Run("RESET"));
        _client.Run("PING");
        Assert.Equal("", monitor.Read());
    }

    [Fact]
    public void Output_over_the_hard_limit_ends_the_client()
    {
        var node = new TestNode(o => o.SetFromFile(Hexad.Options.NodeOptions.Find("client-output-buffer-limit")!, ["normal", "100000", "0", "0"]));
        TestClient client = node.Connect();
        client.Call("SET", "k", new string('x', 60_000));
        client.Read();
        client.Send(TestClient.Encode("GET", "k"));
        Assert.False(client.IsClosed);
        client.Send(TestClient.Encode("GET", "k"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Too_many_clients_are_refused()
    {
        var node = new TestNode(o => o.MaxClients = 1);
        node.Connect();
        TestClient second = node.Connect();
        Assert.Equal("-ERR max number of clients reached\r\n", second.Read());
        Assert.True(second.IsClosed);
    }

    [Theory]
    [InlineData("NAME second", "2")]
    [InlineData("NOT-NAME second", "1")]
    [InlineData("DB 3", "2")]
    [InlineData("NOT-DB 3 NOT-NAME x", "1")]
    [InlineData("IP 127.0.0.1 FLAGS N", "1 2")]
    [InlineData("FLAGS P", "")]
    [InlineData("NOT-FLAGS P", "1 2")]
    [InlineData("ID 1 2 7 NAME second", "2")]
    [InlineData("NOT-ID 1", "2")]
    [InlineData("SKIPME yes", "2")]
    [InlineData("MAXAGE 100", "1")]
    [InlineData("IDLE 1000", "")]
    [InlineData("LIB-NAME lib LIB-VER 1.0", "2")]
    [InlineData("TYPE normal USER default", "1 2")]
    [InlineData("NOT-TYPE normal", "")]
    public void Connections_are_listed_by_what_is_true_of_them(string filters, string ids)
    {
        var node = new TestNode();
        TestClient first = node.Connect();
        node.Jump(200_000);
        TestClient second = node.Connect();
        second.Run("CLIENT SETNAME second");
        second.Run("CLIENT SETINFO LIB-NAME lib");
        second.Run("CLIENT SETINFO LIB-VER 1.0");
        second.Run("SELECT 3");
        string list = first.Run("CLIENT LIST " + filters);
        Assert.Equal(ids, string.Join(' ', list.Split('\n').Where(l => l.StartsWith("id=", StringComparison.Ordinal)).Select(l => l[3..l.IndexOf(' ', StringComparison.Ordinal)])));
    }

    [Theory]
    [InlineData("MAXAGE x", "ERR maxage is not an integer or out of range")]
    [InlineData("MAXAGE 0", "ERR maxage should be greater than 0")]
    [InlineData("NOT-MAXAGE 10", "ERR syntax error")]
    [InlineData("DB 16", "ERR DB number should be between 0 and 15")]
    [InlineData("FLAGS Z", "ERR Unknown flags found in the provided filter: Z")]
    [InlineData("NOT-USER nobody", "ERR No such user 'nobody'")]
    [InlineData("NAME", "ERR syntax error")]
    [InlineData("SKIPME foo", "ERR syntax error")]
    public void What_is_no_filter_is_refused(string filters, string error)
    {
        var node = new TestNode();
        Assert.Equal($"-{error}\r\n", node.Connect().Run("CLIENT LIST " + filters));
        Assert.Equal($"-{error}\r\n", node.Connect().Run("CLIENT KILL SKIPME yes " + filters));
    }

    [Fact]
    public void Old_connections_are_closed()
    {
        var node = new TestNode();
        TestClient old = node.Connect();
        node.Jump(200_000);
        TestClient young = node.Connect();
        Assert.Equal(":1\r\n", young.Run("CLIENT KILL MAXAGE 100"));
        Assert.True(old.IsClosed);
        Assert.False(young.IsClosed);
    }

    [Fact]
    public void Requests_that_are_cut_anywhere_by_reads_are_answered_like_whole_ones()
    {
        byte[] all = Encoding.Latin1.GetBytes(string.Concat(
            "SET a some-value\r\n", Words("APPEND", "a", new string('x', 90)), Words("BLPOP", "nothing", "0.01"),
            Words("MULTI"), Words("INCR", "n"), Words("GET", "a"), Words("EXEC"), "PING\r\n", Words("ECHO", "last")));
        string whole = Conversation([all]);
        for (int first = 1; first < all.Length - 1; first++)
        {
            int second = first + Math.Min(1 + first % 37, all.Length - first - 1);
            Assert.Equal(whole, Conversation([all[..first], all[first..second], all[second..]]));
        }

        static string Conversation(byte[][] reads)
        {
            var node = new TestNode();
            TestClient client = node.Connect();
            foreach (byte[] read in reads) client.Send(read);
            node.Pass(200);
            return client.Read();
        }

        static string Words(params string[] words) => Encoding.Latin1.GetString(TestClient.Encode(words));
    }
}
