using System.Text;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class SlotIndexTests
{
    [Theory]
    [InlineData("{foo}*", "foo")]
    [InlineData("a{foo}b?[c]", "foo")]
    [InlineData("foo", "foo")]
    [InlineData("{a}{b}*", "a")]
    [InlineData("*{foo}", null)]
    [InlineData("{f*}", null)]
    [InlineData("{}*", null)]
    [InlineData("{}{foo}*", null)]
    [InlineData("[a]{foo}", null)]
    [InlineData("\\{foo}", null)]
    [InlineData("foo*", null)]
    [InlineData("{foo*", null)]
    public void A_pattern_has_a_slot_when_all_keys_that_it_matches_do(string pattern, string? tag)
    {
        Assert.Equal(tag is not null, SlotIndex.TryOfPattern(Encoding.ASCII.GetBytes(pattern), out SlotIndex slot));
        if (tag is not null) Assert.Equal(SlotIndex.Of(Encoding.ASCII.GetBytes(tag)), slot);
    }
}
