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
    private byte[] _buffer = new byte[64 * 1024];
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

    /// <summary>Sends requests that are bytes already.</summary>
    public void Send(ReadOnlySpan<byte> requests) => _stream.Write(requests);

    /// <summary>The next reply.</summary>
    public string Receive() => Encoding.Latin1.GetString(ReceiveBytes());

    /// <summary>The next reply, valid until the one after it.</summary>
    public ReadOnlySpan<byte> ReceiveBytes()
    {
        int length;
        while ((length = Measure(_buffer.AsSpan(_start, _end - _start))) == 0) Fill();
        _start += length;
        return _buffer.AsSpan(_start - length, length);
    }

    private static void Append(StringBuilder text, string[] words)
    {
        text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words) text.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
    }

    public void Dispose() => _stream.Dispose();

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 120_000 };
        socket.Connect("127.0.0.1", port);
        return socket;
    }

    // How many bytes the reply has with which these begin; 0 when it is not all there.
    private static int Measure(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        for (long left = 1; left > 0; left--)
        {
            int end = at < bytes.Length ? bytes[at..].IndexOf((byte)'\n') : -1;
            if (end < 0) return 0;
            byte kind = bytes[at];
            long count = kind is (byte)'$' or (byte)'*' or (byte)'%' or (byte)'~' or (byte)'=' or (byte)'>' ? long.Parse(bytes.Slice(at + 1, end - 2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : -1;
            at += end + 1;
            if (count < 0) continue;
            if (kind is not ((byte)'$' or (byte)'=')) left += kind == '%' ? 2 * count : count;
            else if (bytes.Length - at < count + 2) return 0;
            else at += (int)count + 2;
        }

        return at;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = _stream.Read(_buffer.AsSpan(_end));
        Assert.True(read > 0, "the server closed the connection");
        _end += read;
    }
}
