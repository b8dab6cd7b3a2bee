using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace Hexad.Harness;

/// <summary>Figures of one server that are not about load.</summary>
public sealed record StillSample(string Server, double StartMs, double IdleMegabytes, double BytesPerKey);

/// <summary>Writes what was measured: a page with ratios, a chart of them, and every single sample.</summary>
public sealed class Report(string folder, string machine, IReadOnlyList<LoadSample> load, IReadOnlyList<StillSample> still, IReadOnlyList<MemorySample> memory, string ours, string peer)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Writes the files and returns the page.</summary>
    public string Write()
    {
        Directory.CreateDirectory(folder);
        string page = Page();
        File.WriteAllText(Path.Combine(folder, "report.md"), page);
        File.WriteAllText(Path.Combine(folder, "samples.csv"), Samples());
        File.WriteAllText(Path.Combine(folder, "ratios.svg"), Chart());
        return page;
    }

    private string Page()
    {
        var text = new StringBuilder($"# {ours} beside {peer}\n\n{machine}\n\n");
        text.Append("Server and load on a core each; pairs ran in turn. CPU is the server's time per request as the scheduler counts it; ");
        text.Append("the ratio says how many times as much the peer needs (higher is better), with its 95 % interval. ");
        text.Append("Generator: the share of its core that the load generator used; near 1 it was the limit of the throughput.\n\n");
        text.Append($"| case | pairs | {ours} µs | {peer} µs | CPU ratio | {ours} req/s | {peer} req/s | throughput ratio | p50 ms | generator |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (string name in Cases())
        {
            LoadSample[] a = Of(name, ours), b = Of(name, peer);
            Interval cpu = Statistics.PairedRatio(Column(b, s => s.CpuUsPerRequest), Column(a, s => s.CpuUsPerRequest));
            Interval speed = Statistics.PairedRatio(Column(a, s => s.PerSecond), Column(b, s => s.PerSecond));
            text.Append(Invariant, $"| {name} | {a.Length} | {Spread(a, s => s.CpuUsPerRequest, "F2")} | {Spread(b, s => s.CpuUsPerRequest, "F2")} | ");
            text.Append(Invariant, $"**{cpu.Middle:F2}** ({cpu.Low:F2}–{cpu.High:F2}) | {Spread(a, s => s.PerSecond, "F0")} | {Spread(b, s => s.PerSecond, "F0")} | ");
            text.Append(Invariant, $"{speed.Middle:F2} ({speed.Low:F2}–{speed.High:F2}) | {Median(a, s => s.P50Ms):F2} / {Median(b, s => s.P50Ms):F2} | {Median(a, s => s.GeneratorUse):F2} / {Median(b, s => s.GeneratorUse):F2} |\n");
        }

        text.Append("\n| | start to first PONG, ms | idle memory, MB | bytes per key (16+32) |\n|---|---|---|---|\n");
        foreach (IGrouping<string, StillSample> group in still.GroupBy(static s => s.Server))
        {
            StillSample[] rows = [.. group];
            double[] keyed = [.. rows.Select(static r => r.BytesPerKey).Where(static b => b > 0)];
            text.Append(Invariant, $"| {group.Key} | {Line(Column(rows, r => r.StartMs), "F1")} | {Line(Column(rows, r => r.IdleMegabytes), "F1")} | {(keyed.Length == 0 ? "not measured" : Line(keyed, "F1"))} |\n");
        }

        return text.Append(MemoryRun.Page(memory, ours, peer)).ToString();
    }

    private string Samples()
    {
        var text = new StringBuilder("case,server,pair,cpu_us_per_request,requests_per_second,p50_ms,generator_use\n");
        foreach (LoadSample s in load)
            text.Append(Invariant, $"{s.Case},{s.Server},{s.Pair},{s.CpuUsPerRequest:F4},{s.PerSecond:F1},{s.P50Ms:F3},{s.GeneratorUse:F3}\n");
        text.Append("\nserver,start_ms,idle_mb,bytes_per_key\n");
        foreach (StillSample s in still) text.Append(Invariant, $"{s.Server},{s.StartMs:F2},{s.IdleMegabytes:F2},{s.BytesPerKey:F2}\n");
        text.Append("\nmemory,server,bytes_each\n");
        foreach (MemorySample s in memory) text.Append(Invariant, $"{s.Case.Replace(',', ';')},{s.Server},{s.BytesEach:F2}\n");
        return text.ToString();
    }

    // A bar for each case with a line for its interval; 1 is the peer.
    private string Chart()
    {
        string[] cases = [.. Cases()];
        Interval[] ratios = [.. cases.Select(name => Statistics.PairedRatio(Column(Of(name, peer), s => s.CpuUsPerRequest), Column(Of(name, ours), s => s.CpuUsPerRequest)))];
        double most = Math.Max(2, ratios.Length == 0 ? 0 : ratios.Max(static r => r.High));
        const int Left = 170, Width = 520, Row = 34;
        int height = 60 + (cases.Length * Row);
        double X(double ratio) => Left + (ratio / most * Width);
        var svg = new StringBuilder(string.Create(Invariant, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 70}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n"));
        svg.Append($"<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"10\" y=\"24\" font-size=\"15\">Server CPU per request: {peer} / {ours}, higher is better</text>\n");
        for (int i = 0; i < cases.Length; i++)
        {
            int y = 44 + (i * Row);
            svg.Append(Invariant, $"<text x=\"{Left - 8}\" y=\"{y + 16}\" text-anchor=\"end\">{cases[i]}</text>");
            svg.Append(Invariant, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{X(ratios[i].Middle) - Left:F1}\" height=\"22\" fill=\"#2a7f9e\"/>");
            svg.Append(Invariant, $"<line x1=\"{X(ratios[i].Low):F1}\" x2=\"{X(ratios[i].High):F1}\" y1=\"{y + 11}\" y2=\"{y + 11}\" stroke=\"#111\" stroke-width=\"2\"/>");
            svg.Append(Invariant, $"<text x=\"{X(ratios[i].High) + 6:F1}\" y=\"{y + 16}\">{ratios[i].Middle:F2}</text>\n");
        }

        svg.Append(Invariant, $"<line x1=\"{X(1):F1}\" x2=\"{X(1):F1}\" y1=\"36\" y2=\"{height - 12}\" stroke=\"#c33\" stroke-dasharray=\"4 3\"/>\n</svg>\n");
        return svg.ToString();
    }

    private IEnumerable<string> Cases() => load.Select(static s => s.Case).Distinct();

    private LoadSample[] Of(string name, string server) => [.. load.Where(s => s.Case == name && s.Server == server).OrderBy(static s => s.Pair)];

    private static double[] Column<T>(T[] rows, Func<T, double> of) => Array.ConvertAll(rows, row => of(row));

    private static double Median(LoadSample[] rows, Func<LoadSample, double> of) => Statistics.Median(Column(rows, of));

    private static string Spread(LoadSample[] rows, Func<LoadSample, double> of, string format) => Line(Column(rows, of), format);

    private static string Line(double[] values, string format)
    {
        Interval spread = Statistics.Spread(values);
        return $"{spread.Middle.ToString(format, Invariant)} ({spread.Low.ToString(format, Invariant)}–{spread.High.ToString(format, Invariant)})";
    }
}
