using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Hexad.Client;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>
/// A node that the tool talks to: the connection, and what the node says about itself. Refusals and failures are said
/// to the person at once; the methods tell only whether it went well.
/// </summary>
public sealed class ClusterNode : IDisposable
{
    private const int ConnectTimeoutMs = 5000;
    private const int LoadingPatienceMs = 10_000;
    private const int LoadingPauseMs = 50;
    private readonly ClusterLog _log;
    private readonly Credentials _credentials;
    private Connection? _connection;

    private ClusterNode(Endpoint endpoint, ClusterLog log, Credentials credentials)
    {
        Endpoint = endpoint;
        _log = log;
        _credentials = credentials;
    }

    /// <summary>Where it was reached.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>Its address as it is printed.</summary>
    public string Address => $"{Endpoint.Host}:{Endpoint.Port}";

    /// <summary>What it says about itself; only after <see cref="LoadView"/>.</summary>
    public NodeView View { get; private set; } = null!;

    /// <summary>What it says about the others, when they were loaded.</summary>
    public IReadOnlyList<NodeView> Others { get; private set; } = [];

    /// <summary>Its id.</summary>
    public string Id => View.Id;

    /// <summary>Whether it follows a master.</summary>
    public bool IsReplica => View.IsSlave;

    /// <summary>What it serves; moves made by the tool are noted here.</summary>
    public SlotSet Slots => View.Slots;

    /// <summary>How many of the loaded nodes follow it.</summary>
    public int ReplicaCount { get; set; }

    /// <summary>The connection, for what is not a command and a reply.</summary>
    public Connection Connection => _connection ?? throw new InvalidOperationException("The node is not connected");

    /// <summary>Connects and logs in; null when that failed, which is said.</summary>
    public static ClusterNode? Connect(Endpoint endpoint, ClusterLog log, Credentials credentials)
    {
        var node = new ClusterNode(endpoint, log, credentials);
        if (node.Reconnect()) return node;
        node.Dispose();
        return null;
    }

    /// <summary>Connects, loads what the node says, and makes sure that it is a cluster node; null when not, which is said.</summary>
    public static ClusterNode? Load(Endpoint endpoint, ClusterLog log, Credentials credentials)
    {
        ClusterNode? node = Connect(endpoint, log, credentials);
        if (node is null) return null;
        if (node.IsClusterNode() && node.LoadView()) return node;
        node.Dispose();
        return null;
    }

    /// <summary>Sends a command; false when the node refuses or cannot be reached, which is said.</summary>
    public bool Ask(out Reply reply, params string[] command)
    {
        if (!TryAsk(out reply, out string fault, command))
        {
            _log.Bad($"Node {Address} replied with error:\n{fault}");
            return false;
        }

        return true;
    }

    /// <summary>Sends a command for its effect; false when the node refuses or cannot be reached, which is said.</summary>
    public bool Do(params string[] command) => Ask(out _, command);

