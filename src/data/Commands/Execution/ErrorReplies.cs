using System;

namespace Hexad.Commands;

/// <summary>The errors that clients see, in the words that they know. Texts with something to fill in are methods.</summary>
public static class ErrorReplies
{
    public static ReadOnlySpan<byte> WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value"u8;
    public static ReadOnlySpan<byte> Syntax => "ERR syntax error"u8;
    public static ReadOnlySpan<byte> NoSuchKey => "ERR no such key"u8;
    public static ReadOnlySpan<byte> SameObject => "ERR source and destination objects are the same"u8;
    public static ReadOnlySpan<byte> IndexOutOfRange => "ERR index out of range"u8;
    public static ReadOnlySpan<byte> NotAnInteger => "ERR value is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> NotAFloat => "ERR value is not a valid float"u8;
    public static ReadOnlySpan<byte> OutOfRange => "ERR value is out of range"u8;
    public static ReadOnlySpan<byte> MustBePositive => "ERR value is out of range, must be positive"u8;
    public static ReadOnlySpan<byte> Overflow => "ERR increment or decrement would overflow"u8;
    public static ReadOnlySpan<byte> NanOrInfinity => "ERR increment would produce NaN or Infinity"u8;
    public static ReadOnlySpan<byte> DbIndexOutOfRange => "ERR DB index is out of range"u8;
    public static ReadOnlySpan<byte> InvalidDbIndex => "ERR invalid DB index"u8;
    public static ReadOnlySpan<byte> StringTooLong => "ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8;
    public static ReadOnlySpan<byte> OffsetOutOfRange => "ERR offset is out of range"u8;
    public static ReadOnlySpan<byte> LongRange => "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8;
    public static ReadOnlySpan<byte> NumKeysNotPositive => "ERR numkeys should be greater than 0"u8;
    public static ReadOnlySpan<byte> MoreKeysThanArguments => "ERR Number of keys can't be greater than number of args"u8;
    public static ReadOnlySpan<byte> LimitNegative => "ERR LIMIT can't be negative"u8;
    public static ReadOnlySpan<byte> HashValueNotAnInteger => "ERR hash value is not an integer"u8;
    public static ReadOnlySpan<byte> HashValueNotAFloat => "ERR hash value is not a float"u8;
    public static ReadOnlySpan<byte> ValueNanOrInfinity => "ERR value is NaN or Infinity"u8;
    public static ReadOnlySpan<byte> FieldsMissing => "ERR Mandatory argument FIELDS is missing or not at the right position"u8;
    public static ReadOnlySpan<byte> FieldsMismatch => "ERR The `numfields` parameter must match the number of arguments"u8;
    public static ReadOnlySpan<byte> NumFieldsNotPositive => "ERR Parameter `numFields` should be greater than 0"u8;
    public static ReadOnlySpan<byte> FieldCountNotPositive => "ERR Number of fields must be a positive integer"u8;
    public static ReadOnlySpan<byte> InvalidFieldCount => "ERR invalid number of fields"u8;
    public static ReadOnlySpan<byte> ExpireNegative => "ERR invalid expire time, must be >= 0"u8;
    public static ReadOnlySpan<byte> MissingExpireTime => "ERR missing expire time"u8;
    public static ReadOnlySpan<byte> OneConditionOnly => "ERR Only one of FXX or FNX arguments can be specified"u8;
    public static ReadOnlySpan<byte> OneExpiryOnly => "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"u8;
    public static ReadOnlySpan<byte> NoAuth => "NOAUTH Authentication required."u8;
    public static ReadOnlySpan<byte> Loading => "LOADING Redis is loading the dataset in memory"u8;
    public static ReadOnlySpan<byte> MasterDown => "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."u8;
    public static ReadOnlySpan<byte> ReadOnlyReplica => "READONLY You can't write against a read only replica."u8;
    public static ReadOnlySpan<byte> NoReplicas => "NOREPLICAS Not enough good replicas to write."u8;
    public static ReadOnlySpan<byte> OutOfMemory => "OOM command not allowed when used memory > 'maxmemory'."u8;
    public static ReadOnlySpan<byte> MaxClients => "ERR max number of clients reached"u8;
    public static ReadOnlySpan<byte> CrossSlot => "CROSSSLOT Keys in request don't hash to the same slot"u8;
    public static ReadOnlySpan<byte> TryAgain => "TRYAGAIN Multiple keys request during rehashing of slot"u8;
    public static ReadOnlySpan<byte> ClusterDown => "CLUSTERDOWN The cluster is down"u8;
    public static ReadOnlySpan<byte> ClusterDownReadOnly => "CLUSTERDOWN The cluster is down and only accepts read commands"u8;
    public static ReadOnlySpan<byte> ClusterDownUnbound => "CLUSTERDOWN Hash slot not served"u8;
    public static ReadOnlySpan<byte> ClusterDisabled => "ERR This instance has cluster support disabled"u8;

