using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>Whose manners the tool has: the two programs differ in their argument rules and in their help.</summary>
public enum CommandLineForm
{
    /// <summary><c>redis-cli --cluster …</c></summary>
    RedisCli,

    /// <summary><c>redis-trib …</c></summary>
    RedisTrib,
}

/// <summary>Runs a request.</summary>
public static class ClusterCommands
{
    /// <summary>Runs a request; the exit code.</summary>
    public static int Run(ClusterRequest request, ToolConsole console, CommandLineForm form)
    {
        console.WriteError($"{form}: {request.Command}\n");
        return 1;
    }
}
