using System;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class TightPackTests
{
    [Fact]
    public void What_was_tightened_expands_to_the_same_pack()
    {
        using var memory = new SlabAllocator();
        var dice = new Dice(11);
        var tight = new byte[5000];
        var expanded = new byte[TightPack.MostExpandedBytes(tight.Length)];
        for (int round = 0; round < 2000; round++)
        {
            Blob pack = Listpack.Create(memory);
            for (int left = dice.Below(20); left > 0; left--) Append(memory, ref pack, dice);
            int length = TightPack.Tighten(pack.Bytes, tight);
            if (length < 0)
            {
                Assert.True(pack.Length > tight.Length);
            }
            else
            {
                Assert.True(pack.Length <= TightPack.MostExpandedBytes(length));
                Assert.Equal(-1, length == 0 ? -1 : TightPack.Tighten(pack.Bytes, tight.AsSpan(0, length - 1)));
                Assert.Equal(length, TightPack.Tighten(pack.Bytes, tight.AsSpan(0, length)));
                Assert.Equal(pack.Length, TightPack.Expand(tight.AsSpan(0, length), expanded));
                Assert.True(pack.Bytes.SequenceEqual(expanded.AsSpan(0, pack.Length)));
            }

            pack.Free(memory);
        }

        Assert.Equal(0, memory.UsedBytes);
    }

    [Fact]
    public void Eight_short_fields_take_23_bytes_less()
    {
        using var memory = new SlabAllocator();
        Blob pack = Listpack.Create(memory);
        for (int i = 0; i < 8; i++)
        {
            Listpack.Append(memory, ref pack, new byte[] { (byte)'f', (byte)('0' + i) });
            Listpack.Append(memory, ref pack, "a value"u8);
        }

        Assert.Equal(pack.Length - 23, TightPack.Tighten(pack.Bytes, new byte[255]));
    }

    [Fact]
    public void A_lent_blob_moves_to_a_block_of_its_own_when_it_outgrows_the_place_and_frees_nothing_else()
    {
        using var memory = new SlabAllocator();
        var place = new PackScratch(64);
        Blob pack = place.Lend([7, 0, 0, 0, 0, 0, 0xFF], isTight: false);
        Assert.True(pack.IsLent);
        Assert.Equal(0, pack.Charge);
        Listpack.Append(memory, ref pack, "short"u8);
        Assert.True(pack.IsLent);
        Blob own = pack.Owned(memory);
        Assert.Equal(own.Bytes.ToArray(), pack.Bytes.ToArray());
        Assert.False(own.IsLent);
        Listpack.Append(memory, ref pack, new byte[100]);
        Assert.False(pack.IsLent);
        Assert.Equal(2, Listpack.Count(pack.Bytes));
        Assert.True(Listpack.Validate(pack.Bytes));
        pack.Free(memory);
        own.Free(memory);
        Blob again = place.Lend([1, 0, 2], isTight: true);
        Assert.Equal([1, 1, 0, 1, 2, 1], again.Bytes[Listpack.HeaderBytes..^1].ToArray());
        again.Free(memory);
        Assert.Equal(0, memory.UsedBytes);
    }

    private static void Append(SlabAllocator memory, ref Blob pack, Dice dice)
    {
        switch (dice.Below(4))
        {
            case 0:
                Listpack.Append(memory, ref pack, dice.Below(1L << (1 + dice.Below(62))) * (dice.Below(2) * 2 - 1));
                break;
            case 1:
                Listpack.Append(memory, ref pack, new byte[60 + dice.Below(10)]);
                break;
            case 2:
                Listpack.Append(memory, ref pack, new byte[dice.Below(5) == 0 ? 4090 + dice.Below(10) : 120 + dice.Below(20)]);
                break;
            default:
                Listpack.Append(memory, ref pack, new byte[dice.Below(20)]);
                break;
        }
    }
}
