using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>The places where clients are accepted, from the options <c>bind</c>, <c>port</c> and <c>unixsocket</c>.</summary>
internal sealed class Listeners(Node node) : IPart
{
    private readonly List<Listener> _open = [];
    private int _waiting;
    private bool _failed;
    private Action<bool>? _moved;

    public MonotonicMs NextWake => new(long.MaxValue);

    public void Start()
    {
        if (!node.Options.ClusterEnabled) Open();
    }

    /// <summary>
    /// Opens them all. A cluster node calls it when its bus listens: who gets an answer to PING shall not see the node end
    /// a moment later because the bus port was taken or its nodes file belongs to another.
    /// </summary>
    public void Open()
    {
        foreach (string address in Addresses())
            Listen(address);
        if (node.Options.UnixSocket is { } path)
        {
            _waiting++;
            node.Host.Listen(new Listener
            {
                Kind = LinkKind.Client,
                At = new Endpoint(path, 0),
                IsUnix = true,
                UnixMode = (int)node.Options.UnixSocketMode,
                UnixGroup = node.Options.UnixSocketGroup,
                Backlog = node.Options.TcpBacklog,
            });
        }
    }

    public void Tick()
    {
    }

    /// <summary>
    /// Closes the listeners that the options no longer ask for and opens those that they ask for now; tells whether all
    /// that must be open are. Links that came through closed ones stay.
    /// </summary>
    public void Move(Action<bool> moved)
    {
        Invariant.That(_moved is null);
        List<string> missing = [.. Addresses()];
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            Listener listener = _open[i];
            if (listener.IsUnix || missing.RemoveAll(a => EndpointOf(a).Equals(listener.At)) > 0) continue;
            _open.RemoveAt(i);
            node.Host.StopListening(listener);
        }

        _failed = false;
        if (missing.Count == 0)
        {
            moved(true);
            return;
        }

        _moved = moved;
        foreach (string address in missing) Listen(address);
    }

    /// <summary>The host's answer for one of ours.</summary>
    public void Opened(Listener listener, string? error)
    {
        _waiting--;
        if (error is null) _open.Add(listener);
        else if (listener.IsUnix)
        {
            node.Host.Log(LogLevel.Warning, $"Failed opening Unix socket: {error}");
            node.Host.Exit(1);
            return;
        }
        else
        {
            node.Host.Log(LogLevel.Warning, $"Warning: Could not create server TCP listening socket {listener.At}: {error}");
            if (!listener.Optional && _moved is null)
            {
                node.Host.Log(LogLevel.Warning, $"Failed listening on port {listener.At.Port} (tcp), aborting.");
                node.Host.Exit(1);
                return;
            }

            _failed |= !listener.Optional;
        }

        if (_waiting > 0) return;
        if (_moved is { } moved)
        {
            _moved = null;
            moved(!_failed);
        }
        else if (_open.Count > 0) node.Host.Log(LogLevel.Notice, "Ready to accept connections tcp");
    }

    private string[] Addresses() => node.Options.Port == 0 ? [] : node.Options.Bind.Addresses;

    private Endpoint EndpointOf(string address) => new(address.StartsWith('-') ? address[1..] : address, node.Options.Port);

    private void Listen(string address)
    {
        _waiting++;
        node.Host.Listen(new Listener
        {
            Kind = LinkKind.Client,
            At = EndpointOf(address),
            Backlog = node.Options.TcpBacklog,
            Optional = address.StartsWith('-'),
        });
    }
}
