using System;
using System.Collections.Generic;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>
/// The argument rules of redis-trib: <c>command [options] arguments</c>, options with one name for all commands and
/// without the prefix that redis-cli puts before them. What redis-cli calls them is understood as well.
/// </summary>
public static class TribArguments
{
    /// <summary>Reads a command line; null with a fault in words when it is wrong.</summary>
    public static ClusterRequest? Parse(string[] args, Func<string, string?> environment, out string fault)
    {
        fault = "";
        if (args.Length == 0) return new ClusterRequest { Command = "help" };
        string? password = environment("REDISCLI_AUTH");
        string? user = null;
        var plain = new List<string>();
        var request = new ClusterRequest { Command = args[0] };
        for (int i = 1; i < args.Length; i++)
        {
            // What is behind "call host:port" is the command to send, options of its own included.
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || (request.Command == "call" && plain.Count >= 1))
            {
                plain.Add(args[i]);
                continue;
            }

            string name = args[i][2..];
            if (name.StartsWith("cluster-", StringComparison.Ordinal)) name = name["cluster-".Length..];
            if (Flag(request, name) is { } flagged)
            {
                request = flagged;
                continue;
            }

            if (i + 1 == args.Length)
            {
                fault = $"Unknown option or missing value: {args[i]}";
                return null;
            }

            string value = args[++i];
            if (name is "password" or "pass") password = value;
            else if (name == "user") user = value;
            else if (Valued(request, name, value) is { } set) request = set;
            else
            {
                fault = $"Unknown option: {args[i - 1]}";
                return null;
            }
        }

        return request with { Arguments = plain, Credentials = password is null ? Credentials.None : new Credentials(user, password) };
    }

    private static ClusterRequest? Flag(ClusterRequest request, string name) => name switch
    {
        "yes" => request with { Yes = true },
        "slave" => request with { Slave = true },
        "copy" => request with { Copy = true },
        "replace" => request with { Replace = true },
        "simulate" => request with { Simulate = true },
        "auto-weights" => request,
        "use-empty-masters" => request with { UseEmptyMasters = true },
        "search-multiple-owners" => request with { SearchMultipleOwners = true },
        "fix-with-unreachable-masters" => request with { FixWithUnreachableMasters = true },
        "only-masters" => request with { OnlyMasters = true },
        "only-replicas" => request with { OnlyReplicas = true },
        "verbose" => request with { Verbose = true },
        _ => null,
    };

    private static ClusterRequest? Valued(ClusterRequest request, string name, string value) => name switch
    {
        "replicas" => request with { Replicas = CNumber.Int32(value) },
        "master-id" => request with { MasterId = value },
        "from" => request with { From = value },
        "to" => request with { To = value },
        "slots" => request with { Slots = CNumber.Int32(value) },
        "timeout" => request with { TimeoutMs = CNumber.Int32(value) },
        "pipeline" => request with { Pipeline = CNumber.Int32(value) },
        "threshold" => request with { ThresholdPercent = CNumber.Real(value) },
        "weight" => request with { Weights = [.. request.Weights, value] },
        "from-user" => request with { FromCredentials = request.FromCredentials with { User = value } },
        "from-pass" => request with { FromCredentials = request.FromCredentials with { Password = value } },
        _ => null,
    };
}
