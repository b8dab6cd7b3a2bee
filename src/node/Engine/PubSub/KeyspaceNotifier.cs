using System;
using System.Buffers.Text;
using System.Text;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>
/// Publishes what happens to keys, on the channels <c>__keyspace@db__:key</c> (message: what happened) and
/// <c>__keyevent@db__:what</c> (message: the key). As Redis: to the subscribers of this node only.
/// </summary>
internal sealed class KeyspaceNotifier(Node node)
{
    private byte[] _channel = new byte[128];

    /// <summary>Something of a wanted class has happened to a key.</summary>
    public void Notify(string what, ReadOnlySpan<byte> key, int database)
    {
        EventClass wanted = node.Services.NotifiedClasses;
        Span<byte> word = stackalloc byte[64];
        word = word[..Encoding.ASCII.GetBytes(what, word)];
        if ((wanted & EventClass.Keyspace) != 0) node.PubSub.Send(Channel("__keyspace@"u8, database, key), word, sharded: false);
        if ((wanted & EventClass.Keyevent) != 0) node.PubSub.Send(Channel("__keyevent@"u8, database, word), key, sharded: false);
    }

    private ReadOnlySpan<byte> Channel(ReadOnlySpan<byte> prefix, int database, ReadOnlySpan<byte> rest)
    {
        int most = prefix.Length + 16 + rest.Length;
        if (_channel.Length < most) _channel = new byte[most * 2];
        prefix.CopyTo(_channel);
        int at = prefix.Length;
        Utf8Formatter.TryFormat(database, _channel.AsSpan(at), out int digits);
        at += digits;
        "__:"u8.CopyTo(_channel.AsSpan(at));
        rest.CopyTo(_channel.AsSpan(at + 3));
        return _channel.AsSpan(0, at + 3 + rest.Length);
    }
}
