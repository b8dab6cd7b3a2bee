using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Processes;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The event loop over both grounds, with a scripted node in it and real sockets around it.</summary>
[SupportedOSPlatform("linux")]
public sealed class LoopTests
{
    private readonly int _port = FreePorts.Take(3);

    public static TheoryData<string> Grounds => ScriptedNode.Grounds;

    [Theory]
    [MemberData(nameof(Grounds))]
    public void What_comes_in_pieces_is_answered_in_order(string ground)
    {
        using ScriptedNode node = new ScriptedNode(ground, ScriptedNode.Tcp("127.0.0.1", _port)).Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        var sent = new List<byte>();
        for (int size = 1; size < 5000; size = (size * 2) + 1)
        {
            byte[] piece = [.. Enumerable.Range(size, size).Select(i => (byte)i)];
            client.Send(piece);
            sent.AddRange(piece);
        }

        Assert.Equal(sent, ScriptedNode.Read(client, sent.Count));
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_slow_reader_gets_a_huge_reply_whole_and_the_node_hears_that_it_is_drained(string ground)
    {
        const int size = 24 * 1024 * 1024;
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnReceived = (n, link, _) =>
        {
            var chunk = new byte[1 << 20];
            for (int i = 0; i < size / chunk.Length; i++)
            {
                Array.Fill(chunk, (byte)i);
                link.Output.Write(chunk);
            }

            link.WantsDrained = true;
            n.Host.Flush(link);
        };
        node.OnDrained = (n, _) => n.Note("drained");
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        client.Send([1]);
        using Socket other = ScriptedNode.Client("127.0.0.1", _port);
        byte[] all = ScriptedNode.Read(client, size);
        for (int i = 0; i < size; i += 1 << 16) Assert.Equal((byte)(i >> 20), all[i]);
        Assert.Equal("drained", node.Next());
    }

    [Theory]
    [InlineData("epoll", 3000)]
    [InlineData("portable", 200)]
    public void Many_connections_are_served_at_once(string ground, int count)
    {
        HostLimits.Raise();
        using ScriptedNode node = new ScriptedNode(ground, ScriptedNode.Tcp("127.0.0.1", _port)).Start();
        Socket[] clients = [.. Enumerable.Range(0, count).Select(_ => ScriptedNode.Client("127.0.0.1", _port))];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < count; i++) clients[i].Send(BitConverter.GetBytes(i));
            for (int i = 0; i < count; i++) Assert.Equal(i, BitConverter.ToInt32(ScriptedNode.Read(clients[i], 4)));
        }