    /// <summary>
    /// Sends a command; false with the reason when the node refuses or cannot be reached. A node that is only loading, such
    /// as a new replica its first copy, is asked again for a while.
    /// </summary>
    public bool TryAsk(out Reply reply, out string fault, params string[] command)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                reply = Connection.Call(command);
            }
            catch (ConnectionException e)
            {
                (reply, fault) = (Reply.Null(), e.Message);
                return false;
            }

            fault = reply.IsError ? reply.Text : "";
            bool loading = reply.IsError && reply.StartsWith("LOADING "u8);
            if (!loading || Stopwatch.GetElapsedTime(start).TotalMilliseconds > LoadingPatienceMs) return !reply.IsError;
            Thread.Sleep(LoadingPauseMs);
        }
    }

    /// <summary>Lets commands take their time from here on: moving keys may last longer than saying hello.</summary>
    public void BePatient(int timeoutMs) => Connection.ReplyTimeoutMs = timeoutMs;

    /// <summary>Sends a command of bytes; the reply, or null when the node cannot be reached, which is said.</summary>
    public Reply? Call(params byte[][] command)
    {
        try
        {
            return Connection.Call(command);
        }
        catch (ConnectionException e)
        {
            _log.Bad($"Node {Address} replied with error:\n{e.Message}");
            return null;
        }
    }

    /// <summary>What the node knows about everybody now; null when it does not answer. Nothing is said.</summary>
    public IReadOnlyList<NodeView>? AskViews()
    {
        if (TryAsk(out Reply reply, out _, "CLUSTER", "NODES")) return NodeView.TryParse(reply.Text, out List<NodeView> views) ? views : null;
        try
        {
            _connection?.Dispose();
            _connection = Connection.Open(Endpoint, new ConnectOptions { ConnectTimeoutMs = 1000, ReplyTimeoutMs = ConnectTimeoutMs });
            _credentials.Authenticate(_connection);
        }
        catch (ConnectionException)
        {
            // The next look tries again.
        }

        return null;
    }

    /// <summary>Loads what the node says about itself and the others; false when that cannot be had, which is said.</summary>
    public bool LoadView()
    {
        if (!Ask(out Reply reply, "CLUSTER", "NODES")) return false;
        if (!NodeView.TryParse(reply.Text, out List<NodeView> views) || views.Find(v => v.IsMyself) is not { } me)
        {
            _log.Refuse("Error: invalid CLUSTER NODES reply");
            return false;
        }

        View = me;
        Others = views.Where(v => !v.IsMyself).ToList();
        return true;
    }

    /// <summary>How many keys the node has in a slot; -1 when it does not say, which is said.</summary>
    public long CountKeys(int slot) => Ask(out Reply reply, "CLUSTER", "COUNTKEYSINSLOT", slot.ToString()) ? reply.Integer : -1;

    /// <summary>Tells the node about a slot: importing, migrating, node; false when it refuses, which is said unless quiet.</summary>
    public bool SetSlot(int slot, string state, ClusterNode other) => Do("CLUSTER", "SETSLOT", slot.ToString(), state, other.Id);

    /// <summary>Takes importing and migrating off a slot.</summary>
    public bool SetStable(int slot) => Do("CLUSTER", "SETSLOT", slot.ToString(), "STABLE");

    /// <summary>The address of the machine as a number, which CLUSTER MEET wants; null when the name is unknown, which is said.</summary>
    public string? ResolveHost()
    {
        if (IPAddress.TryParse(Endpoint.Host, out _)) return Endpoint.Host;
        try
        {
            IPAddress[] all = Dns.GetHostAddresses(Endpoint.Host);
            IPAddress? best = Array.Find(all, a => a.AddressFamily == AddressFamily.InterNetwork) ?? (all.Length > 0 ? all[0] : null);
            if (best is not null) return best.ToString();
        }
        catch (SocketException)
        {
            // Said below.
        }

        _log.Refuse($"Invalid IP address or hostname specified: {Endpoint.Host}");
        return null;
    }

    /// <summary>Asks this node to join the cluster of another.</summary>
    public bool Meet(ClusterNode other, string otherHost)
    {
        string[] command = ["CLUSTER", "MEET", otherHost, other.Endpoint.Port.ToString()];
        if (other.View.BusPort != other.Endpoint.Port + Layout.BusPortOffset) command = [.. command, other.View.BusPort.ToString()];
        return Do(command);
    }

    public void Dispose() => _connection?.Dispose();

    private bool Reconnect()
    {
        try
        {
            _connection = Connection.Open(Endpoint, new ConnectOptions { ConnectTimeoutMs = ConnectTimeoutMs, ReplyTimeoutMs = ConnectTimeoutMs });
            if (_credentials.Authenticate(_connection) is not { } refusal) return true;
            _log.Bad($"Node {Address} replied with error:\n{refusal}");
        }
        catch (ConnectionException e)
        {
            _log.Refuse($"Could not connect to Redis at {Address}: {e.Message}");
        }

        return false;
    }

    private bool IsClusterNode()
    {
        if (!TryAsk(out Reply info, out string fault, "INFO", "cluster"))
        {
            _log.Bad($"[ERR] Node {Address} {fault}");
            return false;
        }

        if (InfoText.Number(info.Text, "cluster_enabled") == 1) return true;
        _log.Bad($"[ERR] Node {Address} is not configured as a cluster node.");
        return false;
    }
}
