using Xunit;

namespace Hexad.Commands.Tests;

public sealed class CounterTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public CounterTests() => _client = _node.Connect();

    [Fact]
    public void Integers_are_counted_up_and_down()
    {
        Assert.Equal(":1\r\n", _client.Run("INCR k"));
        Assert.Equal(":11\r\n", _client.Run("INCRBY k 10"));
        Assert.Equal(":10\r\n", _client.Run("DECR k"));
        Assert.Equal(":-10\r\n", _client.Run("DECRBY k 20"));
        Assert.Equal("INCR k | INCRBY k 10 | DECR k | DECRBY k 20", _node.Sink.Take());
        Assert.Equal("-ERR decrement would overflow\r\n", _client.Run("DECRBY k -9223372036854775808"));
        _client.Run("SET k 9223372036854775807");
        Assert.Equal("-ERR increment or decrement would overflow\r\n", _client.Run("INCR k"));
        _client.Run("SET k 01");
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("INCR k"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("INCRBY n 1x"));
    }

    [Fact]
    public void Counting_keeps_the_expiry()
    {
        _client.Run("SET k 1 PX 500");
        _client.Run("INCR k");
        _client.Run("INCRBYFLOAT k 1");
        Assert.Equal(":500\r\n", _client.Run("PTTL k"));
    }

    [Theory]
    [InlineData("1", "0.25", "1.25")]
    [InlineData("1.5", "1.5", "3")]
    [InlineData("3", "1.1", "4.1")]
    [InlineData("0", "5.0e3", "5000")]
    [InlineData("10.50", "0.1", "10.6")]
    [InlineData("1", "-1.1", "-0.1")]
    [InlineData("0", "0.1", "0.1")]
    [InlineData("17179869184", "1.5", "17179869185.5")]
    [InlineData("0", "0x1p-2", "0.25")]
    [InlineData("-0.0000000000000000001", "0", "0")]
    public void Fractions_are_added_with_extended_precision(string value, string amount, string sum)
    {
        _client.Run("SET k " + value);
        _node.Sink.Take();
        Assert.Equal($"${sum.Length}\r\n{sum}\r\n", _client.Run("INCRBYFLOAT k " + amount));
        Assert.Equal($"SET k {sum} KEEPTTL", _node.Sink.Take());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("nan")]
    [InlineData("1e10000")]
    [InlineData("")]
    public void What_is_no_number_is_refused(string amount) =>
        Assert.Equal("-ERR value is not a valid float\r\n", _client.Call("INCRBYFLOAT", "k", amount));

    [Fact]
    public void A_sum_that_is_no_number_is_refused() =>
        Assert.Equal("-ERR increment would produce NaN or Infinity\r\n", _client.Run("INCRBYFLOAT k +inf"));
}
