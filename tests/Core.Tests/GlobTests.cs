using System;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class GlobTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "abc", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abbcd", false)]
    [InlineData("*ab*ab", "abxab", true)]
    [InlineData("*ab*ab", "ab", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("h[ae]llo", "hallo", true)]
    [InlineData("h[^e]llo", "hello", false)]
    [InlineData("h[a-c]llo", "hbllo", true)]
    [InlineData("h[c-a]llo", "hbllo", true)]
    [InlineData("h[a-c", "hb", true)]
    [InlineData("h[]llo", "hllo", false)]
    [InlineData("h\\*llo", "h*llo", true)]
    [InlineData("h\\*llo", "hello", false)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[a-", "-", true)]
    public void A_text_matches_as_clients_of_redis_expect(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Glob.Matches(Encoding.Latin1.GetBytes(pattern), Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Case_is_ignored_when_asked_for()
    {
        Assert.True(Glob.Matches("MAX*[a-b]"u8, "maxmemorB"u8, ignoreCase: true));
        Assert.False(Glob.Matches("MAX*"u8, "maxmemory"u8));
    }

    [Fact]
    public void A_pattern_of_many_stars_ends_in_time()
    {
        byte[] text = Encoding.Latin1.GetBytes(new string('a', 50_000));
        var pattern = new StringBuilder();
        for (int i = 0; i < 50_000; i++) pattern.Append("*?");
        Assert.False(Glob.Matches(Encoding.Latin1.GetBytes(pattern.ToString()), text));
        pattern.Clear();
        for (int i = 0; i < 900; i++) pattern.Append("a*");
        Assert.True(Glob.Matches(Encoding.Latin1.GetBytes(pattern.ToString()), text));
        Assert.False(Glob.Matches(Encoding.Latin1.GetBytes(pattern + "b"), text));
    }

    [Fact]
    public void It_agrees_with_a_naive_model()
    {
        var dice = new Dice(11);
        for (int round = 0; round < 20_000; round++)
        {
            string pattern = Word(dice, "ab*?", 8);
            string text = Word(dice, "ab", 8);
            Assert.Equal(Naive(pattern, text), Glob.Matches(Encoding.Latin1.GetBytes(pattern), Encoding.Latin1.GetBytes(text)));
        }
    }

    private static string Word(Dice dice, string letters, int longest)
    {
        var word = new char[dice.Below(longest + 1)];
        for (int i = 0; i < word.Length; i++) word[i] = letters[dice.Below(letters.Length)];
        return new string(word);
    }

    private static bool Naive(string pattern, string text)
    {
        if (pattern.Length == 0) return text.Length == 0;
        if (pattern[0] == '*') return Naive(pattern[1..], text) || (text.Length > 0 && Naive(pattern, text[1..]));
        return text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Naive(pattern[1..], text[1..]);
    }
}