    public static ReadOnlySpan<byte> InvalidNumKeys => "ERR invalid numkeys value"u8;
    public static ReadOnlySpan<byte> WrongPairs => "ERR wrong number of key-value pairs"u8;
    public static ReadOnlySpan<byte> DigestLength => "ERR must be exactly 16 hexadecimal characters"u8;
    public static ReadOnlySpan<byte> ConditionNeedsString => "ERR Key should be of string type if conditions are specified"u8;
    public static ReadOnlySpan<byte> UnknownCondition => "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE"u8;
    public static ReadOnlySpan<byte> DecrementOverflow => "ERR decrement would overflow"u8;
    public static ReadOnlySpan<byte> LcsNotStrings => "ERR The specified keys must contain string values"u8;
    public static ReadOnlySpan<byte> LcsAmbiguous => "ERR If you want both the length and indexes, please just use IDX."u8;
    public static ReadOnlySpan<byte> LcsTooLarge => "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"u8;
    public static ReadOnlySpan<byte> InvalidStreamId => "ERR Invalid stream ID specified as stream command argument"u8;
    public static ReadOnlySpan<byte> InvalidStartId => "ERR invalid start ID for the interval"u8;
    public static ReadOnlySpan<byte> InvalidEndId => "ERR invalid end ID for the interval"u8;
    public static ReadOnlySpan<byte> StreamIdZero => "ERR The ID specified in XADD must be greater than 0-0"u8;
    public static ReadOnlySpan<byte> StreamIdNotGreater => "ERR The ID specified in XADD is equal or smaller than the target stream top item"u8;
    public static ReadOnlySpan<byte> StreamExhausted => "ERR The stream has exhausted the last possible ID, unable to add more items"u8;
    public static ReadOnlySpan<byte> StreamEntryTooLarge => "ERR Elements are too large to be stored"u8;
    public static ReadOnlySpan<byte> TwoTrimStrategies => "ERR syntax error, MAXLEN and MINID options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> NegativeMaxLength => "ERR The MAXLEN argument must be >= 0."u8;
    public static ReadOnlySpan<byte> NegativeTrimLimit => "ERR The LIMIT argument must be >= 0."u8;
    public static ReadOnlySpan<byte> LimitWithoutTrim => "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"u8;
    public static ReadOnlySpan<byte> TrimWithoutStrategy => "ERR syntax error, XTRIM must be called with a trimming strategy"u8;
    public static ReadOnlySpan<byte> LimitOfExactTrim => "ERR syntax error, LIMIT cannot be used without the special ~ option"u8;
    public static ReadOnlySpan<byte> NegativeEntriesAdded => "ERR entries_added must be positive"u8;
    public static ReadOnlySpan<byte> SetIdBelowGivenDeleted => "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"u8;
    public static ReadOnlySpan<byte> SetIdBelowDeleted => "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"u8;
    public static ReadOnlySpan<byte> SetIdBelowTop => "ERR The ID specified in XSETID is smaller than the target stream top item"u8;
    public static ReadOnlySpan<byte> EntriesAddedBelowLength => "ERR The entries_added specified in XSETID is smaller than the target stream length"u8;
    public static ReadOnlySpan<byte> GroupExists => "BUSYGROUP Consumer Group name already exists"u8;
    public static ReadOnlySpan<byte> NegativeEntriesRead => "ERR value for ENTRIESREAD must be positive or -1"u8;
    public static ReadOnlySpan<byte> GroupNeedsKey =>
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."u8;
    public static ReadOnlySpan<byte> GroupOfXRead => "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."u8;
    public static ReadOnlySpan<byte> NoAckOfXRead => "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."u8;
    public static ReadOnlySpan<byte> MissingGroup => "ERR Missing GROUP option for XREADGROUP"u8;
    public static ReadOnlySpan<byte> DollarOfGroup =>
        "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set."u8;
    public static ReadOnlySpan<byte> PlusOfGroup =>
        "ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set."u8;
    public static ReadOnlySpan<byte> GreaterOfXRead => "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."u8;
    public static ReadOnlySpan<byte> MinIdleOfXClaim => "ERR Invalid min-idle-time argument for XCLAIM"u8;
    public static ReadOnlySpan<byte> MinIdleOfXAutoClaim => "ERR Invalid min-idle-time argument for XAUTOCLAIM"u8;
    public static ReadOnlySpan<byte> IdleOfXClaim => "ERR Invalid IDLE option argument for XCLAIM"u8;
    public static ReadOnlySpan<byte> TimeOfXClaim => "ERR Invalid TIME option argument for XCLAIM"u8;
    public static ReadOnlySpan<byte> RetryCountOfXClaim => "ERR Invalid RETRYCOUNT option argument for XCLAIM"u8;
    public static ReadOnlySpan<byte> IdCountNotPositive => "ERR Number of IDs must be a positive integer"u8;
    public static ReadOnlySpan<byte> IdCountMismatch => "ERR The `numids` parameter must match the number of arguments"u8;
    public static ReadOnlySpan<byte> ClaimOfXRead => "ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead."u8;
    public static ReadOnlySpan<byte> MinIdleNotAnInteger => "ERR min-idle-time is not an integer"u8;
    public static ReadOnlySpan<byte> MinIdleNegative => "ERR min-idle-time must be a positive integer"u8;
    public static ReadOnlySpan<byte> UpperCountNotPositive => "ERR COUNT must be > 0"u8;

