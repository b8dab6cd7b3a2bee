// The options that are one word out of a few. Members are in the order in which messages list the words.
namespace Hexad.Options;

public enum Verbosity : byte
{
    Debug, Verbose, Notice, Warning, Nothing,
}

public enum EvictionPolicy : byte
{
    VolatileLru, VolatileLfu, VolatileRandom, VolatileTtl,
    [OptionWord("allkeys-lru")] AllKeysLru,
    [OptionWord("allkeys-lfu")] AllKeysLfu,
    [OptionWord("allkeys-random")] AllKeysRandom,
    [OptionWord("noeviction")] NoEviction,
}

public enum SyslogFacility : byte
{
    User, Local0, Local1, Local2, Local3, Local4, Local5, Local6, Local7,
}

public enum Supervision : byte
{
    Upstart, Systemd, Auto, No,
}

public enum AppendFsync : byte
{
    [OptionWord("everysec")] EverySecond, Always, No,
}

public enum DisklessLoad : byte
{
    Disabled,
    [OptionWord("on-empty-db")] OnEmptyDatabase,
    [OptionWord("swapdb")] SwapDatabase,
}

public enum TlsClientAuth : byte
{
    No, Yes, Optional,
}

public enum OomScoreMode : byte
{
    No,
    [OptionWord("yes"), OptionWord("relative")] Relative,
    Absolute,
}

public enum PubSubDefault : byte
{
    [OptionWord("allchannels")] AllChannels,
    [OptionWord("resetchannels")] ResetChannels,
}

public enum SanitizePayload : byte
{
    No, Yes, Clients,
}

/// <summary>Who may do something that is off by default.</summary>
public enum ProtectedAction : byte
{
    No, Yes,
    /// <summary>Connections from this machine only.</summary>
    Local,
}

public enum EndpointType : byte
{
    Ip,
    [OptionWord("hostname")] HostName,
    UnknownEndpoint,
}

public enum PropagationError : byte
{
    Ignore, Panic, PanicOnReplicas,
}

/// <summary>Whose form is written where Redis and Valkey have none in common.</summary>
public enum RdbFlavour : byte
{
    Redis, Valkey,
}
