using System;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class ExtendedFloatTests
{
    // Sums as a C program with 80-bit long double prints them with %.17Lf.
    [Theory]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData("3", "1.1", "4.1")]
    [InlineData("1e19", "1", "10000000000000000001")]
    [InlineData("1e20", "1", "100000000000000000000")]
    [InlineData("36893488147419103232", "1", "36893488147419103232")]
    [InlineData("0x10", "0x.8p1", "17")]
    [InlineData("1e-18", "0", "0")]
    [InlineData("-1e-18", "0", "0")]
    [InlineData("5e-1", "-0.5", "0")]
    [InlineData("+.5", "5.", "5.5")]
    [InlineData("1e4930", "0", null)]
    public void Sums_have_the_digits_of_extended_precision(string a, string b, string? sum)
    {
        Assert.True(ExtendedFloat.TryParse(Encoding.ASCII.GetBytes(a), out ExtendedFloat first));
        Assert.True(ExtendedFloat.TryParse(Encoding.ASCII.GetBytes(b), out ExtendedFloat second));
        string text = Encoding.ASCII.GetString(first.Plus(second).ToText());
        if (sum is null) Assert.Equal(4931, text.Length);
        else Assert.Equal(sum, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("0x")]
    [InlineData("1x")]
    [InlineData(" 1")]
    [InlineData("nan")]
    [InlineData("1e5000")]
    [InlineData("1e-5000")]
    [InlineData("1e99999999999999999999")]
    public void What_is_no_number_is_refused(string text) => Assert.False(ExtendedFloat.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Infinities_are_read_and_stay_so()
    {
        Assert.True(ExtendedFloat.TryParse("-INFINITY"u8, out ExtendedFloat value));
        Assert.False(value.IsFinite);
        Assert.False(value.Plus(ExtendedFloat.Zero).IsFinite);
    }
}
