using System.Net;
using System.Net.Sockets;
using System.Threading;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public void It_leaves_from_the_address_that_is_asked_for()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Endpoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        using Connection connection = Connection.Open(endpoint, new ConnectOptions { Source = IPAddress.Parse("127.0.0.5"), ConnectTimeoutMs = 2000 });
        using Socket accepted = listener.AcceptSocket();
        Assert.Equal("127.0.0.5", ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public void A_port_without_a_server_is_refused_with_and_without_a_time_limit(int limitMs)
    {
        int port;
        using (var server = new ScriptedServer(_ => null)) port = server.Port;
        ConnectionException e = Assert.Throws<ConnectionException>(
            () => Connection.Open(new Endpoint("127.0.0.1", port), new ConnectOptions { ConnectTimeoutMs = limitMs }));
        Assert.Equal((ConnectionFault.Refused, "Connection refused"), (e.Fault, e.Message));
    }

    [Fact]
    public void A_connection_made_within_a_time_limit_works_like_any_other()
    {
        using var server = new ScriptedServer(_ => "+PONG\r\n");
        using Connection connection = Connection.Open(new Endpoint("127.0.0.1", server.Port), new ConnectOptions { ConnectTimeoutMs = 2000 });
        Assert.Equal("PONG", connection.Call("PING").Text);
    }

    [Fact]
    public void A_server_that_says_nothing_is_given_up_after_the_time_limit()
    {
        using var server = new ScriptedServer(_ => "");
        using Connection connection = Connection.Open(new Endpoint("127.0.0.1", server.Port), new ConnectOptions { ReplyTimeoutMs = 50 });
        Assert.Equal(ConnectionFault.TimedOut, Assert.Throws<ConnectionException>(() => connection.Call("PING")).Fault);
    }

    [Fact]
    public void Another_thread_can_end_a_wait()
    {
        using var server = new ScriptedServer(_ => "");
        using Connection connection = Connection.Open(new Endpoint("127.0.0.1", server.Port));
        var other = new Thread(() =>
        {
            // The command has arrived, so the wait for its reply is what is ended.
            SpinWait.SpinUntil(() => !server.Asked.IsEmpty);
            connection.Abort();
        });
        other.Start();
        Assert.Equal(ConnectionFault.Closed, Assert.Throws<ConnectionException>(() => connection.Call("PING")).Fault);
        Assert.True(connection.IsAborted);
        other.Join();
    }

    [Fact]
    public void Pipelined_commands_are_answered_in_order_and_pushes_go_their_own_way()
    {
        int pushes = 0;
        using var server = new ScriptedServer(words => $">2\r\n+note\r\n+x\r\n+{words[0]}\r\n");
        using Connection connection = Connection.Open(new Endpoint("127.0.0.1", server.Port));
        connection.OnPush = _ => pushes++;
        connection.Write("A");
        connection.Write("B");
        Assert.Equal(("A", "B"), (connection.Read().Text, connection.Read().Text));
        Assert.Equal(2, pushes);
    }

    [Fact]
    public void Noise_instead_of_RESP_is_reported_as_such()
    {
        using var server = new ScriptedServer(_ => "HTTP/1.1 400 Bad Request\r\n");
        using Connection connection = Connection.Open(new Endpoint("127.0.0.1", server.Port));
        ConnectionException e = Assert.Throws<ConnectionException>(() => connection.Call("PING"));
        Assert.Equal((ConnectionFault.Protocol, "Protocol error, got \"H\" as reply type byte"), (e.Fault, e.Message));
    }
}
