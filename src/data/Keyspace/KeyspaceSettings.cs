using Hexad.Core;

namespace Hexad.Keyspace;

/// <summary>What is fixed about a keyspace when a node starts.</summary>
/// <param name="DatabaseCount">How many databases there are (option <c>databases</c>); 1 in cluster mode.</param>
/// <param name="ClusterMode">Whether keys are kept in one table per hash slot.</param>
/// <param name="HugePages">
/// Whether memory beyond the first 64 MB asks the system for pages of 2 MB: a quarter less time for each operation on a large
/// keyspace, against a pause of 0.2 to 2 ms in one of 28,000 insertions, when such a page is cleared.
/// </param>
public readonly record struct KeyspaceSettings(int DatabaseCount, bool ClusterMode, bool HugePages = true)
{
    /// <summary>Redis's default: sixteen databases, no cluster.</summary>
    public static KeyspaceSettings Standalone => new(16, false);

    /// <summary>One database whose keys stand in one table per slot.</summary>
    public static KeyspaceSettings Cluster => new(1, true);
}

/// <summary>Which keys may be evicted, and in which order (option <c>maxmemory-policy</c>).</summary>
public enum EvictionPolicy
{
    NoEviction,
    AllKeysLru,
    AllKeysLfu,
    AllKeysRandom,
    VolatileLru,
    VolatileLfu,
    VolatileRandom,
    VolatileTtl,
}

/// <summary>The options of eviction that may change while the node runs; the defaults are Redis's.</summary>
public sealed class EvictionSettings
{
    /// <summary>Option <c>maxmemory-policy</c>. Also decides whether the access bits of an entry hold LRU or LFU.</summary>
    public EvictionPolicy Policy { get; set; } = EvictionPolicy.NoEviction;

    /// <summary>Option <c>maxmemory-samples</c>: how many keys are looked at for each eviction.</summary>
    public int Samples { get; set; } = 5;

    /// <summary>Option <c>lfu-log-factor</c>.</summary>
    public int LfuLogFactor { get; set; } = 10;

    /// <summary>Option <c>lfu-decay-time</c>, in minutes; 0 never decays.</summary>
    public int LfuDecayMinutes { get; set; } = 1;

    /// <summary>Whether the policy counts how often keys are used (LFU) instead of when (LRU).</summary>
    public bool IsLfu => Policy is EvictionPolicy.AllKeysLfu or EvictionPolicy.VolatileLfu;
}

/// <summary>What finding a key that is past its expiry does.</summary>
public enum ExpiredKeys
{
    /// <summary>A primary: the key is removed and reported through <see cref="IKeyspaceEvents.Expired"/>.</summary>
    Remove,

    /// <summary>A replica serving its clients: the key is not found, but kept until the primary deletes it.</summary>
    Hide,

    /// <summary>A replica applying its primary's stream, or loading: the key is found as any other.</summary>
    Ignore,
}

/// <summary>What the keyspace tells the engine of its own accord. Called in the middle of keyspace work: note it, touch no key.</summary>
public interface IKeyspaceEvents
{
    /// <summary>A key was past its expiry and has been removed: to be propagated as DEL or UNLINK and notified ("expired").</summary>
    void Expired(int database, System.ReadOnlySpan<byte> key);

    /// <summary>
    /// Fields of a hash were past their expiry and have been removed, and its key with the last one: to be propagated
    /// as HDEL and notified ("hexpired", "del").
    /// </summary>
    void FieldsExpired(int database, System.ReadOnlySpan<byte> key, KeyBuffer fields, bool keyRemoved);

    /// <summary>A key was removed to make room: to be propagated as DEL or UNLINK and notified ("evicted").</summary>
    void Evicted(int database, System.ReadOnlySpan<byte> key);
}

/// <summary>What storing a value does to the key's expiry.</summary>
public readonly record struct Lifetime
{
    private Lifetime(Kind what, UnixMs at) => (What, At) = (what, at);

    internal enum Kind : byte { Forever, Keep, Until }

    internal Kind What { get; }
    internal UnixMs At { get; }

    /// <summary>The key has no expiry afterwards. What plain SET does.</summary>
    public static Lifetime Forever => default;

    /// <summary>The key keeps the expiry that it has, if any (KEEPTTL, INCR, APPEND, …).</summary>
    public static Lifetime Keep => new(Kind.Keep, default);

    /// <summary>The key expires at <paramref name="at"/>. A time in the past is taken as it is: the caller decides to delete instead.</summary>
    public static Lifetime Until(UnixMs at) => new(Kind.Until, at);
}

/// <summary>How the bytes of a string are to be kept.</summary>
public enum StringForm
{
    /// <summary>As an integer if they are one in canonical form, else "embstr" up to 44 bytes, else "raw": what SET, GETSET, RESTORE … do.</summary>
    Shortest,

    /// <summary>Never as an integer: what INCRBYFLOAT does.</summary>
    Text,

    /// <summary>Always "raw": what SETRANGE, SETBIT and APPEND leave behind.</summary>
    Raw,
}

/// <summary>When the memory of what is removed is given back.</summary>
public enum FreeMode
{
    /// <summary>Before the call returns.</summary>
    Now,

    /// <summary>In slices, by <see cref="Databases.FreeSlice"/>.</summary>
    Later,
}
