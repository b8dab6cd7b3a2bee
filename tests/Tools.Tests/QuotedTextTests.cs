using System.Linq;
using System.Text;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class QuotedTextTests
{
    [Theory]
    [InlineData("set a b", "set|a|b")]
    [InlineData("  set   \"a b\"\t'c d' ", "set|a b|c d")]
    [InlineData("\"\\x41\\n\\\"\\\\\"", "A\n\"\\")]
    [InlineData("'it\\'s'", "it's")]
    [InlineData("\"\"", "")]
    [InlineData("a\"b\"", "ab")]
    public void A_line_is_split_into_arguments(string line, string arguments)
    {
        Assert.Equal(arguments, string.Join('|', QuotedText.Split(line)!.Select(Encoding.Latin1.GetString)));
    }

    [Theory]
    [InlineData("\"open")]
    [InlineData("'open")]
    [InlineData("\"a\"b")]
    public void Quotes_that_do_not_balance_are_refused(string line) => Assert.Null(QuotedText.Split(line));

    [Fact]
    public void Quoting_and_splitting_give_any_bytes_back()
    {
        byte[] all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        Assert.Equal(all, QuotedText.Unquote(Encoding.Latin1.GetBytes(QuotedText.Quote(all))));
    }
}
