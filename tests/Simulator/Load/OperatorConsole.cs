using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Engine.Seam;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Load;

/// <summary>The person at the keyboard: sends commands to single nodes, each over a connection of its own, and hears the answers.</summary>
public sealed class OperatorConsole(World world, Machine machine) : IStation
{
    public Machine Machine => machine;

    /// <summary>Sends a command; <paramref name="heard"/> gets the reply, or null when the connection failed.</summary>
    public void Send(Endpoint to, Action<Reply?>? heard, params string[] words)
    {
        var call = new Call { Request = Encoding.Latin1.GetBytes(VirtualClient.Request(words)), Heard = heard };
        var socket = new Socket(world, this) { Tag = call };
        socket.Dial(to, 3000);
    }

    /// <summary>Sends a command and lets the world run until the answer is there; null when there is none within ten seconds.</summary>
    public Reply? Ask(Endpoint to, params string[] words)
    {
        Reply? answer = null;
        bool done = false;
        Send(to, reply => (answer, done) = (reply, true), words);
        world.RunUntil(() => done, 10_000_000);
        return answer;
    }

    void IStation.Opened(Socket socket) => socket.Send(((Call)socket.Tag!).Request);

    void IStation.Readable(Socket socket)
    {
        var call = (Call)socket.Tag!;
        while (socket.TryPeek(out ReadOnlySpan<byte> bytes, out _))
        {
            call.Reader.Add(bytes);
            socket.Consume(bytes.Length);
        }

        if (call.Reader.TryTake(out Reply reply)) End(socket, call, reply);
        else if (socket.IsAtEnd) End(socket, call, null);
    }

    void IStation.Writable(Socket socket)
    {
    }

    void IStation.Failed(Socket socket, LinkFault fault) => End(socket, (Call)socket.Tag!, null);

    private static void End(Socket socket, Call call, Reply? reply)
    {
        socket.Close();
        Action<Reply?>? heard = call.Heard;
        call.Heard = null;
        heard?.Invoke(reply);
    }

    private sealed class Call
    {
        public required byte[] Request { get; init; }

        public Action<Reply?>? Heard { get; set; }

        public ReplyReader Reader { get; } = new();
    }
}
