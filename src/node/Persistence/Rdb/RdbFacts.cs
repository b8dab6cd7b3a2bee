using System;
using System.Text;
using Hexad.Core;

namespace Hexad.Persistence.Rdb;

/// <summary>What an RDB file says about itself in its aux fields; names that mean nothing to us are passed over.</summary>
public sealed class RdbFacts
{
    /// <summary>The version of the server that wrote it (<c>redis-ver</c>, <c>valkey-ver</c>).</summary>
    public string ServerVersion { get; set; } = "";

    /// <summary>When it was written, in seconds since 1970 (<c>ctime</c>).</summary>
    public long CreatedAtSeconds { get; set; }

    /// <summary>How much memory the writer used (<c>used-mem</c>).</summary>
    public long UsedMemoryBytes { get; set; }

    /// <summary>The database that the replication stream had selected, or -1 (<c>repl-stream-db</c>).</summary>
    public int StreamDatabase { get; set; } = -1;

    /// <summary>The replication history that the data belongs to (<c>repl-id</c>), or none.</summary>
    public ReplicationId ReplicationId { get; set; }

    /// <summary>The place in that history up to which the data goes (<c>repl-offset</c>).</summary>
    public ReplicationOffset ReplicationOffset { get; set; }

    /// <summary>Whether the file says which place of which replication history it is.</summary>
    public bool HasReplication => !ReplicationId.IsNone;

    /// <summary>Whether it is the base file of an append-only log (<c>aof-base</c>).</summary>
    public bool IsAofBase { get; set; }

    internal void Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        bool isNumber = NumberText.TryInt64(value, out long number);
        if (name.SequenceEqual("redis-ver"u8) || name.SequenceEqual("valkey-ver"u8)) ServerVersion = Encoding.Latin1.GetString(value);
        else if (name.SequenceEqual("repl-id"u8) && HexId.TryParse(value, out HexId id)) ReplicationId = new ReplicationId(id);
        else if (!isNumber) return;
        else if (name.SequenceEqual("ctime"u8)) CreatedAtSeconds = number;
        else if (name.SequenceEqual("used-mem"u8)) UsedMemoryBytes = number;
        else if (name.SequenceEqual("repl-stream-db"u8)) StreamDatabase = (int)Math.Clamp(number, -1, ushort.MaxValue);
        else if (name.SequenceEqual("repl-offset"u8)) ReplicationOffset = new ReplicationOffset(number);
        else if (name.SequenceEqual("aof-base"u8)) IsAofBase = number != 0;
    }
}
