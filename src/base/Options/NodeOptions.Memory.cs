// Options: memory, eviction, and how data is laid out.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("maxmemory", 0ul, Live = true, Unit = OptionUnit.Memory,
        Help = "The most memory for data; 0 is no limit. Above it maxmemory-policy decides.")]
    public partial ulong MaxMemoryBytes { get; set; }

    [Option("maxmemory-policy", EvictionPolicy.NoEviction, Live = true,
        Help = "What gives way: volatile-* looks at keys with a time to live only, allkeys-* at all; lru, lfu, random, ttl; noeviction refuses writes.")]
    public partial EvictionPolicy MaxMemoryPolicy { get; set; }

    [Option("maxmemory-samples", 5, Live = true, Min = 1,
        Help = "How many keys are compared to find one to evict.")]
    public partial int MaxMemorySamples { get; set; }

    [Option("maxmemory-eviction-tenacity", 10, Live = true, Max = 100,
        Help = "How hard eviction tries before it lets commands go on, 0 to 100.")]
    public partial int EvictionTenacity { get; set; }

    [Option("lfu-log-factor", 10, Live = true,
        Help = "How slowly the LFU counter saturates.")]
    public partial int LfuLogFactor { get; set; }

    [Option("lfu-decay-time", 1, Live = true,
        Help = "Minutes after which the LFU counter falls by one; 0 never.")]
    public partial int LfuDecayMinutes { get; set; }

    [Option("active-expire-effort", 1, Live = true, Min = 1, Max = 10,
        Help = "How much work goes into finding expired keys nobody asks for, 1 to 10.")]
    public partial int ActiveExpireEffort { get; set; }

    [Option("activerehashing", true, Live = true,
        Help = "Use idle time to finish growing tables.")]
    public partial bool ActiveRehashing { get; set; }

    [Option("lazyfree-lazy-eviction", false, Live = true, Pending = "lazy eviction",
        Help = "Free evicted values later, in slices.")]
    public partial bool LazyEviction { get; set; }

    [Option("lazyfree-lazy-expire", false, Live = true,
        Help = "Free expired values later.")]
    public partial bool LazyExpire { get; set; }

    [Option("lazyfree-lazy-server-del", false, Live = true,
        Help = "Free values that commands overwrite later.")]
    public partial bool LazyServerDelete { get; set; }

    [Option("lazyfree-lazy-user-del", false, Live = true,
        Help = "Let DEL behave as UNLINK.")]
    public partial bool LazyUserDelete { get; set; }

    [Option("lazyfree-lazy-user-flush", false, Live = true,
        Help = "Let FLUSHALL and FLUSHDB be asynchronous unless SYNC is given.")]
    public partial bool LazyUserFlush { get; set; }

    [Option("activedefrag", false, Live = true,
        Help = "Move data together when memory is fragmented.")]
    public partial bool ActiveDefrag { get; set; }

    [Option("active-defrag-ignore-bytes", 104857600L, Live = true, Min = 1, Unit = OptionUnit.Memory,
        Help = "Waste below which nothing is moved.")]
    public partial long DefragIgnoreBytes { get; set; }

    [Option("active-defrag-threshold-lower", 10, Live = true, Max = 1000,
        Help = "Fragmentation at which moving starts.")]
    public partial int DefragThresholdLowerPercent { get; set; }

    [Option("active-defrag-threshold-upper", 100, Live = true, Max = 1000,
        Help = "Fragmentation at which it uses all its share.")]
    public partial int DefragThresholdUpperPercent { get; set; }

    [Option("active-defrag-cycle-min", 1, Live = true, Min = 1, Max = 99,
        Help = "Its least share of the CPU.")]
    public partial int DefragCycleMinPercent { get; set; }

    [Option("active-defrag-cycle-max", 25, Live = true, Min = 1, Max = 99,
        Help = "Its greatest share of the CPU.")]
    public partial int DefragCycleMaxPercent { get; set; }

    [Option("active-defrag-max-scan-fields", 1000L, Live = true, Min = 1, Pending = "active defragmentation",
        Help = "Collections with more members are moved piece by piece.")]
    public partial long DefragMaxScanFields { get; set; }

    [Option("hash-max-listpack-entries", 512L, Live = true, Alias = "hash-max-ziplist-entries",
        Help = "Hashes of up to so many fields are packed.")]
    public partial long HashMaxListpackEntries { get; set; }

    [Option("hash-max-listpack-value", 64L, Live = true, Alias = "hash-max-ziplist-value", Unit = OptionUnit.Memory,
        Help = "And of fields and values up to this length.")]
    public partial long HashMaxListpackValueBytes { get; set; }

    [Option("list-max-listpack-size", -2, Live = true, Alias = "list-max-ziplist-size", Min = int.MinValue,
        Help = "A node of a list holds so many elements, or, if negative, 4kb to 64kb (-1 to -5).")]
    public partial int ListMaxListpackSize { get; set; }

    [Option("list-compress-depth", 0, Live = true,
        Help = "Compress list nodes further than this from both ends; 0 compresses none.")]
    public partial int ListCompressDepth { get; set; }

    [Option("set-max-intset-entries", 512L, Live = true,
        Help = "Sets of integers of up to so many members are packed.")]
    public partial long SetMaxIntsetEntries { get; set; }

    [Option("set-max-listpack-entries", 128L, Live = true,
        Help = "Other sets of up to so many members are packed.")]
    public partial long SetMaxListpackEntries { get; set; }

    [Option("set-max-listpack-value", 64L, Live = true,
        Help = "And of members up to this length.")]
    public partial long SetMaxListpackValueBytes { get; set; }

    [Option("zset-max-listpack-entries", 128L, Live = true, Alias = "zset-max-ziplist-entries",
        Help = "Sorted sets of up to so many members are packed.")]
    public partial long ZsetMaxListpackEntries { get; set; }

    [Option("zset-max-listpack-value", 64L, Live = true, Alias = "zset-max-ziplist-value", Unit = OptionUnit.Memory,
        Help = "And of members up to this length.")]
    public partial long ZsetMaxListpackValueBytes { get; set; }

    [Option("hll-sparse-max-bytes", 3000L, Live = true, Unit = OptionUnit.Memory,
        Help = "The longest sparse form of a HyperLogLog.")]
    public partial long HllSparseMaxBytes { get; set; }

    [Option("stream-node-max-bytes", 4096L, Live = true, Unit = OptionUnit.Memory,
        Help = "The greatest node of a stream; 0 is no limit.")]
    public partial long StreamNodeMaxBytes { get; set; }

    [Option("stream-node-max-entries", 100L, Live = true,
        Help = "The most entries of a stream's node; 0 is no limit.")]
    public partial long StreamNodeMaxEntries { get; set; }
}