    public static ReadOnlySpan<byte> BitNotInteger => "ERR bit is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> BitOffset => "ERR bit offset is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> BitArgument => "ERR The bit argument must be 1 or 0."u8;
    public static ReadOnlySpan<byte> BitOpNot => "ERR BITOP NOT must be called with a single source key."u8;
    public static ReadOnlySpan<byte> BitFieldType =>
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."u8;
    public static ReadOnlySpan<byte> BitFieldOverflow => "ERR Invalid OVERFLOW type specified"u8;
    public static ReadOnlySpan<byte> BitFieldReadOnly => "ERR BITFIELD_RO only supports the GET subcommand"u8;
    public static ReadOnlySpan<byte> ExpireConditions => "ERR NX and XX, GT or LT options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> ExpireGreaterAndLess => "ERR GT and LT options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> InvalidCursor => "ERR invalid cursor"u8;
    public static ReadOnlySpan<byte> MoveInCluster => "ERR MOVE is not allowed in cluster mode"u8;
    public static ReadOnlySpan<byte> CopyInCluster => "ERR Copying to another database is not allowed in cluster mode"u8;
    public static ReadOnlySpan<byte> SwapInCluster => "ERR SWAPDB is not allowed in cluster mode"u8;
    public static ReadOnlySpan<byte> SelectInCluster => "ERR SELECT is not allowed in cluster mode"u8;
    public static ReadOnlySpan<byte> InvalidFirstDb => "ERR invalid first DB index"u8;
    public static ReadOnlySpan<byte> InvalidSecondDb => "ERR invalid second DB index"u8;
    public static ReadOnlySpan<byte> IntegerOutOfRange => "ERR value is out of range, value must between -2147483648 and 2147483647"u8;
    public static ReadOnlySpan<byte> TimeoutNotAFloat => "ERR timeout is not a float or out of range"u8;
    public static ReadOnlySpan<byte> TimeoutNotAnInteger => "ERR timeout is not an integer or out of range"u8;
    public static ReadOnlySpan<byte> TimeoutNegative => "ERR timeout is negative"u8;
    public static ReadOnlySpan<byte> TimeoutOutOfRange => "ERR timeout is out of range"u8;
    public static ReadOnlySpan<byte> SortByInCluster => "ERR BY option of SORT denied in Cluster mode when keys formed by the pattern may be in different slots."u8;
    public static ReadOnlySpan<byte> SortGetInCluster => "ERR GET option of SORT denied in Cluster mode when keys formed by the pattern may be in different slots."u8;
    public static ReadOnlySpan<byte> SortNotNumbers => "ERR One or more scores can't be converted into double"u8;
    public static ReadOnlySpan<byte> LposCount => "ERR COUNT can't be negative"u8;
    public static ReadOnlySpan<byte> LposMaxlen => "ERR MAXLEN can't be negative"u8;
    public static ReadOnlySpan<byte> LposRank =>
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"u8;
    public static ReadOnlySpan<byte> CountNotPositive => "ERR count should be greater than 0"u8;
    public static ReadOnlySpan<byte> LfuSelected =>
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."u8;
    public static ReadOnlySpan<byte> LfuNotSelected =>
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."u8;

