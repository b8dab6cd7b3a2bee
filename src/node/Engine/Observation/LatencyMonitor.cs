using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Hexad.Engine;

/// <summary>How long something took, in the second in which it was longest.</summary>
public readonly record struct LatencySample(long UnixSeconds, long Milliseconds);

/// <summary>The samples of one kind of event.</summary>
public sealed class LatencySeries
{
    /// <summary>The samples, the oldest first.</summary>
    public List<LatencySample> Samples { get; } = [];

    /// <summary>The longest since the last reset.</summary>
    public long MostMs { get; internal set; }
}

/// <summary>
/// Events that took at least <c>latency-monitor-threshold</c> milliseconds (LATENCY): of each kind the last 160 seconds
/// that had any, with the longest of each, and the longest of all.
/// </summary>
public sealed class LatencyMonitor(Node node)
{
    private const int MostSamples = 160;
    private const int GraphWidth = 80;
    private const int GraphRows = 4;
    private readonly SortedDictionary<string, LatencySeries> _series = new(StringComparer.Ordinal);

    /// <summary>Whether anything is kept at all.</summary>
    public bool IsOn => node.Options.LatencyMonitorThresholdMs > 0;

    /// <summary>All kinds that were seen, by name.</summary>
    public IReadOnlyDictionary<string, LatencySeries> All => _series;

    /// <summary>Notes an event that took so many nanoseconds, if that is long enough.</summary>
    public void Add(string name, long nanoseconds)
    {
        long milliseconds = nanoseconds / 1_000_000;
        if (!IsOn || milliseconds < node.Options.LatencyMonitorThresholdMs) return;
        if (!_series.TryGetValue(name, out LatencySeries? series)) _series.Add(name, series = new LatencySeries());
        series.MostMs = Math.Max(series.MostMs, milliseconds);
        long second = node.Now.Wall.Value / 1000;
        List<LatencySample> samples = series.Samples;
        if (samples.Count > 0 && samples[^1].UnixSeconds == second)
        {
            samples[^1] = new LatencySample(second, Math.Max(samples[^1].Milliseconds, milliseconds));
            return;
        }

        if (samples.Count == MostSamples) samples.RemoveAt(0);
        samples.Add(new LatencySample(second, milliseconds));
    }

    /// <summary>The samples of one kind, or null.</summary>
    public LatencySeries? Find(string name) => _series.GetValueOrDefault(name);

    /// <summary>Forgets one kind; false when there is nothing to forget.</summary>
    public bool Reset(string name) => _series.Remove(name);

    /// <summary>Forgets everything; how many kinds there were.</summary>
    public int Reset()
    {
        int count = _series.Count;
        _series.Clear();
        return count;
    }

    /// <summary>A drawing of one kind's samples: a column each, as high as it was long, its age below from top to bottom.</summary>
    public string Graph(string name, LatencySeries series)
    {
        long low = long.MaxValue, high = 0;
        foreach (LatencySample sample in series.Samples)
        {
            low = Math.Min(low, sample.Milliseconds);
            high = Math.Max(high, sample.Milliseconds);
        }

        List<LatencySample> shown = series.Samples[Math.Max(0, series.Samples.Count - GraphWidth)..];
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{name} - high {high} ms, low {low} ms (all time high {series.MostMs} ms)\n"));
        text.Append('-', GraphWidth).Append('\n');
        for (int row = GraphRows; row >= 1; row--)
        {
            foreach (LatencySample sample in shown)
            {
                // Half a row is drawn as half a sign.
                double height = high == low ? 1 : 0.5 + (GraphRows - 0.5) * (sample.Milliseconds - low) / (high - low);
                text.Append(height >= row ? '#' : height >= row - 0.5 ? '_' : ' ');
            }

            text.Append('\n');
        }

        return Ages(text.Append('\n'), shown).ToString();
    }

    /// <summary>What the samples say, in words.</summary>
    public string Diagnosis()
    {
        if (!IsOn)
            return "The latency monitor is off. Turn it on with CONFIG SET latency-monitor-threshold <milliseconds>: events that take at least that long are kept then.";
        if (_series.Count == 0) return "No event took as long as latency-monitor-threshold since the monitor was turned on or reset: there is nothing to complain of.";
        var text = new StringBuilder("These events took as long as latency-monitor-threshold or longer:\n\n");
        int index = 0;
        foreach ((string name, LatencySeries series) in _series)
        {
            long sum = 0;
            foreach (LatencySample sample in series.Samples) sum += sample.Milliseconds;
            long seconds = series.Samples[^1].UnixSeconds - series.Samples[0].UnixSeconds;
            text.Append(CultureInfo.InvariantCulture, $"{++index}. {name}: {series.Samples.Count} spikes (average {sum / series.Samples.Count} ms, ")
                .Append(CultureInfo.InvariantCulture, $"one in {seconds / series.Samples.Count} seconds), the worst of all time {series.MostMs} ms.\n   {Advice(name)}\n");
        }

        return text.ToString();
    }

    private StringBuilder Ages(StringBuilder text, List<LatencySample> shown)
    {
        long now = node.Now.Wall.Value / 1000;
        string[] ages = new string[shown.Count];
        int longest = 0;
        for (int i = 0; i < ages.Length; i++)
        {
            long age = Math.Max(0, now - shown[i].UnixSeconds);
            ages[i] = age < 60 ? $"{age}s" : age < 3600 ? $"{age / 60}m" : age < 86400 ? $"{age / 3600}h" : $"{age / 86400}d";
            longest = Math.Max(longest, ages[i].Length);
        }

        for (int row = 0; row < longest; row++)
        {
            foreach (string age in ages) text.Append(row < age.Length ? age[row] : ' ');
            text.Append('\n');
        }

        return text;
    }

    private static string Advice(string name) => name switch
    {
        "command" => "Look with SLOWLOG GET which calls these were: commands over many elements take as long as there are elements.",
        "fast-command" => "Commands that take constant time were slow: the machine is short of CPU time, or the system stops the process.",
        "expire-cycle" => "Many keys end at the same time: spread their times to live, or lower active-expire-effort.",
        "eviction-cycle" => "Memory is at maxmemory and much has to go at once: lower maxmemory-eviction-tenacity, or give more memory.",
        _ => "Periodic work took long: lower active-defrag-cycle-max, or give the node more CPU time.",
    };
}
