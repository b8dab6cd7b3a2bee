using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>Goes through all keys of a database with SCAN, a page at a time.</summary>
public sealed class KeyScan(Connection connection, CliOptions options)
{
    private const int PauseEveryPages = 100;
    private ulong _cursor;
    private long _pages;

    /// <summary>The next page of keys; null after the last. A page may be empty.</summary>
    /// <exception cref="ConnectionException">The connection failed, or the server refused to scan.</exception>
    public IReadOnlyList<Reply>? Next()
    {
        if (_pages > 0 && _cursor == 0) return null;
        var command = new List<byte[]> { "SCAN"u8.ToArray(), Encoding.ASCII.GetBytes(_cursor.ToString(CultureInfo.InvariantCulture)) };
        if (options.Pattern is not null) command.AddRange(["MATCH"u8.ToArray(), options.Pattern]);
        if (options.ScanCount > 0) command.AddRange(["COUNT"u8.ToArray(), Encoding.ASCII.GetBytes(options.ScanCount.ToString())]);
        Reply reply = connection.Call([.. command]);
        if (reply.IsError) throw new ConnectionException(ConnectionFault.Protocol, $"SCAN error: {reply.Text}");
        if (reply.Elements.Count != 2 || !ulong.TryParse(reply.Elements[0].Text, out _cursor))
            throw new ConnectionException(ConnectionFault.Protocol, "Invalid element count from SCAN!");
        _pages++;
        return reply.Elements[1].Elements;
    }

    /// <summary>Waits between pages where the options say so: the sampling modes rest every 100 pages.</summary>
    public void Rest()
    {
        if (options.IntervalUs > 0 && _pages % PauseEveryPages == 0) Thread.Sleep(TimeSpan.FromMicroseconds(options.IntervalUs));
    }

    /// <summary>How many keys the database has.</summary>
    /// <exception cref="ConnectionException">The connection failed, or the server refused.</exception>
    public long CountKeys()
    {
        Reply reply = connection.Call("DBSIZE");
        return reply.IsError ? throw new ConnectionException(ConnectionFault.Protocol, $"Couldn't determine DBSIZE: {reply.Text}") : reply.Integer;
    }

    /// <summary>Prints every key on a line; the exit code.</summary>
    /// <exception cref="ConnectionException">The connection failed, or the server refused to scan.</exception>
    public static int PrintAll(Connection connection, CliOptions options, ToolConsole console)
    {
        var scan = new KeyScan(connection, options);
        while (scan.Next() is { } page)
        {
            foreach (Reply key in page)
            {
                if (options.Output == OutputMode.Standard) console.Write(QuotedText.Quote(key.Bytes));
                else console.Write(key.Bytes);
                console.Write("\n");
            }

            console.Flush();
            if (options.IntervalUs > 0) Thread.Sleep(TimeSpan.FromMicroseconds(options.IntervalUs));
        }

        return 0;
    }
}
