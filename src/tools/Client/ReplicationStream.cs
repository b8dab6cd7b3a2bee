using System;
using System.IO;
using System.Text;

namespace Hexad.Client;

/// <summary>
/// Acts as a replica of a server: fetches the dump that a full synchronisation begins with, to show the commands that
/// follow or to keep the dump. SYNC answers <c>$LENGTH\r\n</c> and that many bytes, or <c>$EOF:MARK\r\n</c> and bytes
/// up to the 40 bytes of the mark.
/// </summary>
public sealed class ReplicationStream(Connection connection, ToolConsole console)
{
    private const int MarkLength = 40;

    /// <summary>Tells the server what kind of replica asks; false when it does not know the setting, which is said.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public bool Announce(string setting, string value)
    {
        console.WriteError($"sending REPLCONF {setting} {value}\n");
        Reply reply = connection.Call("REPLCONF", setting, value);
        if (!reply.IsError) return true;
        console.WriteError($"REPLCONF {setting} error: {reply.Text}\n");
        return false;
    }

    /// <summary>Drops the dump and hands every command of the stream over, until the connection ends; false when the server refuses.</summary>
    public bool ShowCommands(Action<Reply> show)
    {
        try
        {
            if (!TryStart(out long length, out byte[] mark)) return false;
            console.WriteError(length < 0
                ? "SYNC with master, discarding bytes of bulk transfer until EOF marker...\n"
                : $"SYNC with master, discarding {length} bytes of bulk transfer...\n");
            long transferred = Transfer(length, mark, Stream.Null);
            if (length < 0)
            {
                console.WriteError($"SYNC done after {transferred} bytes. Logging commands from master.\n");
            }
            else
            {
                console.WriteError("SYNC done. Logging commands from master.\n");
            }

            ShowStream(show);
            return true;
        }
        catch (ConnectionException e)
        {
            console.WriteError($"Error: {e.Message}\n");
            return false;
        }
    }

    /// <summary>
    /// Hands over command after command. An acknowledgement every second tells the master that we live, and the first
    /// one after a dump with a mark is what starts the stream.
    /// </summary>
    private void ShowStream(Action<Reply> show)
    {
        while (true)
        {
            while (connection.TryReadBuffered(out Reply command)) show(command);
            console.Flush();
            if (connection.WaitReadable(1000))
            {
                connection.Fill();
                continue;
            }

            connection.Write("REPLCONF", "ACK", "0");
            connection.Flush();
        }
    }

    /// <summary>Writes the dump to a file, or to the output if the file is "-"; the exit code.</summary>
    public int SaveDump(string file)
    {
        try
        {
            if (!TryStart(out long length, out byte[] mark)) return 1;
            console.WriteError(length < 0
                ? $"SYNC sent to master, writing bytes of bulk transfer until EOF marker to '{file}'\n"
                : $"SYNC sent to master, writing {length} bytes to '{file}'\n");
            if (file == "-")
            {
                Transfer(length, mark, new ConsoleStream(console));
                console.Flush();
                return 0;
            }

            using FileStream target = new(file, FileMode.Create, FileAccess.Write);
            long transferred = Transfer(length, mark, target);
            target.Flush(flushToDisk: true);
            console.WriteError(length < 0
                ? $"Transfer finished with success after {transferred} bytes\n"
                : "Transfer finished with success.\n");
            return 0;
        }
        catch (ConnectionException)
        {
            console.WriteError("I/O Error reading RDB payload from socket\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            console.WriteError($"Error writing '{file}': {e.Message}\n");
        }

        return 1;
    }

    private bool TryStart(out long length, out byte[] mark)
    {
        (length, mark) = (0, []);
        connection.Raw("SYNC\r\n"u8);
        string header;
        do
        {
            header = ReadLine();
        }
        while (header.Length == 0);

        if (header[0] == '-')
        {
            console.WriteError($"SYNC with master failed: {header}\n");
            return false;
        }

        if (header.StartsWith("$EOF:", StringComparison.Ordinal) && header.Length >= 5 + MarkLength)
        {
            length = -1;
            mark = Encoding.Latin1.GetBytes(header.Substring(5, MarkLength));
        }
        else
        {
            length = CNumber.Integer(header[1..]);
        }

        return true;
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            char c = (char)connection.ReadRaw(1)[0];
            if (c == '\n') return line.ToString().TrimEnd('\r');
            line.Append(c);
        }
    }

    /// <summary>Copies the dump; its length in bytes, the mark not counted.</summary>
    private long Transfer(long length, byte[] mark, Stream target)
    {
        if (length >= 0)
        {
            for (long rest = length; rest > 0;)
            {
                ReadOnlySpan<byte> part = connection.ReadRaw((int)Math.Min(rest, 64 * 1024));
                target.Write(part);
                rest -= part.Length;
            }

            return length;
        }

        // The last 40 bytes are held back: they may be the mark.
        long written = 0;
        var held = new byte[64 * 1024 + MarkLength];
        int count = 0;
        while (true)
        {
            ReadOnlySpan<byte> part = connection.ReadRaw(held.Length - count);
            part.CopyTo(held.AsSpan(count));
            count += part.Length;
            bool ended = count >= MarkLength && held.AsSpan(count - MarkLength, MarkLength).SequenceEqual(mark);
            int ready = Math.Max(0, count - MarkLength);
            target.Write(held, 0, ready);
            written += ready;
            if (ended) return written;
            Array.Copy(held, ready, held, 0, count - ready);
            count -= ready;
        }
    }

    private sealed class ConsoleStream(ToolConsole console) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => console.Write(buffer.AsSpan(offset, count));
        public override void Write(ReadOnlySpan<byte> buffer) => console.Write(buffer);
    }
}