    public static ReadOnlySpan<byte> AddNxAndXx => "ERR XX and NX options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> AddGtLtNx => "ERR GT, LT, and/or NX options at the same time are not compatible"u8;
    public static ReadOnlySpan<byte> AddIncrOnce => "ERR INCR option supports a single increment-element pair"u8;
    public static ReadOnlySpan<byte> ScoreNotANumber => "ERR resulting score is not a number (NaN)"u8;
    public static ReadOnlySpan<byte> RangeNotAFloat => "ERR min or max is not a float"u8;
    public static ReadOnlySpan<byte> RangeNotText => "ERR min or max not valid string range item"u8;
    public static ReadOnlySpan<byte> RankRangeLimit =>
        "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"u8;
    public static ReadOnlySpan<byte> LexWithScores => "ERR syntax error, WITHSCORES not supported in combination with BYLEX"u8;
    public static ReadOnlySpan<byte> WeightNotAFloat => "ERR weight value is not a float"u8;

    public static ReadOnlySpan<byte> RadiusNotANumber => "ERR need numeric radius"u8;
    public static ReadOnlySpan<byte> RadiusNegative => "ERR radius cannot be negative"u8;
    public static ReadOnlySpan<byte> WidthNotANumber => "ERR need numeric width"u8;
    public static ReadOnlySpan<byte> HeightNotANumber => "ERR need numeric height"u8;
    public static ReadOnlySpan<byte> BoxNegative => "ERR height or width cannot be negative"u8;
    public static ReadOnlySpan<byte> PolygonCorners => "ERR invalid number of vertices"u8;
    public static ReadOnlySpan<byte> PolygonTooFew => "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices"u8;
    public static ReadOnlySpan<byte> UnknownUnit => "ERR unsupported unit provided. please use M, KM, FT, MI"u8;
    public static ReadOnlySpan<byte> MemberNotAPlace => "ERR could not decode requested zset member"u8;
    public static ReadOnlySpan<byte> GeoAnyNeedsCount => "ERR the ANY argument requires COUNT argument"u8;
    public static ReadOnlySpan<byte> GeoSearchStoreWith =>
        "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"u8;
    public static ReadOnlySpan<byte> GeoRadiusStoreWith =>
        "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options"u8;
    public static ReadOnlySpan<byte> CorruptedHyperLogLog => "INVALIDOBJ Corrupted HLL object detected"u8;
    public static ReadOnlySpan<byte> NotAHyperLogLog => "WRONGTYPE Key is not a valid HyperLogLog string value."u8;
    public static ReadOnlySpan<byte> KeyDoesNotExist => "ERR The specified key does not exist"u8;
    public static ReadOnlySpan<byte> HyperLogLogNotSparse => "ERR HLL encoding is not sparse"u8;

