using System;
using System.Threading;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>A line of figures about the server each second, taken from INFO; connects again when the server goes away.</summary>
public sealed class StatMode(Connection connection, CliOptions options, ToolConsole console)
{
    private const int HeaderEvery = 20;
    private Connection _connection = connection;
    private long _requests;

    /// <summary>Prints until interrupted, or until the server refuses; the exit code.</summary>
    public int Run()
    {
        TimeSpan pause = options.IntervalUs > 0 ? TimeSpan.FromMicroseconds(options.IntervalUs) : TimeSpan.FromSeconds(1);
        for (int line = 0; ; line++)
        {
            Reply reply = AskInfo();
            if (reply.IsError)
            {
                console.WriteError($"ERROR: {reply.Text}\n");
                return 1;
            }

            if (line % HeaderEvery == 0)
            {
                console.WriteLine("------- data ------ --------------------- load -------------------- - child -");
                console.WriteLine("keys       mem      clients blocked requests            connections          ");
            }

            console.WriteLine(Line(reply.Text));
            console.Flush();
            Thread.Sleep(pause);
        }
    }

    private Reply AskInfo()
    {
        for (int tries = 0; ;)
        {
            try
            {
                Reply reply = _connection.Call("INFO");
                if (tries > 0) console.Write("\r\x1b[0K");
                return reply;
            }
            catch (ConnectionException)
            {
                console.Write($"\r\x1b[0KReconnecting... {++tries}\r");
                console.Flush();
                _connection.Dispose();
                Thread.Sleep(1000);
                _connection = Reopen(_connection);
            }
        }
    }

    private Connection Reopen(Connection broken)
    {
        try
        {
            Connection fresh = Connection.Open(options.Endpoint);
            options.Credentials.Authenticate(fresh);
            return fresh;
        }
        catch (ConnectionException)
        {
            return broken;
        }
    }

    private string Line(string info)
    {
        long keys = 0;
        foreach (string row in info.Split('\n'))
        {
            if (row.StartsWith("db", StringComparison.Ordinal) && row.IndexOf(":keys=", StringComparison.Ordinal) is > 0 and var at)
                keys += CNumber.Integer(row[(at + 6)..]);
        }

        long requests = InfoText.Number(info, "total_commands_processed");
        string load = $"{requests} (+{(_requests == 0 ? 0 : requests - _requests)})";
        _requests = requests;
        string child = (InfoText.Number(info, "rdb_bgsave_in_progress") != 0, InfoText.Number(info, "aof_rewrite_in_progress") != 0, InfoText.Number(info, "loading") != 0) switch
        {
            (_, _, true) => "LOAD",
            (true, true, _) => "SAVE+AOF",
            (true, _, _) => "SAVE",
            (_, true, _) => "AOF",
            _ => "",
        };
        return $"{keys,-11}{Human(InfoText.Number(info, "used_memory")),-8} {InfoText.Number(info, "connected_clients"),-8}"
            + $"{InfoText.Number(info, "blocked_clients"),-8}{load,-19} {InfoText.Number(info, "total_connections_received"),-12}{child}";
    }

    private static string Human(long bytes) => bytes switch
    {
        < 1024 => $"{bytes}B",
        < 1024 * 1024 => $"{bytes / 1024.0:F2}K",
        < 1024L * 1024 * 1024 => $"{bytes / (1024.0 * 1024):F2}M",
        _ => $"{bytes / (1024.0 * 1024 * 1024):F2}G",
    };
}
