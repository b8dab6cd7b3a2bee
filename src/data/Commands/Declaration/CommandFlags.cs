// The flags and families of a command. The order of the bits is the order in which COMMAND INFO names them.
using System;

namespace Hexad.Commands;

/// <summary>What a command is like. The names that COMMAND INFO prints stand in <see cref="FlagNames"/>.</summary>
[Flags]
public enum Flags : uint
{
    None = 0,
    /// <summary>May change data.</summary>
    Write = 1 << 0,
    /// <summary>Reads data and never changes it.</summary>
    ReadOnly = 1 << 1,
    /// <summary>Refused when memory is short.</summary>
    DenyOom = 1 << 2,
    Module = 1 << 3,
    Admin = 1 << 4,
    PubSub = 1 << 5,
    NoScript = 1 << 6,
    Blocking = 1 << 7,
    /// <summary>Allowed while data is loaded.</summary>
    Loading = 1 << 8,
    /// <summary>Allowed on a replica whose data is stale.</summary>
    Stale = 1 << 9,
    SkipMonitor = 1 << 10,
    SkipSlowlog = 1 << 11,
    /// <summary>Counts as if ASKING had come before it.</summary>
    Asking = 1 << 12,
    /// <summary>Takes constant or logarithmic time.</summary>
    Fast = 1 << 13,
    /// <summary>Allowed before authentication.</summary>
    NoAuth = 1 << 14,
    NoMandatoryKeys = 1 << 15,
    NoAsyncLoading = 1 << 16,
    NoMulti = 1 << 17,
    /// <summary>Its keys cannot be told from first, last and step alone. Computed by the generator.</summary>
    MovableKeys = 1 << 18,
    /// <summary>Allowed while a script runs over its time.</summary>
    AllowBusy = 1 << 19,
    /// <summary>Not printed: may replicate something although it is not a write (EVAL, PUBLISH).</summary>
    MayReplicate = 1 << 20,
    /// <summary>Not printed: needs enable-debug-command or enable-module-command.</summary>
    Protected = 1 << 21,
    /// <summary>Not printed: may touch keys that its specifications do not name.</summary>
    TouchesArbitraryKeys = 1 << 22,
    /// <summary>Not printed: is as short as a fast one, although not flagged so, since elsewhere it may free a large value, which here is done in slices.</summary>
    Short = 1 << 23,
}

/// <summary>The family of a command, as COMMAND DOCS names it.</summary>
public enum Group : byte
{
    Generic, String, List, Set, SortedSet, Hash, PubSub, Transactions, Connection, Server, Scripting, HyperLogLog,
    Cluster, Sentinel, Geo, Stream, Bitmap, Module,
}

/// <summary>ACL categories, in the order in which ACL CAT and COMMAND INFO list them.</summary>
[Flags]
public enum Acl : uint
{
    None = 0,
    Keyspace = 1 << 0,
    Read = 1 << 1,
    Write = 1 << 2,
    Set = 1 << 3,
    SortedSet = 1 << 4,
    List = 1 << 5,
    Hash = 1 << 6,
    String = 1 << 7,
    Bitmap = 1 << 8,
    HyperLogLog = 1 << 9,
    Geo = 1 << 10,
    Stream = 1 << 11,
    PubSub = 1 << 12,
    Admin = 1 << 13,
    Fast = 1 << 14,
    Slow = 1 << 15,
    Blocking = 1 << 16,
    Dangerous = 1 << 17,
    Connection = 1 << 18,
    Transaction = 1 << 19,
    Scripting = 1 << 20,
}

/// <summary>What is done to the keys of a specification. The order of the bits is the order of COMMAND INFO.</summary>
[Flags]
public enum KeyFlags : ushort
{
    None = 0,
    /// <summary>RO: the value is not changed.</summary>
    ReadOnly = 1 << 0,
    /// <summary>RW: the value, or what hangs on it, is changed.</summary>
    ReadWrite = 1 << 1,
    /// <summary>OW: the value is overwritten whatever it was.</summary>
    Overwrite = 1 << 2,
    /// <summary>RM: the key is removed.</summary>
    Remove = 1 << 3,
    /// <summary>The caller learns something of the value.</summary>
    Access = 1 << 4,
    Update = 1 << 5,
    Insert = 1 << 6,
    Delete = 1 << 7,
    /// <summary>Not a key but routed as one (shard channels).</summary>
    NotKey = 1 << 8,
    /// <summary>There may be more keys than this specification finds.</summary>
    Incomplete = 1 << 9,
    /// <summary>The flags depend on the arguments of the call.</summary>
    VariableFlags = 1 << 10,
}

/// <summary>What COMMAND DOCS says of a command beside its text.</summary>
[Flags]
public enum DocFlags : byte
{
    None = 0,
    Deprecated = 1 << 0,
    /// <summary>Meant for servers among themselves, not for people.</summary>
    SysCmd = 1 << 1,
}
