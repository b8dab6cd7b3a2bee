using Hexad.Client;
using Hexad.ClusterTool;

namespace Hexad.Cli;

/// <summary>What the client does instead of sending one command.</summary>
public enum CliMode
{
    /// <summary>Sends the command given, or asks for commands when none is.</summary>
    Commands,
    Latency,
    LatencyHistory,
    LatencyDistribution,
    IntrinsicLatency,
    Replica,
    Rdb,
    FunctionsRdb,
    Pipe,
    BigKeys,
    MemoryKeys,
    HotKeys,
    Stat,
    Scan,
    LruTest,
    Cluster,
}

/// <summary>Which version of the protocol is spoken.</summary>
public enum ProtocolChoice
{
    /// <summary>What the server begins with.</summary>
    Default,

    /// <summary>RESP2, even where a mode would like RESP3 better.</summary>
    Resp2,

    /// <summary>RESP3; a server that cannot is an error.</summary>
    Resp3,

    /// <summary>RESP3 if the server can, because the output is richer then.</summary>
    Resp3Preferred,
}

/// <summary>Everything that the command line of the client says. Defaults are those of redis-cli.</summary>
public sealed record CliOptions
{
    public string Host { get; set; } = "127.0.0.1";
    public int Port { get; set; } = 6379;

    /// <summary>The path of a unix socket, which goes before host and port.</summary>
    public string? SocketPath { get; set; }

    public string? User { get; set; }
    public string? Password { get; set; }
    public bool AskPassword { get; set; }
    public bool NoPasswordWarning { get; set; }

    /// <summary>The database to select.</summary>
    public int Database { get; set; }

    public ProtocolChoice Protocol { get; set; }
    public CliMode Mode { get; set; }

    /// <summary>How often each command is sent; negative for ever.</summary>
    public long Repeat { get; set; } = 1;

    /// <summary>The pause between repetitions, in microseconds; 0 is none, or what a mode has as its own default.</summary>
    public long IntervalUs { get; set; }

    public OutputMode Output { get; set; }

    /// <summary>Whether messages that answer no command are shown; null means only at a terminal.</summary>
    public bool? ShowPushes { get; set; }

    public byte[] ElementDelimiter { get; set; } = "\n"u8.ToArray();
    public byte[] ReplyDelimiter { get; set; } = "\n"u8.ToArray();

    /// <summary>The last argument is read from the input.</summary>
    public bool LastArgumentFromInput { get; set; }

    /// <summary>The argument that is replaced by what is read from the input.</summary>
    public string? InputTag { get; set; }

    /// <summary>Every argument of the command is a quoted text.</summary>
    public bool QuotedInput { get; set; }

    /// <summary>Follow MOVED and ASK.</summary>
    public bool FollowRedirections { get; set; }

    /// <summary>An error reply ends the program with an error code.</summary>
    public bool FailOnError { get; set; }

    public bool Verbose { get; set; }

    /// <summary>The file of a script to evaluate.</summary>
    public string? ScriptFile { get; set; }

    /// <summary>The pattern of the scanning modes.</summary>
    public byte[]? Pattern { get; set; }

    /// <summary>How many keys a step of a scan looks at; 0 leaves that to the server.</summary>
    public int ScanCount { get; set; }

    /// <summary>How many elements MEMORY USAGE samples; 0 leaves that to the server.</summary>
    public int MemorySamples { get; set; }

    /// <summary>Where a transferred dump goes; "-" is the output.</summary>
    public string RdbFile { get; set; } = "";

    /// <summary>How long the pipe mode waits for the last reply, in seconds; 0 is for ever.</summary>
    public int PipeTimeoutSeconds { get; set; } = 30;

    /// <summary>How long the intrinsic latency is measured, in seconds.</summary>
    public int IntrinsicSeconds { get; set; }

    /// <summary>How many keys the cache simulation uses.</summary>
    public long LruKeys { get; set; }

    /// <summary>The spectrum of the latency distribution is drawn in grey.</summary>
    public bool Monochrome { get; set; }

    /// <summary>What the cluster tool is to do, if the mode is that.</summary>
    public ClusterRequest? Cluster { get; set; }

    /// <summary>How many arguments were options; the command stands behind them.</summary>
    public int CommandStart { get; set; }

    /// <summary>Where to connect.</summary>
    public Endpoint Endpoint => new(Host, Port, SocketPath);

    /// <summary>How to log in.</summary>
    public Credentials Credentials => Password is null ? Credentials.None : new Credentials(User, Password);
}
