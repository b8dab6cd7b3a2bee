// Loads a node's configuration: a file, what comes on standard input, and the command line, in this order, as one
// text. A later line replaces an earlier one (save adds up). The first fault ends it, with the text that Redis prints.
//
// Lines are a directive and its words; '#' begins a comment only at the start of a line. Besides options there are
// include, rename-command, user, loadmodule. Reading files, patterns and all, is the caller's: this floor has no I/O.
using System;
using System.Collections.Generic;
using System.Globalization;

namespace Hexad.Options;

/// <summary>A file that was read, or why it could not be.</summary>
public readonly record struct ConfigFileText(string Path, string? Text, string? Error);

/// <summary>Reads one file, or each that matches a pattern with * ? [ ] in it; a pattern that matches nothing gives nothing.</summary>
public delegate IReadOnlyList<ConfigFileText> ReadConfigFiles(string pathOrPattern);

/// <summary>Where a configuration comes from.</summary>
public sealed class ConfigSources
{
    /// <summary>The file, or null.</summary>
    public string? Path { get; init; }

    /// <summary>What was read from standard input, where "-" asked for it.</summary>
    public string? StandardInput { get; init; }

    /// <summary>The lines that the command line amounts to; see <see cref="ServerArguments"/>.</summary>
    public string? CommandLine { get; init; }

    public required ReadConfigFiles Read { get; init; }

    /// <summary>Whether there is such a command, for rename-command; null: not checked.</summary>
    public Func<string, bool>? CommandExists { get; init; }

    /// <summary>The version of Redis that the head of an error names.</summary>
    public string Version { get; init; } = "7.2.6";
}

/// <summary>Loads; <see cref="Error"/> says whether it worked.</summary>
public sealed class ConfigLoader
{
    private const int DeepestInclude = 32;
    private const int LeastHz = 1;
    private const int MostHz = 500;

