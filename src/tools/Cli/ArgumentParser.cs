using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Client;
using Hexad.ClusterTool;

namespace Hexad.Cli;

/// <summary>What came of reading the command line: options to go on with, or a text to end with.</summary>
/// <param name="Options">What was asked for; null when the program ends here.</param>
/// <param name="ExitCode">The exit code when it ends here.</param>
/// <param name="Message">What to print when it ends here, or as a warning.</param>
public sealed record ParseOutcome(CliOptions? Options, int ExitCode, string Message)
{
    /// <summary>The program ends, successfully: help or version was asked for.</summary>
    public static ParseOutcome Done(string text) => new(null, 0, text);

    /// <summary>The program ends: the command line is wrong.</summary>
    public static ParseOutcome Wrong(string text) => new(null, 1, text);
}

/// <summary>
/// The argument rules of redis-cli, which are its own: options stand before the command, a <c>-h</c> is a host unless
/// it is the last argument, everything from the first argument that is no option belongs to the command.
/// </summary>
public sealed class ArgumentParser
{
    private const string PasswordWarning =
        "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly CliOptions _options = new();
    private readonly StringBuilder _warnings = new();
    private int _at;
    private ParseOutcome? _end;
    private bool _resp2;
    private bool _resp3;
    private bool _resp3Preferred;
    private bool _rdb;
    private bool _functionsRdb;

