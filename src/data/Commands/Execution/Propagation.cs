// What a command wants repeated by replicas and by the append-only file.
//
// By default nothing is said, and a write that changed something is repeated word by word. A command that read the
// clock or the dice says instead what it came to: SETEX with a relative time becomes SET … PXAT, SPOP becomes SREM.
//
// Commands are kept as RESP, encoded once; append-only file, backlog and slot migration all get the same bytes:
//
//   bytes    *3\r\n$3\r\nSET\r\n…   *2\r\n$6\r\nUNLINK\r\n…
//   items    [0, n) to Both          [n, m) to Replicas
using System;
using System.Buffers.Text;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>Where a propagated command goes.</summary>
[Flags]
public enum PropagationTarget : byte
{
    Log = 1,
    Replicas = 2,
    Both = Log | Replicas,
}

/// <summary>One command to repeat: a range of <see cref="Propagation.Bytes"/>, its database and where it goes.</summary>
public readonly record struct PropagatedCommand(int Start, int Length, int Database, PropagationTarget Target);

/// <summary>The commands that the running command wants repeated.</summary>
public sealed class Propagation
{
    private byte[] _bytes = new byte[512];
    private int _length;
    private int _begun;
    private int _argumentsLeft;
    private int _database;
    private PropagationTarget _target;
    private PropagatedCommand[] _items = new PropagatedCommand[8];

    /// <summary>Whether the call itself is not to be repeated, because something else is or nothing should be.</summary>
    public bool InsteadOfCall { get; private set; }

    /// <summary>Whether the call itself is to be repeated although it counted no change.</summary>
    public bool Forced { get; private set; }

    /// <summary>The commands, in order.</summary>
    public ReadOnlySpan<PropagatedCommand> Items => _items.AsSpan(0, Count);

    /// <summary>How many commands there are.</summary>
    public int Count { get; private set; }

    /// <summary>The commands' encoded bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Forgets everything: a new command begins.</summary>
    public void Clear()
    {
        Invariant.That(_argumentsLeft == 0);
        _length = Count = 0;
        InsteadOfCall = Forced = false;
        if (_bytes.Length > 1 << 20) _bytes = new byte[512];
    }

    /// <summary>A call within another one has ended: what it said stays, what it said about itself does not concern the outer one.</summary>
    public void EndInnerCall() => InsteadOfCall = Forced = false;

    /// <summary>The call is not repeated.</summary>
    public void Nothing() => InsteadOfCall = true;

    /// <summary>The call is repeated whether or not it counted a change.</summary>
    public void Force() => Forced = true;

    /// <summary>Begins a command that is repeated instead of the call; its arguments follow by <see cref="Add(ReadOnlySpan{byte})"/>.</summary>
    public void Instead(int database, int arguments, PropagationTarget target = PropagationTarget.Both)
    {
        InsteadOfCall = true;
        Also(database, arguments, target);
    }

    /// <summary>The removal of a key is repeated instead of the call.</summary>
    public void InsteadRemoval(int database, ReadOnlySpan<byte> key, bool unlink = false)
    {
        Instead(database, 2);
        Add(unlink ? "UNLINK"u8 : "DEL"u8);
        Add(key);
    }

    /// <summary>Begins a command that is repeated beside the call, before it.</summary>
    public void Also(int database, int arguments, PropagationTarget target = PropagationTarget.Both)
    {
        Invariant.That(_argumentsLeft == 0 && arguments > 0);
        _begun = _length;
        _database = database;
        _target = target;
        _argumentsLeft = arguments;
        Header((byte)'*', arguments);
    }

    /// <summary>The next argument of the command that was begun.</summary>
    public void Add(ReadOnlySpan<byte> argument)
    {
        Invariant.That(_argumentsLeft > 0);
        Header((byte)'$', argument.Length);
        Room(argument.Length + 2);
        argument.CopyTo(_bytes.AsSpan(_length));
        _length += argument.Length;
        _bytes[_length++] = (byte)'\r';
        _bytes[_length++] = (byte)'\n';
        if (--_argumentsLeft > 0) return;
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = new PropagatedCommand(_begun, _length - _begun, _database, _target);
    }

    /// <summary>The next argument, an integer.</summary>
    public void Add(long argument)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(argument, digits, out int length);
        Add(digits[..length]);
    }

    private void Header(byte type, int value)
    {
        Room(16);
        _bytes[_length++] = type;
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_length), out int digits);
        _length += digits;
        _bytes[_length++] = (byte)'\r';
        _bytes[_length++] = (byte)'\n';
    }

    private void Room(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + size)));
    }
}