    // Directives of older servers that have no meaning any more, accepted with one word as Redis does.
    private static readonly string[] unrestricted = ["on", "nopass", "~*", "allkeys", "&*", "allchannels", "+@all", "allcommands", "sanitize-payload", "skip-sanitize-payload"];
    private static readonly string[] forgotten = ["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];

    private readonly ConfigSources sources;
    private readonly List<string> warnings = [];
    private readonly HashSet<string> warned = [];

    private ConfigLoader(ConfigSources sources) => this.sources = sources;

    public NodeOptions Options { get; } = new();

    /// <summary>What a log should say at the start: options whose feature is not there, and adjusted values.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>The whole text for standard error, or null when all is well.</summary>
    public string? Error { get; private set; }

    public static ConfigLoader Load(ConfigSources sources)
    {
        ConfigLoader loader = new(sources);
        string text = "";
        string? path = null;
        if (sources.Path is not null && !loader.TryReadMain(sources.Path, ref text, out path))
            return loader;
        if (sources.StandardInput is not null)
            text += sources.StandardInput;
        if (sources.CommandLine is not null)
            text += "\n" + sources.CommandLine;
        loader.Options.ConfigFile = path;
        if (loader.Lines(text, path, 0))
            loader.Conclude();
        return loader;
    }

    private bool TryReadMain(string name, ref string text, out string? path)
    {
        path = null;
        foreach (ConfigFileText file in sources.Read(name))
        {
            if (file.Text is null)
                return CannotOpen(file);
            text += file.Text;
            path = file.Path;
        }
        return true;
    }

    private bool CannotOpen(ConfigFileText file)
    {
        Error = "Fatal error, can't open config file '" + file.Path + "': " + file.Error + "\n";
        return false;
    }

    private bool Lines(string text, string? path, int depth)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim(' ', '\t', '\r', '\n');
            if (line.Length == 0 || line[0] == '#')
                continue;
            string? fault = Line(line, depth);
            if (Error is not null)
                return false;
            if (fault is null)
                continue;
            Error = Head() + "Reading the configuration file, at line " + (i + 1).ToString(CultureInfo.InvariantCulture)
                + "\n>>> '" + line + "'\n" + fault + "\n" + (path is null ? "" : "(in " + path + ")\n");
            return false;
        }
        return true;
    }

    private string Head() => "\n*** FATAL CONFIG FILE ERROR (Redis " + sources.Version + ") ***\n";

    /// <returns>What is wrong with the line, or null. A fault in an included file stands in Error already.</returns>
    private string? Line(string line, int depth)
    {
        string[]? words = ConfigWords.Split(line);
        if (words is null)
            return OptionErrors.UnbalancedQuotes;
        if (words.Length == 0)
            return null;
        string directive = words[0].ToLowerInvariant();
        ReadOnlySpan<string> values = words.AsSpan(1);
        OptionRow? row = NodeOptions.Find(directive);
        if (row is not null)
            return Option(row, values);
        if (values.Length == 1 && Array.IndexOf(forgotten, directive) >= 0)
            return null;
        return directive switch
        {
            "include" when values.Length == 1 => Include(values[0], depth),
            "rename-command" when values.Length == 2 => Rename(values[0], values[1]),
            "user" when values.Length >= 1 => User(values),
            "loadmodule" when values.Length >= 1 => Module(values[0]),
            "sentinel" => values.Length == 0 ? null : OptionErrors.SentinelDirective,
            _ when directive.Contains('.', StringComparison.Ordinal) => ModuleOption(directive, values.Length),
            _ => OptionErrors.BadDirective,
        };
    }

    private string? Option(OptionRow row, ReadOnlySpan<string> values)
    {
        string? fault = Options.SetFromFile(row, values);
        if (fault is null && row.Id == OptionId.AclFile && Options.AclFile.Length > 0)
            fault = OptionErrors.NoAclUsers;
        if (fault is null && row.PendingWarning is { } warning && !Options.IsDefault(row))
            Warn(row.Name, warning);
        return fault;
    }

    private string? Include(string name, int depth)
    {
        if (depth == DeepestInclude)
            return "Files include one another too deeply";
        foreach (ConfigFileText file in sources.Read(name))
        {
            if (file.Text is null ? !CannotOpen(file) : !Lines(file.Text, file.Path, depth + 1))
                return null;
        }
        return null;
    }

    private string? Rename(string name, string newName)
    {
        if (sources.CommandExists is not null && !sources.CommandExists(name))
            return "No such command in rename-command";
        if (newName.Length > 0 && sources.CommandExists is not null && sources.CommandExists(newName) && !IsRenamedAway(newName))
            return "Target command name already exists";
        Options.RenamedCommands.Add((name, newName));
        return null;
    }

    private bool IsRenamedAway(string name)
    {
        foreach ((string old, _) in Options.RenamedCommands)
        {
            if (old.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private string? User(ReadOnlySpan<string> values)
    {
        // Who writes a user down relies on what it forbids: a node that would let everybody in must not start.
        if (values[0] != "default" || !IsUnrestricted(values[1..]))
            return OptionErrors.NoAclUsers;
        Options.Users.Add(values.ToArray());
        return null;
    }

    // The default user as it is without any line: it may do everything.
    private static bool IsUnrestricted(ReadOnlySpan<string> rules)
    {
        foreach (string rule in rules)
        {
            if (Array.IndexOf(unrestricted, rule.ToLowerInvariant()) < 0)
                return false;
        }
        return true;
    }

    private string? Module(string path)
    {
        Warn(path, "Module '" + path + "' is not loaded: modules are not available in this version.");
        return null;
    }

    private string? ModuleOption(string name, int values)
    {
        if (values == 0)
            return OptionErrors.NoModuleValue;
        Warn(name, "Module option '" + name + "' has no effect: modules are not available in this version.");
        return null;
    }

    private void Warn(string about, string warning)
    {
        if (warned.Add(about))
            warnings.Add(warning);
    }

    private void Conclude()
    {
        if (Options.ClusterEnabled && Options.ReplicaOf.Host is not null)
            Error = Head() + OptionErrors.ReplicaOfInCluster + "\n";
        if (Options.ClusterEnabled && Options.Databases > 1)
        {
            if (Options.Databases != 16)
                warnings.Add("WARNING: Changing databases number from " + Options.Databases + " to 1 since we are in cluster mode");
            Options.Databases = 1;
        }
        Options.Hz = Math.Clamp(Options.Hz, LeastHz, MostHz);
    }
}
