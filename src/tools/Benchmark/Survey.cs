using System;
using System.Collections.Generic;
using System.Text;

using Hexad.Client;
using Hexad.Host.Sockets;

namespace Hexad.Benchmark;

/// <summary>What has to be known before the load begins: the server's settings, a cluster's primaries, how to greet.</summary>
internal sealed class Survey
{
    private Survey()
    {
    }

    /// <summary>Why nothing can be measured, or null.</summary>
    internal string? Problem { get; private set; }

    /// <summary>What the user should know before the results.</summary>
    internal List<string> Notes { get; } = [];

    /// <summary>Where the load goes.</summary>
    internal List<LoadTarget> Targets { get; } = [];

    /// <summary>What each connection says first.</summary>
    internal LoadPreamble Preamble { get; private set; } = new([], 0);

    /// <summary>The server's settings, if it told them.</summary>
    internal ServerSettings? Settings { get; private set; }

    /// <summary>In cluster mode a hash tag for each slot.</summary>
    internal byte[][]? Tags { get; private set; }

    /// <summary>The targets, beginning with another one for each thread, so that few clients reach all nodes too.</summary>
    internal List<LoadTarget> TargetsFrom(int first)
    {
        var rotated = new List<LoadTarget>(Targets.Count);
        for (int i = 0; i < Targets.Count; i++) rotated.Add(Targets[(first + i) % Targets.Count]);
        return rotated;
    }

    /// <summary>Asks the server.</summary>
    internal static Survey Of(BenchmarkArguments arguments)
    {
        var survey = new Survey();
        survey.Greet(arguments);
        string name = arguments.SocketPath ?? $"{arguments.Host}:{arguments.Port}";
        using Connection connection = Connection.Open(new Endpoint(arguments.Host, arguments.Port, arguments.SocketPath));
        survey.Problem = new Credentials(arguments.User, arguments.Password).Authenticate(connection);
        if (survey.Problem is not null) return survey;
        survey.AskSettings(connection);
        if (arguments.Cluster) survey.AskCluster(connection, arguments);
        else if (arguments.SocketPath is { } path) survey.Targets.Add(new LoadTarget(SocketAddress.Unix(path), name, []));
        else if (SocketAddress.TryResolve(arguments.Host, arguments.Port, out SocketAddress address)) survey.Targets.Add(new LoadTarget(address, name, []));
        else survey.Problem = $"Could not connect to Redis at {name}: the name is not known";
        return survey;
    }

    private void Greet(BenchmarkArguments arguments)
    {
        var bytes = new List<byte>();
        int replies = 0;
        if (arguments.Password is not null)
            Say(arguments.User is null ? ["AUTH", arguments.Password] : ["AUTH", arguments.User, arguments.Password]);
        if (arguments.Tracking) Say(["CLIENT", "TRACKING", "on"]);
        if (arguments.Database != 0 && !arguments.Cluster) Say(["SELECT", arguments.Database.ToString()]);
        if (arguments.Resp3) Say(["HELLO", "3"]);
        Preamble = new LoadPreamble([.. bytes], replies);

        void Say(string[] words)
        {
            bytes.AddRange(Workload.Of("", Array.ConvertAll(words, Encoding.UTF8.GetBytes)).Request);
            replies++;
        }
    }

    private void AskSettings(Connection connection)
    {
        string? save = Setting(connection, "save");
        string? log = Setting(connection, "appendonly");
        if (save is null || log is null) Notes.Add("WARNING: Could not fetch server CONFIG");
        else Settings = new ServerSettings(save, log);
    }

    private static string? Setting(Connection connection, string name)
    {
        Reply reply = connection.Call("CONFIG", "GET", name);
        return reply is { IsAggregate: true, Elements.Count: 2 } ? reply.Elements[1].Text : null;
    }

    // CLUSTER SLOTS: [from, to, [ip, port, id, …], replicas…]…
    private void AskCluster(Connection connection, BenchmarkArguments arguments)
    {
        Reply reply = connection.Call("CLUSTER", "SLOTS");
        if (reply.IsError || !reply.IsAggregate || reply.Elements.Count == 0)
        {
            Problem = reply.IsError ? reply.Text : "Failed to fetch cluster configuration: no slots are served";
            return;
        }

        var slots = new Dictionary<(string Host, int Port), List<ushort>>();
        foreach (Reply range in reply.Elements)
        {
            Reply primary = range.Elements[2];
            string host = primary.Elements[0].IsNull || primary.Elements[0].Text.Length == 0 ? arguments.Host : primary.Elements[0].Text;
            var place = (host, (int)primary.Elements[1].Integer);
            if (!slots.TryGetValue(place, out List<ushort>? served)) slots.Add(place, served = []);
            for (long slot = range.Elements[0].Integer; slot <= range.Elements[1].Integer; slot++) served.Add((ushort)slot);
        }

        foreach (((string host, int port), List<ushort> served) in slots)
        {
            if (SocketAddress.TryResolve(host, port, out SocketAddress address)) Targets.Add(new LoadTarget(address, $"{host}:{port}", [.. served]));
            else Problem = $"Could not connect to Redis at {host}:{port}: the name is not known";
        }

        Tags = Workload.MakeTags();
    }
}
