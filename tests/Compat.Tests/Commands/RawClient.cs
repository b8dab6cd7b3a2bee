using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

/// <summary>Sends requests and gives replies back as the bytes they are.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public RawClient(int port) => _stream = new NetworkStream(Connect(port), ownsSocket: true);

    /// <summary>Sends a request and waits for its reply.</summary>
    public string Call(params string[] words)
    {
        Send([words]);
        return Receive();
    }

    /// <summary>Sends requests in one piece.</summary>
    public void Send(IEnumerable<string[]> requests)
    {
        var text = new StringBuilder();
        foreach (string[] words in requests) Append(text, words);
        _stream.Write(Encoding.Latin1.GetBytes(text.ToString()));
    }

    /// <summary>The next reply.</summary>
    public string Receive()
    {
        var reply = new StringBuilder();
        Read(reply);
        return reply.ToString();
    }

    private static void Append(StringBuilder text, string[] words)
    {
        text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words) text.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
    }

    public void Dispose() => _stream.Dispose();

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect("127.0.0.1", port);
        return socket;
    }

    private void Read(StringBuilder reply)
    {
        int from = reply.Length;
        do reply.Append((char)Next());
        while (reply.Length < from + 2 || reply[^2] != '\r' || reply[^1] != '\n');
        string line = reply.ToString(from, reply.Length - from - 2);
        if (line[0] is not ('$' or '*' or '%' or '~' or '=' or '>')) return;
        int count = int.Parse(line.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (line[0] is '$' or '=')
            for (int i = 0; count >= 0 && i < count + 2; i++) reply.Append((char)Next());
        else
            for (int i = 0; i < (line[0] == '%' ? 2 * count : count); i++) Read(reply);
    }

    private byte Next()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = _stream.Read(_buffer);
            Assert.True(_end > 0, "the server closed the connection");
        }

        return _buffer[_start++];
    }
}
