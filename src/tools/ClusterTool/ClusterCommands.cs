using System.Collections.Generic;
using System.IO;
using System.Linq;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>Whose manners the tool has: the two programs differ in their argument rules and in some notations.</summary>
public enum CommandLineForm
{
    /// <summary><c>redis-cli --cluster …</c></summary>
    RedisCli,

    /// <summary><c>redis-trib …</c></summary>
    RedisTrib,
}

/// <summary>All commands of the tool: how many arguments each takes, and what it does.</summary>
public static class ClusterCommands
{
    private const string InvalidAddress =
        "[ERR] Invalid arguments: you need to pass either a valid address (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)";

    private const string AnyNode = "<host:port> or <host> <port> - separated by either colon or space";

    /// <summary>A command: its arity (negative: at least so many), its arguments and options as the help shows them.</summary>
    private sealed record Row(string Name, int Arity, string Arguments, params string[] Options);

    private static readonly Row[] Rows =
    [
        new("create", -2, "host1:port1 ... hostN:portN", "replicas <arg>"),
        new("check", -1, AnyNode, "search-multiple-owners"),
        new("info", -1, AnyNode),
        new("fix", -1, AnyNode, "search-multiple-owners", "fix-with-unreachable-masters"),
        new("reshard", -1, AnyNode, "from <arg>", "to <arg>", "slots <arg>", "yes", "timeout <arg>", "pipeline <arg>", "replace"),
        new("rebalance", -1, AnyNode, "weight <node1=w1...nodeN=wN>", "use-empty-masters", "timeout <arg>", "simulate", "pipeline <arg>", "threshold <arg>", "replace"),
        new("add-node", 2, "new_host:new_port existing_host:existing_port", "slave", "master-id <arg>"),
        new("del-node", 2, "host:port node_id"),
        new("call", -2, "host:port command arg arg .. arg", "only-masters", "only-replicas"),
        new("set-timeout", 2, "host:port milliseconds"),
        new("import", 1, "host:port", "from <arg>", "from-user <arg>", "from-pass <arg>", "from-askpass", "copy", "replace"),
        new("backup", 2, "host:port backup_directory"),
        new("help", 0, ""),
    ];

    /// <summary>Runs a request; the exit code.</summary>
    public static int Run(ClusterRequest request, ToolConsole console, CommandLineForm form)
    {
        var log = new ClusterLog(console, form);
        Row? row = Rows.FirstOrDefault(r => r.Name == request.Command);
        int count = request.Arguments.Count;
        if (row is null)
        {
            log.Refuse("Unknown --cluster subcommand");
            return 1;
        }

        if (row.Arity > 0 ? count != row.Arity : count < -row.Arity)
        {
            log.Refuse("[ERR] Wrong number of arguments for specified --cluster sub command");
            return 1;
        }

        int exitCode = Dispatch(request, log);
        console.Flush();
        return exitCode;
    }

    /// <summary>The list of commands with their options.</summary>
    public static string Help(CommandLineForm form)
    {
        string prefix = form == CommandLineForm.RedisCli ? "--cluster-" : "--";
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine("Cluster Manager Commands:");
        foreach (Row row in Rows)
        {
            text.WriteLine($"  {row.Name,-15}{row.Arguments}");
            foreach (string option in row.Options) text.WriteLine($"{"",15}  {prefix}{option}");
        }

        text.WriteLine("\nFor check, fix, reshard, del-node, set-timeout, info, rebalance, call, import, backup you can specify the host and port of any working node in the cluster.");
        text.WriteLine($"\nCluster Manager Options:\n  {prefix + "yes",-15}Automatic yes to cluster commands prompts\n");
        return text.ToString();
    }

    private static int Dispatch(ClusterRequest request, ClusterLog log)
    {
        IReadOnlyList<string> arguments = request.Arguments;
        switch (request.Command)
        {
            case "create":
                return new CreateCommand(request, log).Run();
            case "help":
                log.Console.Write(Help(log.Form));
                return 0;
            case "add-node":
                return TryEndpoint([arguments[0]], log, out Endpoint added) && TryEndpoint([arguments[1]], log, out Endpoint existing)
                    ? new NodeCommands(request, log).Add(added, existing) : 1;
            case "del-node" or "call" or "set-timeout" or "backup":
                return TryEndpoint([arguments[0]], log, out Endpoint first) ? OnNode(request, log, first) : 1;
            default:
                return TryEndpoint(arguments, log, out Endpoint any) ? OnCluster(request, log, any) : 1;
        }
    }

    private static int OnNode(ClusterRequest request, ClusterLog log, Endpoint node) => request.Command switch
    {
        "del-node" => new NodeCommands(request, log).Remove(node, request.Arguments[1]),
        "call" => new NodeCommands(request, log).Call(node, request.Arguments.Skip(1).ToList()),
        "set-timeout" => new NodeCommands(request, log).SetTimeout(node, request.Arguments[1]),
        _ => new TransferCommands(request, log).Backup(node, request.Arguments[1]),
    };

    private static int OnCluster(ClusterRequest request, ClusterLog log, Endpoint node) => request.Command switch
    {
        "reshard" => new ReshardCommands(request, log).Reshard(node),
        "rebalance" => new ReshardCommands(request, log).Rebalance(node),
        "import" => new TransferCommands(request, log).Import(node),
        "info" => Check(request, log, node, summaryOnly: true),
        _ => Check(request, log, node, summaryOnly: false),
    };

    private static int Check(ClusterRequest request, ClusterLog log, Endpoint node, bool summaryOnly)
    {
        using ClusterMap? map = ClusterMap.Load(node, log, request.Credentials);
        if (map is null) return 1;
        var check = new ClusterCheck(map, log, request) { Fixer = request.Command == "fix" ? new SlotFixer(map, log, request) : null };
        bool shown = check.ShowSummary();
        return summaryOnly ? (shown ? 0 : 1) : check.Run(quiet: false) ? 0 : 1;
    }

    /// <summary>A node as <c>host:port</c>, or as host and port apart.</summary>
    private static bool TryEndpoint(IReadOnlyList<string> arguments, ClusterLog log, out Endpoint endpoint)
    {
        endpoint = null!;
        bool valid = arguments.Count == 1
            ? Endpoint.TryParse(arguments[0], out endpoint)
            : Endpoint.TryParse($"{arguments[0]}:{arguments[1]}", out endpoint);
        if (!valid) log.Refuse(InvalidAddress);
        return valid;
    }
}
