using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Hexad.Client;

namespace Hexad.Tools.Tests;

/// <summary>
/// A server on a loopback port that answers every command with what a function says, and keeps what it was asked.
/// A null answer closes the connection.
/// </summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string[], string?> _answer;

    public ScriptedServer(Func<string[], string?> answer)
    {
        _answer = answer;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port { get; }

    /// <summary>The commands that came, words joined by spaces.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.AcceptSocket();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Disposed: the test is over.
        }
    }

    private void Serve(Socket client)
    {
        // A request is an array of bulk texts, which the reader of replies reads just as well.
        var reader = new ReplyReader();
        var buffer = new byte[4096];
        using (client)
        {
            while (true)
            {
                int count;
                try
                {
                    count = client.Receive(buffer);
                }
                catch (SocketException)
                {
                    return;
                }

                if (count == 0) return;
                // A line end between two requests says nothing.
                string text = Encoding.Latin1.GetString(buffer, 0, count).Replace("\r\n\r\n*", "\r\n*", StringComparison.Ordinal);
                if (text.StartsWith("\r\n*", StringComparison.Ordinal)) text = text[2..];
                reader.Append(Encoding.Latin1.GetBytes(text));
                while (reader.TryRead(out Reply request))
                {
                    var words = new List<string>();
                    foreach (Reply word in request.Elements) words.Add(Encoding.Latin1.GetString(word.Bytes));
                    Asked.Enqueue(string.Join(' ', words));
                    if (_answer([.. words]) is not { } answer) return;
                    client.Send(Encoding.Latin1.GetBytes(answer));
                }
            }
        }
    }
}
