using System;
using System.Buffers.Text;
using Hexad.Commands;
using Hexad.Replication;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Writes what is propagated into the backlog, from where it goes to the replicas.</summary>
internal sealed class BacklogSink(ReplicationPart replication) : IPropagationSink
{
    private byte[] _encoded = new byte[256];
    private int _length;

    // A replica passes its primary's stream on and adds nothing to it.
    public bool IsWanted => replication.Backlog is not null && !replication.IsReplica;

    public void Append(int database, in Arguments call, PropagationTarget target)
    {
        if ((target & PropagationTarget.Replicas) == 0) return;
        Select(database);
        _length = 0;
        Header((byte)'*', call.Count);
        for (int i = 0; i < call.Count; i++) Word(call[i]);
        Write(_encoded.AsSpan(0, _length));
    }

    public void Append(int database, ReadOnlySpan<byte> encoded, PropagationTarget target)
    {
        if ((target & PropagationTarget.Replicas) == 0) return;
        Select(database);
        Write(encoded);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        replication.Append(bytes);
        if (_encoded.Length > 1 << 20) _encoded = new byte[256];
    }

    private void Select(int database)
    {
        replication.OwnHistory();
        if (replication.StreamDatabase == database || database == IPropagationSink.AnyDatabase) return;
        replication.StreamDatabase = database;
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(database, digits, out int length);
        _length = 0;
        Header((byte)'*', 2);
        Word("SELECT"u8);
        Word(digits[..length]);
        replication.Append(_encoded.AsSpan(0, _length));
    }

    private void Word(ReadOnlySpan<byte> word)
    {
        Header((byte)'$', word.Length);
        Room(word.Length + 2);
        word.CopyTo(_encoded.AsSpan(_length));
        _length += word.Length;
        _encoded[_length++] = (byte)'\r';
        _encoded[_length++] = (byte)'\n';
    }

    private void Header(byte type, int value)
    {
        Room(16);
        _encoded[_length++] = type;
        Utf8Formatter.TryFormat(value, _encoded.AsSpan(_length), out int digits);
        _length += digits;
        _encoded[_length++] = (byte)'\r';
        _encoded[_length++] = (byte)'\n';
    }

    private void Room(int size)
    {
        if (_encoded.Length - _length < size) Array.Resize(ref _encoded, (int)Math.Min(Array.MaxLength, Math.Max(_encoded.Length * 2L, (long)_length + size)));
    }
}
