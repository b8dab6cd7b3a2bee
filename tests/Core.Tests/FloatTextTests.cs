using System;
using System.Text;
using CsCheck;
using Xunit;

namespace Hexad.Core.Tests;

public class FloatTextTests
{
    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(3.0, "3")]
    [InlineData(-17.25, "-17.25")]
    [InlineData(1e17, "100000000000000000")]
    [InlineData(1e18, "1000000000000000000")]
    [InlineData(4.6e18, "4600000000000000000")]
    [InlineData(1e19, "1e+19")]
    [InlineData(1e20, "1e+20")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(1.2345678901234567e22, "12345678901234568000000")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.0000001, "1e-7")]
    [InlineData(0.00012345, "1.2345e-4")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(-0.0, "-0")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    [InlineData(double.NaN, "nan")]
    public void A_double_is_written_as_redis_7_2_writes_it(double value, string expected) => Assert.Equal(expected, Write(value));

    [Theory]
    [InlineData(0.1, "0.10000000000000001")]
    [InlineData(3.0, "3")]
    [InlineData(-1e17, "-1e+17")]
    [InlineData(1e16, "10000000000000000")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1.0000000000000001e-05")]
    [InlineData(2.5e-300, "2.5e-300")]
    [InlineData(123456.789, "123456.789")]
    public void Seventeen_digits_are_those_of_printf(double value, string expected)
    {
        Span<byte> text = stackalloc byte[40];
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..NumberText.DoubleOf17Digits(value, text)]));
    }

    [Fact]
    public void Every_double_is_read_as_it_was_written() =>
        Gen.ULong.Sample(bits =>
        {
            double value = BitConverter.UInt64BitsToDouble(bits);
            if (!double.IsFinite(value)) return;
            Assert.True(FloatText.TryParse(Encoding.ASCII.GetBytes(Write(value)), out double read));
            Assert.Equal(value, read);
        });

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("+1.5", 1.5)]
    [InlineData("-.5e1", -5.0)]
    [InlineData("5.", 5.0)]
    [InlineData("1e400000000000", null)]
    [InlineData("1e-400", null)]
    [InlineData("0e400", 0.0)]
    [InlineData("0x10", 16.0)]
    [InlineData("0x1.8p3", 12.0)]
    [InlineData("-0xA.8", -10.5)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("nan", null)]
    [InlineData("", null)]
    [InlineData(" 1", null)]
    [InlineData("1 ", null)]
    [InlineData("1e", null)]
    [InlineData("0x", null)]
    [InlineData("1,5", null)]
    [InlineData("abc", null)]
    [InlineData(".", null)]
    [InlineData("--1", null)]
    public void A_score_is_read_as_strtod_reads_it(string text, double? expected)
    {
        bool read = FloatText.TryParse(Encoding.ASCII.GetBytes(text), out double value);
        Assert.Equal(expected, read ? value : null);
    }

    [Theory]
    [InlineData("", 0.0)]
    [InlineData("  7", 7.0)]
    [InlineData("7\0x", 7.0)]
    [InlineData("7x", null)]
    [InlineData("nan", null)]
    [InlineData("1e999", double.PositiveInfinity)]
    public void A_bound_is_read_as_a_c_string(string text, double? expected)
    {
        bool read = FloatText.TryParseBound(Encoding.ASCII.GetBytes(text), out double value);
        Assert.Equal(expected, read ? value : null);
    }

    private static string Write(double value)
    {
        Span<byte> text = stackalloc byte[40];
        int length = NumberText.Double(value, text);
        Assert.InRange(length, 1, 32);
        return Encoding.ASCII.GetString(text[..length]);
    }
}
