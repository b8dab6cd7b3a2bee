using System.Collections.Generic;
using Hexad.Core;
using Hexad.Structures;
using Xunit;

namespace Hexad.Structures.Tests;

public class KeyHasherTests
{
    private const ulong K0 = 0x0706050403020100;
    private const ulong K1 = 0x0F0E0D0C0B0A0908;

    [Fact]
    public void The_plain_form_with_two_and_four_rounds_gives_the_published_value() =>
        Assert.Equal(0xA129CA6149BE45E5, KeyHasher.HashPlainly(K0, K1, Counting(15), 2, 4));

    [Fact]
    public void The_fast_form_equals_the_plain_one_at_every_length()
    {
        var hasher = new KeyHasher(K0, K1);
        for (int length = 0; length < 100; length++)
            Assert.Equal(KeyHasher.HashPlainly(K0, K1, Counting(length), 1, 3), hasher.Hash(Counting(length)));
    }

    [Fact]
    public void Another_key_gives_other_hashes()
    {
        var seen = new HashSet<ulong>();
        var dice = new Dice(1);
        for (int i = 0; i < 1000; i++) Assert.True(seen.Add(new KeyHasher(dice).Hash("key"u8)));
    }

    private static byte[] Counting(int length)
    {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)i;
        return bytes;
    }
}