    /// <summary>"BITOP DIFF must be called with at least two source keys."; <paramref name="operation"/> is upper case.</summary>
    public static string BitOpSources(string operation) => $"ERR BITOP {operation} must be called with at least two source keys.";

    /// <summary>"at least 1 input key is needed for 'zunion' command"</summary>
    public static string NoInputKey(string command) => $"ERR at least 1 input key is needed for '{command}' command";

    /// <summary>"wrong number of arguments for 'get' command"; <paramref name="command"/> is the full lower-case name.</summary>
    public static string WrongArity(string command) => $"ERR wrong number of arguments for '{command}' command";

    /// <summary>"Unrecognized XCLAIM option 'FOO'"</summary>
    public static byte[] OptionOfXClaim(ReadOnlySpan<byte> option) => [.. "ERR Unrecognized XCLAIM option '"u8, .. option, .. "'"u8];

    /// <summary>"No such key 'k' or consumer group 'g'"</summary>
    public static byte[] NoKeyOrGroup(ReadOnlySpan<byte> key, ReadOnlySpan<byte> group) =>
        [.. "NOGROUP No such key '"u8, .. key, .. "' or consumer group '"u8, .. group, .. "'"u8];

    /// <summary>"No such key 'k' or consumer group 'g' in XREADGROUP with GROUP option"</summary>
    public static byte[] NoGroupToRead(ReadOnlySpan<byte> key, ReadOnlySpan<byte> group) => [.. NoKeyOrGroup(key, group), .. " in XREADGROUP with GROUP option"u8];

    /// <summary>"No such consumer group 'g' for key name 'k'"</summary>
    public static byte[] NoGroupOfKey(ReadOnlySpan<byte> group, ReadOnlySpan<byte> key) =>
        [.. "NOGROUP No such consumer group '"u8, .. group, .. "' for key name '"u8, .. key, .. "'"u8];

    /// <summary>"Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified."</summary>
    public static byte[] UnbalancedStreams(string command, char symbol) =>
        System.Text.Encoding.ASCII.GetBytes($"ERR Unbalanced '{command}' list of streams: for each stream key an ID or '{symbol}' must be specified.");

    /// <summary>"invalid expire time in 'set' command"</summary>
    public static string InvalidExpire(string command) => $"ERR invalid expire time in '{command}' command";

    /// <summary>"unknown subcommand or wrong number of arguments for 'channels'. Try PUBSUB HELP."</summary>
    public static byte[] WrongSubcommand(ReadOnlySpan<byte> container, ReadOnlySpan<byte> subcommand)
    {
        byte[] upper = new byte[container.Length];
        System.Text.Ascii.ToUpper(container, upper, out _);
        return [.. "ERR unknown subcommand or wrong number of arguments for '"u8, .. UpToZero(subcommand[..Math.Min(subcommand.Length, 128)]), .. "'. Try "u8, .. upper, .. " HELP."u8];
    }

    /// <summary>The text up to its first zero byte, which is where C ends it.</summary>
    public static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> text)
    {
        int zero = text.IndexOf((byte)0);
        return zero < 0 ? text : text[..zero];
    }

    /// <summary>"unknown argument: foo"</summary>
    public static byte[] UnknownArgument(ReadOnlySpan<byte> argument) => [.. "ERR unknown argument: "u8, .. argument];

    /// <summary>"Unsupported option foo"</summary>
    public static byte[] UnsupportedOption(ReadOnlySpan<byte> option) => [.. "ERR Unsupported option "u8, .. option];
}
