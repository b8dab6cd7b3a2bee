using System;
using System.IO;
using System.Text.RegularExpressions;
using Hexad.Client;
using Hexad.Processes;

namespace Hexad.Guide;

/// <summary>One of the six instances: its configuration file, made from the sample, and its process.</summary>
public sealed class Instance(string server, string host, int port, string folder) : IDisposable
{
    private readonly ServerProcess _process = new([server, ConfigFileIn(folder, port)], folder, new Endpoint(host, port));

    /// <summary>The machine it runs on.</summary>
    public string Host => host;

    /// <summary>Its port for clients.</summary>
    public int Port => port;

    /// <summary>Its address.</summary>
    public string Address => $"{host}:{port}";

    /// <summary>Its configuration file.</summary>
    public string ConfigFile => ConfigFileIn(folder, port);

    /// <summary>What it has logged so far.</summary>
    public string Log => _process.Log;

    /// <summary>Whether its process runs.</summary>
    public bool Runs => _process.Runs;

    /// <summary>Copies the sample and edits the lines that the guide edits.</summary>
    public void Configure(string sample, int nodeTimeoutMs, params string[] more)
    {
        string text = sample;
        string[] lines =
        [
            $"bind {host}", "protected-mode no", $"port {port}", $"pidfile {Path.Combine(folder, $"redis-{port}.pid")}", $"dir {folder}",
            $"logfile {Path.Combine(folder, "log")}", "cluster-enabled yes", "always-show-logo yes", $"cluster-config-file nodes-{port}.conf", $"cluster-node-timeout {nodeTimeoutMs}", .. more,
        ];
        // The banner goes to a terminal only, unless it is wanted always: here the log is where it is looked for.
        foreach (string line in lines) text = Edit(text, line);
        File.WriteAllText(ConfigFile, text);
    }

    /// <summary>Starts it.</summary>
    public void Start() => _process.Start();

    /// <summary>Kills it, as when the machine loses power.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, and waits until it has; the exit code.</summary>
    public int Stop() => _process.Stop();

    public void Dispose() => _process.Dispose();

    private static string ConfigFileIn(string folder, int port) => Path.Combine(folder, $"redis-{port}.conf");

    /// <summary>Sets a directive: in its line if it has one, else where it stands commented out, else at the end.</summary>
    private static string Edit(string text, string line)
    {
        string name = Regex.Escape(line[..line.IndexOf(' ')]);
        var active = new Regex($"^{name} .*$", RegexOptions.Multiline);
        if (active.IsMatch(text)) return active.Replace(text, line.Replace("$", "$$", StringComparison.Ordinal), 1);
        var commented = new Regex($"^# ?{name} .*$", RegexOptions.Multiline);
        return commented.IsMatch(text) ? commented.Replace(text, line.Replace("$", "$$", StringComparison.Ordinal), 1) : $"{text}\n{line}\n";
    }
}
