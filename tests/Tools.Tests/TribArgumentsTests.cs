using System;
using System.IO;
using System.Text;
using Hexad.Client;
using Hexad.ClusterTool;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class TribArgumentsTests
{
    [Fact]
    public void Options_may_stand_anywhere_behind_the_command()
    {
        ClusterRequest request = Parse("create", "--replicas", "1", "a:1", "b:2", "--yes", "c:3");
        Assert.Equal(("create", 1, true), (request.Command, request.Replicas, request.Yes));
        Assert.Equal(["a:1", "b:2", "c:3"], request.Arguments);
    }

    [Fact]
    public void The_guides_way_to_add_a_replica_is_understood_in_both_dialects()
    {
        ClusterRequest old = Parse("add-node", "--slave", "--master-id", "abc", "new:1", "old:2");
        ClusterRequest today = Parse("add-node", "new:1", "old:2", "--cluster-slave", "--cluster-master-id", "abc");
        Assert.Equal((true, "abc"), (old.Slave, old.MasterId));
        Assert.Equal((today.Slave, today.MasterId), (old.Slave, old.MasterId));
        Assert.Equal(["new:1", "old:2"], old.Arguments);
    }

    [Fact]
    public void A_command_to_send_keeps_its_own_options() =>
        Assert.Equal(["a:1", "config", "get", "--x"], Parse("call", "a:1", "config", "get", "--x").Arguments);

    [Theory]
    [InlineData("create", "--nope", "1")]
    [InlineData("create", "--replicas")]
    public void What_is_not_known_is_refused(params string[] arguments)
    {
        Assert.Null(TribArguments.Parse(arguments, _ => null, out string fault));
        Assert.Contains(arguments[1], fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unknown --cluster subcommand\n", "nope")]
    [InlineData("[ERR] Wrong number of arguments for specified --cluster sub command\n", "create", "a:1")]
    [InlineData("[ERR] Wrong number of arguments for specified --cluster sub command\n", "add-node", "a:1")]
    [InlineData("Invalid address format: x\n", "create", "x", "y", "z")]
    public void A_wrong_call_ends_with_a_reason(string reason, params string[] arguments)
    {
        Assert.Equal((1, reason), Run(arguments));
    }

    private static (int Code, string Error) Run(params string[] arguments)
    {
        var error = new MemoryStream();
        var console = new ToolConsole(Stream.Null, Stream.Null, error);
        int code = TribProgram.Run("redis-trib", arguments, console, _ => null);
        return (code, Encoding.UTF8.GetString(error.ToArray()));
    }

    private static ClusterRequest Parse(params string[] arguments)
    {
        ClusterRequest? request = TribArguments.Parse(arguments, _ => null, out _);
        Assert.NotNull(request);
        return request;
    }
}
