using System;
using System.Diagnostics;
using System.Security.Cryptography;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// Sends the input, which is protocol already, as fast as the server takes it, and counts the replies meanwhile. An
/// ECHO of random bytes marks the end: when they come back, everything was answered. A line end before it lets the
/// server find its way even when the input ended within a command that was typed as a line.
/// </summary>
public sealed class PipeMode(Connection connection, CliOptions options, ToolConsole console)
{
    private const int MarkLength = 20;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkLength);
    private int _start;
    private int _end;
    private bool _inputEnded;
    private bool _answered;
    private long _errors;
    private long _replies;

    /// <summary>Transfers; the exit code is 0 when no reply was an error.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public int Run()
    {
        long lastReply = Stopwatch.GetTimestamp();
        while (!_answered)
        {
            bool busy = SendMore();
            long before = _replies + _errors;
            // While the server takes everything at once there is more to read than to wait for.
            if (connection.WaitReadable(busy ? 0 : _inputEnded && _start == _end ? 1000 : 1))
            {
                connection.Fill();
                TakeReplies();
            }

            if (_replies + _errors != before) lastReply = Stopwatch.GetTimestamp();
            else if (_inputEnded && options.PipeTimeoutSeconds > 0 && Stopwatch.GetElapsedTime(lastReply).TotalSeconds > options.PipeTimeoutSeconds)
            {
                console.WriteError($"No replies for {options.PipeTimeoutSeconds} seconds: exiting.\n");
                _errors++;
                break;
            }
        }

        console.WriteLine($"errors: {_errors}, replies: {_replies}");
        return _errors == 0 ? 0 : 1;
    }

    /// <summary>Sends the rest of the buffer, or the next part of the input; whether anything moved.</summary>
    private bool SendMore()
    {
        if (_start == _end)
        {
            if (_inputEnded) return false;
            console.Flush();
            (_start, _end) = (0, console.Input.Read(_buffer));
            if (_end == 0) AppendMark();
        }

        int sent = connection.SendSome(_buffer.AsSpan(_start, _end - _start));
        _start += sent;
        return sent > 0;
    }

    private void AppendMark()
    {
        _inputEnded = true;
        ReadOnlySpan<byte> head = "\r\n*2\r\n$4\r\nECHO\r\n$20\r\n"u8;
        head.CopyTo(_buffer);
        _mark.CopyTo(_buffer.AsSpan(head.Length));
        "\r\n"u8.CopyTo(_buffer.AsSpan(head.Length + MarkLength));
        (_start, _end) = (0, head.Length + MarkLength + 2);
        console.WriteLine("All data transferred. Waiting for the last reply...");
        console.Flush();
    }

    private void TakeReplies()
    {
        while (connection.TryReadBuffered(out Reply reply))
        {
            if (_inputEnded && reply.Kind == ReplyKind.Bulk && reply.Bytes.AsSpan().SequenceEqual(_mark))
            {
                console.WriteLine("Last reply received from server.");
                _answered = true;
                return;
            }

            _replies++;
            if (!reply.IsError) continue;
            _errors++;
            console.WriteError(reply.Text + "\n");
        }
    }
}
