using System;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class Sha1Tests
{
    [Fact]
    public void Digests_are_those_of_the_framework()
    {
        Span<byte> digest = stackalloc byte[Sha1.Length];
        for (int length = 0; length < 300; length++)
        {
            byte[] data = Encoding.ASCII.GetBytes(new string('x', length));
            Sha1.Of(data, digest);
#pragma warning disable CA5350 // the same weak algorithm, to compare with
            Assert.Equal(System.Security.Cryptography.SHA1.HashData(data), digest.ToArray());
#pragma warning restore CA5350
        }
    }
}
