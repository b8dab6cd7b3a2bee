using System;
using System.Buffers.Binary;
using System.Text;
using Hexad.Core;

namespace Hexad.Wire.Bus;

/// <summary>
/// What an extension of a PING, PONG or MEET is about. Type 4 is the client address in Valkey (a string, at most 24
/// bytes in all) and an internal secret in Redis 8 (40 bytes of data): told apart by length, and both skipped.
/// </summary>
public enum ExtensionType
{
    Hostname = 0,
    HumanName = 1,
    ForgottenNode = 2,
    ShardId = 3,
    ClientAddressV4 = 4,
    ClientAddressV6 = 5,
    InternalSecret = 0x1_0004,
    Unknown = 0x1_FFFF,
}

/// <summary>One extension: 32 bits of length (itself included, a multiple of 8), 16 of type, 16 unused, then the data.</summary>
public readonly ref struct Extension(ExtensionType type, ReadOnlySpan<byte> data)
{
    /// <summary>What it is about; Unknown ones are skipped.</summary>
    public ExtensionType Type { get; } = type;

    /// <summary>The data, padding included.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>The data as text up to its zero byte: host name, human name, client addresses.</summary>
    public string Text
    {
        get
        {
            int end = Data.IndexOf((byte)0);
            return Encoding.Latin1.GetString(end < 0 ? Data : Data[..end]);
        }
    }

    /// <summary>The node id or shard id at the start of the data; none if there is none.</summary>
    public HexId Id => Data.Length >= HexId.TextLength && HexId.TryParse(Data[..HexId.TextLength], out HexId id) ? id : default;

    /// <summary>For how many more seconds a forgotten node shall stay forgotten.</summary>
    public ulong ForgetSeconds => Data.Length >= 48 ? BinaryPrimitives.ReadUInt64BigEndian(Data[40..]) : 0;
}

/// <summary>Walks the extensions of a packet that <see cref="BusPacket.TryRead"/> has checked.</summary>
public ref struct ExtensionReader(ReadOnlySpan<byte> rest, int count)
{
    private ReadOnlySpan<byte> _rest = rest;
    private int _left = count;

    /// <summary>The extension that <see cref="MoveNext"/> came to.</summary>
    public Extension Current { get; private set; }

    public readonly ExtensionReader GetEnumerator() => this;

    /// <summary>Goes to the next extension; false at the end.</summary>
    public bool MoveNext()
    {
        if (_left == 0) return false;
        _left--;
        int length = (int)BinaryPrimitives.ReadUInt32BigEndian(_rest);
        int type = BinaryPrimitives.ReadUInt16BigEndian(_rest[4..]);
        ReadOnlySpan<byte> data = _rest[PacketLayout.ExtensionHeader..length];
        _rest = _rest[length..];
        Current = new Extension(TypeOf(type, data.Length), data);
        return true;
    }

    private static ExtensionType TypeOf(int type, int dataLength) => type switch
    {
        0 or 1 or 5 => (ExtensionType)type,
        2 => dataLength == 48 ? ExtensionType.ForgottenNode : ExtensionType.Unknown,
        3 => dataLength == 40 ? ExtensionType.ShardId : ExtensionType.Unknown,
        4 => dataLength == 40 ? ExtensionType.InternalSecret : dataLength <= 16 ? ExtensionType.ClientAddressV4 : ExtensionType.Unknown,
        _ => ExtensionType.Unknown,
    };
}
