using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Hexad.Client;
using Spectre.Console;

namespace Hexad.Up;

/// <summary>
/// Shows a running cluster until it is told to stop: at a terminal a table that is drawn again every second, elsewhere
/// the table once and then a line for each change.
/// </summary>
public sealed class StatusWatch(IReadOnlyList<LocalNode> nodes, ToolConsole console) : IDisposable
{
    private const int LookEveryMs = 1000;
    private const int AnswerTimeoutMs = 500;
    private readonly Dictionary<LocalNode, Connection> _connections = [];

    /// <summary>Shows the state until the event is set.</summary>
    public void Run(ManualResetEventSlim stop, string footer)
    {
        if (!console.OutputIsTerminal)
        {
            RunPlain(stop);
            return;
        }

        console.Flush();
        AnsiConsole.Live(Table(Look(), footer)).Start(live =>
        {
            while (!stop.Wait(LookEveryMs))
            {
                live.UpdateTarget(Table(Look(), footer));
                live.Refresh();
            }
        });
    }

    /// <summary>Shows the state once.</summary>
    public ClusterStatus Print()
    {
        ClusterStatus status = Look();
        if (console.OutputIsTerminal)
        {
            console.Flush();
            AnsiConsole.Write(Table(status, ""));
            return status;
        }

        foreach (StatusRow row in status.Rows) console.WriteLine(Line(row));
        console.WriteLine(status.Summary);
        console.Flush();
        return status;
    }

    public void Dispose()
    {
        foreach (Connection connection in _connections.Values) connection.Dispose();
    }

    private void RunPlain(ManualResetEventSlim stop)
    {
        ClusterStatus before = Print();
        while (!stop.Wait(LookEveryMs))
        {
            ClusterStatus now = Look();
            for (int i = 0; i < now.Rows.Count; i++)
            {
                (StatusRow was, StatusRow row) = (before.Rows[i], now.Rows[i]);
                if ((was.Role, was.Detail, was.IsWell) != (row.Role, row.Detail, row.IsWell)) console.WriteLine(Line(row));
            }

            if (now.Summary != before.Summary) console.WriteLine(now.Summary);
            console.Flush();
            before = now;
        }
    }

    private static string Line(StatusRow row) =>
        string.Join("  ", new[] { row.Address, row.Id, row.Role, row.Detail, row.Keys.Length > 0 ? row.Keys + " keys" : "", char.IsAsciiDigit(row.Lag.FirstOrDefault()) ? "lag " + row.Lag : row.Lag }
            .Where(part => part.Length > 0));

    private static Table Table(ClusterStatus status, string footer)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(new TableTitle(status.Summary, new Style(status.IsWell ? Color.Green : Color.Yellow)));
        foreach (string column in (string[])["node", "id", "role", "slots", "keys", "lag", "ops/s", "memory"])
        {
            var header = new TableColumn(new Text(column, new Style(decoration: Decoration.Bold)));
            table.AddColumn(column is "keys" or "lag" or "ops/s" or "memory" ? header.RightAligned() : header);
        }

        foreach (StatusRow row in status.Rows)
        {
            Style style = !row.IsWell ? new Style(Color.Red) : row.Role == "master" ? new Style(Color.Green) : Style.Plain;
            table.AddRow(
                new Text(row.Address), new Text(row.Id), new Text(row.Role, style), new Text(row.Detail), new Text(row.Keys),
                new Text(row.Lag), new Text(row.OpsPerSecond), new Text(row.Memory));
        }

        if (footer.Length > 0) table.Caption(new TableTitle(Markup.Escape(footer)));
        return table;
    }

    private ClusterStatus Look() =>
        ClusterStatus.Of(nodes.Select(n => new NodeAnswers(n, Ask(n, "CLUSTER", "NODES"), Ask(n, "INFO"))).ToList());

    private string? Ask(LocalNode node, params string[] command)
    {
        try
        {
            if (!_connections.TryGetValue(node, out Connection? connection))
            {
                connection = Connection.Open(node.Endpoint, new ConnectOptions { ConnectTimeoutMs = AnswerTimeoutMs, ReplyTimeoutMs = AnswerTimeoutMs });
                _connections[node] = connection;
            }

            Reply reply = connection.Call(command);
            return reply.IsError ? null : reply.Text;
        }
        catch (ConnectionException)
        {
            if (_connections.Remove(node, out Connection? broken)) broken.Dispose();
            return null;
        }
    }
}
