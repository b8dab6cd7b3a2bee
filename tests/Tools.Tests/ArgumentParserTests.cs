using System;
using Hexad.Cli;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class ArgumentParserTests
{
    [Fact]
    public void Options_end_where_the_command_begins()
    {
        CliOptions options = Parse("-p", "7000", "set", "-h", "k");
        Assert.Equal(7000, options.Port);
        Assert.Equal("127.0.0.1", options.Host);
        Assert.Equal(2, options.CommandStart);
    }

    [Fact]
    public void A_number_that_is_none_counts_as_zero_as_in_C()
    {
        Assert.Equal(0, Parse("-p", "x", "ping").Port);
        Assert.Equal(12, Parse("-p", "12ab", "ping").Port);
    }

    [Fact]
    public void A_lone_h_at_the_end_asks_for_help()
    {
        ParseOutcome outcome = ArgumentParser.Parse("redis-cli", ["-h"], false, _ => null);
        Assert.Null(outcome.Options);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Usage: redis-cli", outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nope")]
    [InlineData("-p")]
    [InlineData("--pattern")]
    public void An_unknown_option_or_a_missing_value_is_an_error(string option)
    {
        ParseOutcome outcome = ArgumentParser.Parse("redis-cli", [option], false, _ => null);
        Assert.Equal((1, $"Unrecognized option or bad number of args for: '{option}'\n"), (outcome.ExitCode, outcome.Message));
    }

    [Theory]
    [InlineData("Options -2 and -3 are mutually exclusive.\n", "-2", "-3")]
    [InlineData("Options -c and -s are mutually exclusive.\n", "-c", "-s", "/tmp/x")]
    [InlineData("Options -x and -X are mutually exclusive.\n", "-x", "-X", "t")]
    [InlineData("Invalid URI scheme\n", "-u", "http://x")]
    public void Options_that_exclude_each_other_are_refused(string message, params string[] arguments)
    {
        ParseOutcome outcome = ArgumentParser.Parse("redis-cli", arguments, false, _ => null);
        Assert.Equal((1, message), (outcome.ExitCode, outcome.Message));
    }

    [Fact]
    public void The_output_is_raw_unless_a_terminal_is_there_or_another_form_is_asked_for()
    {
        Assert.Equal(OutputMode.Raw, Parse("ping").Output);
        Assert.Equal(OutputMode.Standard, ArgumentParser.Parse("redis-cli", ["ping"], true, _ => null).Options!.Output);
        Assert.Equal(OutputMode.Standard, Parse("--no-raw").Output);
        Assert.Equal(OutputMode.QuotedJson, Parse("--quoted-json").Output);
    }

    [Fact]
    public void Json_prefers_RESP3_and_a_version_given_goes_before()
    {
        Assert.Equal(ProtocolChoice.Resp3Preferred, Parse("--json").Protocol);
        Assert.Equal(ProtocolChoice.Resp2, Parse("--json", "-2").Protocol);
        Assert.Equal(ProtocolChoice.Resp3, Parse("--json", "-3").Protocol);
    }

    [Fact]
    public void A_password_on_the_command_line_is_warned_about_and_one_in_the_environment_is_not()
    {
        Assert.StartsWith("Warning: Using a password", ArgumentParser.Parse("redis-cli", ["-a", "x"], false, _ => null).Message, StringComparison.Ordinal);
        Assert.Equal("", ArgumentParser.Parse("redis-cli", ["-a", "x", "--no-auth-warning"], false, _ => null).Message);
        ParseOutcome quiet = ArgumentParser.Parse("redis-cli", [], false, name => name == "REDISCLI_AUTH" ? "secret" : null);
        Assert.Equal(("", "secret"), (quiet.Message, quiet.Options!.Password));
    }

    [Fact]
    public void A_uri_names_everything_at_once()
    {
        CliOptions options = Parse("-u", "redis://me:p%40ss@example.org:7001/5", "--no-auth-warning");
        Assert.Equal(("me", "p@ss", "example.org", 7001, 5), (options.User, options.Password, options.Host, options.Port, options.Database));
        CliOptions six = Parse("-u", "redis://[::1]:7002");
        Assert.Equal(("::1", 7002), (six.Host, six.Port));
    }

    [Fact]
    public void A_cluster_command_takes_what_follows_up_to_the_next_option()
    {
        CliOptions options = Parse("--cluster", "create", "a:1", "b:2", "c:3", "--cluster-replicas", "1", "--cluster-yes");
        Assert.Equal(CliMode.Cluster, options.Mode);
        Assert.Equal("create", options.Cluster!.Command);
        Assert.Equal(["a:1", "b:2", "c:3"], options.Cluster.Arguments);
        Assert.Equal((1, true), (options.Cluster.Replicas, options.Cluster.Yes));
    }

    [Fact]
    public void Cluster_options_may_stand_before_the_command_and_before_its_arguments()
    {
        CliOptions options = Parse("--cluster-yes", "--cluster", "add-node", "--cluster-slave", "--cluster-master-id", "abc", "a:1", "b:2");
        Assert.True(options.Cluster!.Yes && options.Cluster.Slave);
        Assert.Equal("abc", options.Cluster.MasterId);
        Assert.Equal(["a:1", "b:2"], options.Cluster.Arguments);
    }

    [Fact]
    public void Weights_are_a_list_behind_their_option()
    {
        CliOptions options = Parse("--cluster", "rebalance", "a:1", "--cluster-weight", "x=1", "y=2.5", "--cluster-simulate");
        Assert.Equal(["x=1", "y=2.5"], options.Cluster!.Weights);
        Assert.True(options.Cluster.Simulate);
    }

    private static CliOptions Parse(params string[] arguments)
    {
        ParseOutcome outcome = ArgumentParser.Parse("redis-cli", arguments, false, _ => null);
        Assert.NotNull(outcome.Options);
        return outcome.Options;
    }
}