    private ArgumentParser(string program, string[] arguments, bool outputIsTerminal)
    {
        _program = program;
        _arguments = arguments;
        _options.Output = outputIsTerminal ? OutputMode.Standard : OutputMode.Raw;
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="program">The name that the program was started under.</param>
    /// <param name="arguments">The arguments without that name.</param>
    /// <param name="outputIsTerminal">Decides the default of the output mode.</param>
    /// <param name="environment">Reads an environment variable.</param>
    public static ParseOutcome Parse(string program, string[] arguments, bool outputIsTerminal, Func<string, string?> environment)
    {
        var parser = new ArgumentParser(program, arguments, outputIsTerminal);
        return parser.Run(environment);
    }

    private ParseOutcome Run(Func<string, string?> environment)
    {
        while (_at < _arguments.Length && _end is null)
        {
            string name = _arguments[_at];
            bool known = TakeFlag(name) || TakeClusterFlag(name) || (_at + 1 < _arguments.Length && (TakeValue(name) || TakeClusterValue(name)));
            if (known)
            {
                _at++;
                continue;
            }

            if (_end is not null) break;
            if (_options.Cluster is not null && !IsOption(name))
            {
                TakeClusterArguments();
                continue;
            }

            if (IsOption(name)) return ParseOutcome.Wrong($"Unrecognized option or bad number of args for: '{name}'\n");
            break;
        }

        if (_end is not null) return _end;
        _options.CommandStart = _at;
        return Finish(environment);
    }

    /// <summary>An option without a value.</summary>
    private bool TakeFlag(string name)
    {
        switch (name)
        {
            case "--help": return End(ParseOutcome.Done(UsageText.Of(_program)));
            case "-h" when _at + 1 == _arguments.Length: return End(ParseOutcome.Done(UsageText.Of(_program)));
            case "-v" or "--version": return End(ParseOutcome.Done($"redis-cli {CliVersion.Text}\n"));
            case "--cluster" when _at + 1 == _arguments.Length: return End(ParseOutcome.Wrong(UsageText.Of(_program)));
            case "-x": _options.LastArgumentFromInput = true; return true;
            case "--no-auth-warning": _options.NoPasswordWarning = true; return true;
            case "--askpass": _options.AskPassword = true; return true;
            case "--raw": _options.Output = OutputMode.Raw; return true;
            case "--no-raw": _options.Output = OutputMode.Standard; return true;
            case "--quoted-input": _options.QuotedInput = true; return true;
            case "--csv": _options.Output = OutputMode.Csv; return true;
            case "--json": _options.Output = OutputMode.Json; return _resp3Preferred = true;
            case "--quoted-json": _options.Output = OutputMode.QuotedJson; return _resp3Preferred = true;
            case "--latency": return TakeMode(CliMode.Latency);
            case "--latency-history": return TakeMode(CliMode.LatencyHistory);
            case "--latency-dist": return TakeMode(CliMode.LatencyDistribution);
            case "--mono": return _options.Monochrome = true;
            case "--slave" or "--replica": return TakeMode(CliMode.Replica);
            case "--stat": return TakeMode(CliMode.Stat);
            case "--scan": return TakeMode(CliMode.Scan);
            case "--pipe": return TakeMode(CliMode.Pipe);
            case "--bigkeys": return TakeMode(CliMode.BigKeys);
            case "--memkeys": return TakeMode(CliMode.MemoryKeys);
            case "--hotkeys": return TakeMode(CliMode.HotKeys);
            case "-c": return _options.FollowRedirections = true;
            case "-e": return _options.FailOnError = true;
            case "--verbose": return _options.Verbose = true;
            case "-2": return _resp2 = true;
            case "-3": return _resp3 = true;
            case "--ldb" or "--ldb-sync-mode": return End(ParseOutcome.Wrong($"{name} is not supported: this client has no script debugger\n"));
            case "--tls": return End(ParseOutcome.Wrong("--tls is not supported: this build has no TLS\n"));
            default: return false;
        }
    }

    /// <summary>An option whose value is the next argument.</summary>
    private bool TakeValue(string name)
    {
        string value = _arguments[_at + 1];
        switch (name)
        {
            case "-h": _options.Host = value; break;
            case "-p": _options.Port = CNumber.Int32(value); break;
            case "-s": _options.SocketPath = value; break;
            case "-a" or "--pass": _options.Password = value; break;
            case "--user": _options.User = value; break;
            case "-u":
                if (RedisUri.Apply(value, _options) is { } fault) End(ParseOutcome.Wrong(fault + "\n"));
                break;
            case "-n": _options.Database = CNumber.Int32(value); break;
            case "-r": _options.Repeat = CNumber.Integer(value); break;
            case "-i": _options.IntervalUs = (long)(CNumber.Real(value) * 1_000_000); break;
            case "-X": _options.InputTag = value; break;
            case "-d": _options.ElementDelimiter = Encoding.UTF8.GetBytes(value); break;
            case "-D": _options.ReplyDelimiter = Encoding.UTF8.GetBytes(value); break;
            case "--pattern": _options.Pattern = Encoding.UTF8.GetBytes(value); break;
            case "--quoted-pattern":
                _options.Pattern = QuotedText.Unquote(Encoding.UTF8.GetBytes(value));
                if (_options.Pattern is null) End(ParseOutcome.Wrong("Invalid quoted string specified for --quoted-pattern.\n"));
                break;
            case "--count": _options.ScanCount = CNumber.Int32(value); break;
            case "--intrinsic-latency":
                TakeMode(CliMode.IntrinsicLatency);
                _options.IntrinsicSeconds = CNumber.Int32(value);
                break;
            case "--lru-test":
                TakeMode(CliMode.LruTest);
                _options.LruKeys = CNumber.Integer(value);
                break;
            case "--rdb": TakeRdb(CliMode.Rdb, value); break;
            case "--functions-rdb": TakeRdb(CliMode.FunctionsRdb, value); break;
            case "--pipe-timeout": _options.PipeTimeoutSeconds = CNumber.Int32(value); break;
            case "--memkeys-samples":
                TakeMode(CliMode.MemoryKeys);
                _options.MemorySamples = CNumber.Int32(value);
                break;
            case "--eval": _options.ScriptFile = value; break;
            case "--show-pushes": TakeShowPushes(value); break;
            default: return false;
        }

        _at++;
        return true;
    }

    private bool TakeClusterFlag(string name)
    {
        // A cluster option may stand before --cluster itself, so it is kept whether or not that came.
        ClusterRequest request = _options.Cluster ?? _early;
        ClusterRequest? changed = name switch
        {
            "--cluster-yes" => request with { Yes = true },
            "--cluster-slave" => request with { Slave = true },
            "--cluster-only-masters" => request with { OnlyMasters = true },
            "--cluster-only-replicas" => request with { OnlyReplicas = true },
            "--cluster-simulate" => request with { Simulate = true },
            "--cluster-replace" => request with { Replace = true },
            "--cluster-copy" => request with { Copy = true },
            "--cluster-use-empty-masters" => request with { UseEmptyMasters = true },
            "--cluster-search-multiple-owners" => request with { SearchMultipleOwners = true },
            "--cluster-fix-with-unreachable-masters" => request with { FixWithUnreachableMasters = true },
            "--cluster-from-askpass" => request with { FromCredentials = request.FromCredentials with { Password = AskedPassword } },
            _ => null,
        };
        return Keep(changed);
    }

    /// <summary>Stands for a password that is asked for at the terminal.</summary>
    public const string AskedPassword = "\0asked";

    private ClusterRequest _early = new() { Command = "" };

    private bool TakeClusterValue(string name)
    {
        ClusterRequest request = _options.Cluster ?? _early;
        string value = _arguments[_at + 1];
        if (name == "--cluster") return TakeCluster(value);
        if (name == "--cluster-weight") return TakeWeights(request);
        ClusterRequest? changed = name switch
        {
            "--cluster-replicas" => request with { Replicas = CNumber.Int32(value) },
            "--cluster-master-id" => request with { MasterId = value },
            "--cluster-from" => request with { From = value },
            "--cluster-to" => request with { To = value },
            "--cluster-from-user" => request with { FromCredentials = request.FromCredentials with { User = value } },
            "--cluster-from-pass" => request with { FromCredentials = request.FromCredentials with { Password = value } },
            "--cluster-slots" => request with { Slots = CNumber.Int32(value) },
            "--cluster-timeout" => request with { TimeoutMs = CNumber.Int32(value) },
            "--cluster-pipeline" => request with { Pipeline = CNumber.Int32(value) },
            "--cluster-threshold" => request with { ThresholdPercent = CNumber.Real(value) },
            _ => null,
        };
        if (!Keep(changed)) return false;
        _at++;
        return true;
    }

    private bool TakeCluster(string command)
    {
        if (_options.Cluster is not null) return End(ParseOutcome.Wrong(UsageText.Of(_program)));
        _options.Mode = CliMode.Cluster;
        _options.Cluster = _early with { Command = command, Arguments = Plain(_at + 2) };
        _at += 1 + _options.Cluster.Arguments.Count;
        return true;
    }

    /// <summary>Arguments of a cluster command that stand behind its options.</summary>
    private void TakeClusterArguments()
    {
        List<string> plain = Plain(_at);
        if (_options.Cluster!.Arguments.Count == 0) _options.Cluster = _options.Cluster with { Arguments = plain };
        else plain = [plain[0]];
        _at += plain.Count;
    }

    private bool TakeWeights(ClusterRequest request)
    {
        if (request.Weights.Count > 0)
        {
            return End(ParseOutcome.Wrong("WARNING: you cannot use --cluster-weight more than once.\n" +
                "You can set more weights by adding them as a space-separated list, ie:\n--cluster-weight n1=w n2=w\n"));
        }

        var weights = new List<string>();
        for (int i = _at + 1; i < _arguments.Length && !_arguments[i].StartsWith("--", StringComparison.Ordinal) && _arguments[i].Contains('='); i++)
            weights.Add(_arguments[i]);
        _at += weights.Count;
        return Keep(request with { Weights = weights });
    }

    private List<string> Plain(int from)
    {
        var plain = new List<string>();
        for (int i = from; i < _arguments.Length && !IsOption(_arguments[i]); i++) plain.Add(_arguments[i]);
        return plain;
    }

    private bool Keep(ClusterRequest? changed)
    {
        if (changed is null) return false;
        if (_options.Cluster is not null) _options.Cluster = changed;
        else _early = changed;
        return true;
    }

    private bool TakeMode(CliMode mode)
    {
        // As Redis: with several modes given, an earlier one of its list runs; only latency has two names.
        if (_options.Mode == CliMode.Cluster) return true;
        if (_options.Mode == CliMode.Commands || mode < _options.Mode || _options.Mode == CliMode.Latency) _options.Mode = mode;
        return true;
    }

    private void TakeRdb(CliMode mode, string file)
    {
        TakeMode(mode);
        _options.RdbFile = file;
        if (mode == CliMode.Rdb) _rdb = true;
        else _functionsRdb = true;
    }

    private void TakeShowPushes(string value)
    {
        if (value.StartsWith("n", StringComparison.OrdinalIgnoreCase)) _options.ShowPushes = false;
        else if (value.StartsWith("y", StringComparison.OrdinalIgnoreCase)) _options.ShowPushes = true;
        else _warnings.Append($"Unknown --show-pushes value '{value}' (valid: '[y]es', '[n]o')\n");
    }

    private ParseOutcome Finish(Func<string, string?> environment)
    {
        if (_options.SocketPath is not null && _options.FollowRedirections) return ParseOutcome.Wrong("Options -c and -s are mutually exclusive.\n");
        if (_resp2 && _resp3) return ParseOutcome.Wrong("Options -2 and -3 are mutually exclusive.\n");
        if (_options.Password is not null && !_options.NoPasswordWarning) _warnings.Append(PasswordWarning);
        if (_rdb && _functionsRdb) return ParseOutcome.Wrong("Option --functions-rdb and --rdb are mutually exclusive.\n");
        if (_options.LastArgumentFromInput && _options.InputTag is not null) return ParseOutcome.Wrong("Options -x and -X are mutually exclusive.\n");
        _options.Protocol = _resp2 ? ProtocolChoice.Resp2
            : _resp3 ? ProtocolChoice.Resp3
            : _resp3Preferred ? ProtocolChoice.Resp3Preferred : ProtocolChoice.Default;
        _options.Password ??= environment("REDISCLI_AUTH");
        if (_options.Cluster is not null)
        {
            _options.Cluster = _options.Cluster with
            {
                Yes = _options.Cluster.Yes || environment("REDISCLI_CLUSTER_YES") == "1",
                Verbose = _options.Verbose,
                Credentials = _options.Credentials,
            };
        }

        return new ParseOutcome(_options, 0, _warnings.ToString());
    }

    private bool End(ParseOutcome outcome)
    {
        _end = outcome;
        return true;
    }

    private static bool IsOption(string argument) => argument.StartsWith('-');
}
