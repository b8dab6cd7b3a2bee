using System;
using System.IO;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>The cluster program: <c>redis-trib</c>, <c>redis-trib.rb</c>, <c>hexad trib</c>.</summary>
public static class TribProgram
{
    /// <summary>Runs the program on the streams of this process; its exit code.</summary>
    /// <param name="programName">The name it was started under, for the help.</param>
    /// <param name="args">The arguments without that name.</param>
    public static int Run(string programName, string[] args)
    {
        ToolConsole console = ToolConsole.OfProcess();
        try
        {
            int exitCode = Run(programName, args, console, Environment.GetEnvironmentVariable);
            console.Flush();
            return exitCode;
        }
        catch (IOException)
        {
            // Whoever read our output has gone: there is nobody to tell.
            return 1;
        }
    }

    /// <summary>Runs the program on the streams given; its exit code.</summary>
    public static int Run(string programName, string[] args, ToolConsole console, Func<string, string?> environment)
    {
        ClusterRequest? request = TribArguments.Parse(args, environment, out string fault);
        if (request is null)
        {
            console.WriteError($"[ERR] {fault}\nTry {programName} help\n");
            return 1;
        }

        if (request.Command is "help" or "--help" or "-h")
        {
            console.Write($"Usage: {programName} <command> <options> <arguments ...>\n\n{ClusterCommands.Help(CommandLineForm.RedisTrib)}");
            return 0;
        }

        return ClusterCommands.Run(request, console, CommandLineForm.RedisTrib);
    }
}