        foreach (Socket client in clients) client.Dispose();
        for (int i = 0; i < count; i++) Assert.Equal("closed ClosedByPeer", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_refused_connection_is_told_from_other_failures(string ground)
    {
        using ScriptedNode node = new ScriptedNode(ground).Start();
        node.Do(n => n.Host.Connect(new Link(LinkKind.BusOutbound, n.Pool) { Remote = new Endpoint("127.0.0.1", _port + 1) }));
        Assert.Equal("closed Refused", node.Next());
        node.Do(n => n.Host.Connect(new Link(LinkKind.BusOutbound, n.Pool) { Remote = new Endpoint("no such host", _port) }));
        Assert.Equal("closed BadAddress", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_connect_that_nobody_answers_times_out(string ground)
    {
        // A full accept queue makes the kernel drop the handshake, like a silent machine.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, _port + 2));
        silent.Listen(1);
        using ScriptedNode node = new ScriptedNode(ground).Start();
        node.Do(n =>
        {
            for (int i = 0; i < 8; i++)
                n.Host.Connect(new Link(LinkKind.BusOutbound, n.Pool) { Remote = new Endpoint("127.0.0.1", _port + 2), ConnectTimeoutMs = 200 });
        });
        Assert.Equal("closed TimedOut", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_connection_leaves_from_the_address_it_was_given(string ground)
    {
        using ScriptedNode server = new(ground, ScriptedNode.Tcp("127.0.0.3", _port));
        server.OnOpened = (n, link) => n.Note($"from {link.Remote.Address} to {link.Local}");
        server.Start();
        using ScriptedNode node = new ScriptedNode(ground).Start();
        node.OnOpened = (n, link) => n.Note($"open {link.Local.Address}");
        node.Do(n => n.Host.Connect(new Link(LinkKind.BusOutbound, n.Pool)
        {
            Remote = new Endpoint("127.0.0.3", _port),
            Local = new Endpoint("127.0.0.2", 0),
        }));
        Assert.Equal("open 127.0.0.2", node.Next());
        Assert.Equal($"from 127.0.0.2 to 127.0.0.3:{_port}", server.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_port_in_use_is_reported_in_the_systems_words(string ground)
    {
        using ScriptedNode first = new ScriptedNode(ground, ScriptedNode.Tcp("127.0.0.1", _port)).Start();
        using ScriptedNode second = new ScriptedNode(ground, ScriptedNode.Tcp("127.0.0.1", _port)).Start(expectedListeners: 0);
        Assert.Equal("not listening: Address already in use", second.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_unix_socket_serves_and_has_its_mode(string ground)
    {
        string path = Path.Combine(Path.GetTempPath(), $"hexad-test-{ground}-{Environment.ProcessId}.sock");
        var listener = new Listener { Kind = LinkKind.Client, At = new Endpoint(path, 0), IsUnix = true, UnixMode = 0x180 };
        using (ScriptedNode node = new ScriptedNode(ground, listener).Start())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
            client.Connect(new UnixDomainSocketEndPoint(path));
            client.Send("PING"u8);
            Assert.Equal("PING", Encoding.ASCII.GetString(ScriptedNode.Read(client, 4)));
        }

        Assert.False(File.Exists(path));
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_unix_socket_belongs_to_the_group_that_was_asked_for_or_is_not_opened(string ground)
    {
        string path = Path.Combine(Path.GetTempPath(), $"hexad-group-{ground}-{Environment.ProcessId}.sock");
        string id = Shell.Run("id", ["-gn"]).Output.Trim();
        var owned = new Listener { Kind = LinkKind.Client, At = new Endpoint(path, 0), IsUnix = true, UnixMode = 0x1E4, UnixGroup = id };
        using (ScriptedNode node = new ScriptedNode(ground, owned).Start()) Assert.Equal(id, Shell.Run("stat", ["-c", "%G", path]).Output.Trim());
        var stranger = new Listener { Kind = LinkKind.Client, At = new Endpoint(path, 0), IsUnix = true, UnixGroup = "no-such-group" };
        using ScriptedNode other = new ScriptedNode(ground, stranger).Start(expectedListeners: 0);
        Assert.Equal("not listening: there is no group 'no-such-group' for the unix socket", other.Next());
        Assert.False(File.Exists(path));
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_reset_is_told_from_an_orderly_end(string ground)
    {
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnOpened = (n, _) => n.Note("open");
        node.Start();
        ScriptedNode.Client("127.0.0.1", _port).Dispose();
        Assert.Equal("open", node.Next());
        Assert.Equal("closed ClosedByPeer", node.Next());
        Socket rude = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        rude.LingerState = new LingerOption(true, 0);
        rude.Dispose();
        Assert.Equal("closed Reset", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_link_closed_after_its_flush_sends_everything_first(string ground)
    {
        const int size = 8 * 1024 * 1024;
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnReceived = (n, link, _) =>
        {
            link.Output.Write(new byte[size]);
            n.Host.Close(link, CloseMode.AfterFlush);
        };
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        client.Send([1]);
        ScriptedNode.Read(client, size);
        Assert.Equal(0, client.Receive(new byte[1]));
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_paused_link_is_not_read_until_it_is_resumed(string ground)
    {
        Link? paused = null;
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port)) { TakesNotesOfBytes = true };
        node.OnOpened = (n, link) =>
        {
            if (paused is not null) return;
            paused = link;
            n.Host.SetReading(link, false);
            n.Note("paused");
        };
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("paused", node.Next());
        client.Send("abc"u8);
        using Socket other = ScriptedNode.Client("127.0.0.1", _port);
        other.Send("x"u8);
        Assert.Equal("got 1", node.Next());
        node.Do(n => n.Host.SetReading(paused!, true));
        Assert.Equal("got 3", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_link_paused_after_its_bytes_were_reported_hears_them_when_it_is_resumed(string ground)
    {
        var links = new List<Link>();
        Link? paused = null;
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port)) { TakesNotesOfBytes = true };
        node.OnOpened = (n, link) =>
        {
            links.Add(link);
            n.Note("open");
        };
        node.OnReceived = (n, link, _) =>
        {
            if (paused is not null) return;
            paused = links.Find(other => other != link)!;
            n.Host.SetReading(paused, false);
        };
        node.Start();
        using Socket first = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        using Socket second = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        node.InOneWake(() =>
        {
            first.Send("abc"u8);
            second.Send("abc"u8);
            second.Shutdown(SocketShutdown.Send);
            first.Shutdown(SocketShutdown.Send);
        });
        Assert.Equal("got 3", node.Next());
        Assert.Equal("closed ClosedByPeer", node.Next());
        node.Do(n => n.Host.SetReading(paused!, true));
        Assert.Equal("got 3", node.Next());
        Assert.Equal("closed ClosedByPeer", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void The_end_that_comes_together_with_the_last_bytes_is_heard_after_their_reply(string ground)
    {
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnOpened = (n, _) => n.Note("open");
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        node.InOneWake(() =>
        {
            client.Send("abc"u8);
            client.Shutdown(SocketShutdown.Send);
        });
        Assert.Equal("abc"u8, ScriptedNode.Read(client, 3));
        Assert.Equal(0, client.Receive(new byte[1]));
        Assert.Equal("closed ClosedByPeer", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void Bytes_that_fill_every_read_of_a_wake_are_followed_by_the_rest_and_the_end(string ground)
    {
        long total = 0;
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnReceived = (n, link, bytes) =>
        {
            total += bytes.Length;
            link.Output.Write(BitConverter.GetBytes(total));
            n.Host.Flush(link);
        };
        node.Start();
        foreach (int pieces in (int[])[1, 2, 3, 4, 5, 8, 9, 40])
        {
            total = 0;
            using Socket client = ScriptedNode.Client("127.0.0.1", _port);
            client.Send(new byte[pieces * 64 * 1024]);
            client.Shutdown(SocketShutdown.Send);
            byte[] reply;
            do reply = ScriptedNode.Read(client, sizeof(long));
            while (BitConverter.ToInt64(reply) < pieces * 64 * 1024);
            Assert.Equal(0, client.Receive(new byte[1]));
            Assert.Equal("closed ClosedByPeer", node.Next());
        }
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void Bytes_behind_an_urgent_one_are_heard(string ground)
    {
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        node.OnOpened = (n, _) => n.Note("open");
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        node.InOneWake(() =>
        {
            client.Send("abc"u8);
            client.Send("!"u8, SocketFlags.OutOfBand);
            client.Send("def"u8);
        });
        Assert.Equal("abcdef"u8, ScriptedNode.Read(client, 6));
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_long_step_serves_by_pumping_what_was_reported_before_it_began(string ground)
    {
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        bool released = false;
        node.OnOpened = (n, _) => n.Note("open");
        node.OnReceived = (n, link, bytes) =>
        {
            if (bytes[0] == (byte)'R') released = true;
            if (bytes[0] == (byte)'L')
            {
                for (int i = 0; i < 1000 && !released; i++) n.Host.Pump();
                n.Note(released ? "served within" : "served after");
            }

            link.Output.Write(bytes);
            n.Host.Flush(link);
        };
        node.Start();
        using Socket busy = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        using Socket other = ScriptedNode.Client("127.0.0.1", _port);
        Assert.Equal("open", node.Next());
        node.InOneWake(() =>
        {
            busy.Send("L"u8);
            other.Send("R"u8);
        });
        Assert.Equal("served within", node.Next());
        Assert.Equal((byte)'R', ScriptedNode.Read(other, 1)[0]);
        Assert.Equal((byte)'L', ScriptedNode.Read(busy, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_long_step_can_serve_others_by_pumping(string ground)
    {
        using ScriptedNode node = new(ground, ScriptedNode.Tcp("127.0.0.1", _port));
        bool released = false;
        node.OnReceived = (n, link, bytes) =>
        {
            if (bytes[0] == (byte)'R') released = true;
            if (bytes[0] == (byte)'L')
            {
                n.Note("long step");
                while (!released) n.Host.Pump();
            }

            link.Output.Write(bytes);
            n.Host.Flush(link);
        };
        node.Start();
        using Socket busy = ScriptedNode.Client("127.0.0.1", _port);
        using Socket other = ScriptedNode.Client("127.0.0.1", _port);
        busy.Send("L"u8);
        Assert.Equal("long step", node.Next());
        other.Send("R"u8);
        Assert.Equal((byte)'R', ScriptedNode.Read(other, 1)[0]);
        Assert.Equal((byte)'L', ScriptedNode.Read(busy, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void The_node_is_woken_when_it_asked_for_it_and_not_before(string ground)
    {
        using ScriptedNode node = new ScriptedNode(ground).Start();
        long asked = 0;
        node.OnTick = n => n.Note(System.Diagnostics.Stopwatch.GetTimestamp() / 1_000_000 >= asked ? "in time" : "early");
        node.Do(n =>
        {
            asked = (n.Host.Ticks() / 1_000_000) + 30;
            n.Wake = new MonotonicMs(asked);
        });
        Assert.Equal("in time", node.Next());
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public void A_stop_reaches_the_node_and_its_exit_code_comes_back(string ground)
    {
        using ScriptedNode node = new ScriptedNode(ground, ScriptedNode.Tcp("127.0.0.1", _port)).Start();
        node.Stop();
        Assert.Equal("stop Terminate", node.Next());
        node.Join();
        Assert.Equal(7, node.ExitCode);
    }

    [Fact]
    public void Serving_a_request_allocates_nothing()
    {
        using ScriptedNode node = new("epoll", ScriptedNode.Tcp("127.0.0.1", _port));
        node.Start();
        using Socket client = ScriptedNode.Client("127.0.0.1", _port);
        byte[] request = new byte[40];
        Exchange(1000);
        long before = Allocated();
        Exchange(1000);
        long after = Allocated();
        // Asking twice costs two notes of their own; a single byte a request would be a thousand.
        Assert.InRange(after - before, 0, 900);

        void Exchange(int times)
        {
            for (int i = 0; i < times; i++)
            {
                client.Send(request);
                ScriptedNode.Read(client, request.Length);
            }
        }

        long Allocated()
        {
            node.Do(n => n.Note(GC.GetAllocatedBytesForCurrentThread().ToString()));
            return long.Parse(node.Next());
        }
    }
}
