using System;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// A place beside the keyspace where the bytes of a small value stand while they are read or changed, because an entry
/// holds them in another form, or with no room to grow.
/// </summary>
public sealed class PackScratch
{
    private readonly byte[] _bytes;

    /// <summary>A place for packs of up to this many bytes.</summary>
    public PackScratch(int bytes) => _bytes = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    /// <summary>Lends the place to these bytes, or the pack that they make when they are expanded: to be changed, moved to a block of its own where it grows, and copied back.</summary>
    public Blob Lend(ReadOnlySpan<byte> bytes, bool isTight)
    {
        int length = bytes.Length;
        if (isTight) length = TightPack.Expand(bytes, _bytes);
        else bytes.CopyTo(_bytes);
        return Blob.Lent(Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0), length, _bytes.Length);
    }

    /// <summary>The pack that tight bytes make; gone with the next call.</summary>
    public ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> tight)
    {
        Invariant.That(TightPack.MostExpandedBytes(tight.Length) <= _bytes.Length);
        return _bytes.AsSpan(0, TightPack.Expand(tight, _bytes));
    }
}
