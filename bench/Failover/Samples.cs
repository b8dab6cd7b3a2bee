using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace Hexad.Failover;

/// <summary>How a primary is taken away.</summary>
internal enum Way
{
    /// <summary>Its process is killed: its ports refuse.</summary>
    Kill,

    /// <summary>Its process is stopped: its ports are silent.</summary>
    Stop,

    /// <summary>Its process is killed 3 s after the cluster was made.</summary>
    Young,
}

/// <summary>What is measured: which server, with which node timeout, which loss.</summary>
internal sealed record Case(string Server, int NodeTimeoutMs, Way Way)
{
    /// <summary>From when on a run is one to be looked into.</summary>
    public int LateMs => Way == Way.Stop ? NodeTimeoutMs + 700 : 1000;

    /// <summary>How long a write is tried before the run counts as one without a failover.</summary>
    public int LimitMs => Way == Way.Young ? 30_000 : (2 * NodeTimeoutMs) + 20_000;
}

/// <summary>One run: the milliseconds to the next successful write, none when there was no such write within the limit; keys lost.</summary>
internal sealed record Sample(Case Case, double? Ms, int Lost, double Load)
{
    public bool IsLate => Ms is null || Ms > Case.LateMs || Lost > 0;

    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Case.Server},{Case.NodeTimeoutMs},{Case.Way},{Ms:F0},{Lost},{Load:F2}");

    public static Sample Parse(string line)
    {
        string[] words = line.Split(',');
        var of = new Case(words[0], int.Parse(words[1], CultureInfo.InvariantCulture), Enum.Parse<Way>(words[2]));
        double? ms = words[3].Length == 0 ? null : double.Parse(words[3], CultureInfo.InvariantCulture);
        return new Sample(of, ms, int.Parse(words[4], CultureInfo.InvariantCulture), double.Parse(words[5], CultureInfo.InvariantCulture));
    }
}

/// <summary>All samples taken so far, one a line; several runs of the tool may append to the same file.</summary>
internal sealed class SampleFile
{
    private const string Header = "server,node timeout ms,way,ms,keys lost,load of the machine";

    private const string Heading = """
        # From the loss of a primary to the next successful write

        Six processes on one machine, three primaries and three replicas; the servers take turns. A client asks a living
        node every 5 ms, follows where it is sent, and does not go back to the one that was lost. kill: SIGKILL. stop:
        SIGSTOP. young: SIGKILL 3 s after the cluster was made, with 100 keys written before, and up to 30 s of patience.


        """;

    private readonly string _path;

    public SampleFile(string path)
    {
        _path = path;
        if (!File.Exists(path)) File.WriteAllText(path, Header + "\n");
    }

    /// <summary>The samples of a case, in the order in which they were taken.</summary>
    public IEnumerable<Sample> Of(Case what) => All().Where(s => s.Case == what);

    public void Append(Sample sample) => File.AppendAllText(_path, sample.Line + "\n");

    /// <summary>Every case with its least, middle and greatest time.</summary>
    public string Page()
    {
        var page = new StringBuilder(Heading);
        page.Append("| server | node timeout ms | way | runs | min ms | median ms | p95 ms | max ms | without a write in time | keys lost |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (IGrouping<Case, Sample> group in All().GroupBy(static s => s.Case).OrderBy(static g => (g.Key.Way, g.Key.NodeTimeoutMs, g.Key.Server)))
        {
            double[] sorted = [.. group.Where(static s => s.Ms is not null).Select(static s => s.Ms!.Value).Order()];
            string figures = sorted.Length == 0
                ? "| | | | "
                : string.Create(CultureInfo.InvariantCulture, $"{sorted[0]:F0} | {(sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2:F0} | {sorted[(int)Math.Ceiling(0.95 * sorted.Length) - 1]:F0} | {sorted[^1]:F0} ");
            Case of = group.Key;
            page.Append(CultureInfo.InvariantCulture, $"| {of.Server} | {of.NodeTimeoutMs} | {of.Way.ToString().ToLowerInvariant()} | {group.Count()} | {figures}| {group.Count(static s => s.Ms is null)} | {group.Sum(static s => s.Lost)} |\n");
        }

        return page.ToString();
    }

    private IEnumerable<Sample> All() => File.ReadAllLines(_path).Skip(1).Select(Sample.Parse);
}
