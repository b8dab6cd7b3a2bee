using Hexad.Cli;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class CommandHelpTests
{
    private static readonly CommandHelp Help = new(
    [
        new CommandEntry("SET", "key value [NX|XX] [GET]", "Sets", "1.0.0", "string"),
        new CommandEntry("GET", "key", "Gets", "1.0.0", "string"),
        new CommandEntry("CONFIG GET", "parameter [parameter ...]", "Reads", "2.0.0", "server"),
        new CommandEntry("CONFIG", "", "Container", "2.0.0", "server"),
    ]);

    [Theory]
    [InlineData("set", " key value [NX|XX] [GET]")]
    [InlineData("set ", "key value [NX|XX] [GET]")]
    [InlineData("set a", " value [NX|XX] [GET]")]
    [InlineData("set a b c d", " [NX|XX] [GET]")]
    [InlineData("config get ", "parameter [parameter ...]")]
    [InlineData("nothing", null)]
    [InlineData("", null)]
    public void A_hint_is_what_is_still_to_be_typed(string line, string? hint) => Assert.Equal(hint, Help.Hint(line));

    [Fact]
    public void Completion_knows_sub_commands_and_groups_behind_help()
    {
        Assert.Equal(["CONFIG", "CONFIG GET"], Help.Complete("conf"));
        Assert.Equal(["help @server", "help @string"], Help.Complete("help @s"));
    }

    [Fact]
    public void Arguments_are_written_from_the_tree_that_the_server_gives()
    {
        Reply docs = ReplyFormatterTests.Parse(
            "*2\r\n$1\r\nx\r\n*8\r\n$7\r\nsummary\r\n$1\r\ns\r\n$5\r\nsince\r\n$5\r\n1.0.0\r\n$5\r\ngroup\r\n$6\r\nstring\r\n$9\r\narguments\r\n*3\r\n" +
            "*4\r\n$4\r\nname\r\n$3\r\nkey\r\n$4\r\ntype\r\n$3\r\nkey\r\n" +
            "*8\r\n$4\r\nname\r\n$5\r\ncount\r\n$4\r\ntype\r\n$7\r\ninteger\r\n$5\r\ntoken\r\n$5\r\nCOUNT\r\n$5\r\nflags\r\n*1\r\n+optional\r\n" +
            "*6\r\n$4\r\nname\r\n$1\r\nf\r\n$4\r\ntype\r\n$6\r\nstring\r\n$5\r\nflags\r\n*1\r\n+multiple\r\n");
        Assert.Equal(" key [COUNT count] f [f ...]", CommandHelp.FromDocs(docs).Hint("x"));
    }

    [Theory]
    [InlineData(true, "auth", "x")]
    [InlineData(true, "CONFIG", "SET", "requirepass", "x")]
    [InlineData(true, "hello", "3", "setname", "n", "auth", "u", "p")]
    [InlineData(true, "migrate", "h", "1", "", "0", "5", "COPY", "AUTH2", "u", "p", "KEYS", "a")]
    [InlineData(false, "migrate", "h", "1", "", "0", "5", "KEYS", "auth", "b")]
    [InlineData(false, "config", "set", "port", "1")]
    [InlineData(false, "get", "auth")]
    public void Commands_with_a_password_stay_out_of_the_history(bool secret, params string[] words) => Assert.Equal(secret, SecretCommand.Is(words));
}
