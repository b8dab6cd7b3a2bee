using System;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>The places where clients are accepted, from the options <c>bind</c>, <c>port</c> and <c>unixsocket</c>.</summary>
internal sealed class Listeners(Node node) : IPart
{
    private int _waiting;
    private int _open;

    public MonotonicMs NextWake => new(long.MaxValue);

    public void Start()
    {
        if (node.Options.Port != 0)
            foreach (string address in node.Options.Bind.Addresses)
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
                Backlog = node.Options.TcpBacklog,
            });
        }
    }

    public void Tick()
    {
    }

    public void EndBatch()
    {
    }

    /// <summary>The host's answer for one of ours.</summary>
    public void Opened(Listener listener, string? error)
    {
        _waiting--;
        if (error is null) _open++;
        else if (listener.IsUnix)
        {
            node.Host.Log(LogLevel.Warning, $"Failed opening Unix socket: {error}");
            node.Host.Exit(1);
            return;
        }
        else
        {
            node.Host.Log(LogLevel.Warning, $"Warning: Could not create server TCP listening socket {listener.At}: {error}");
            if (!listener.Optional)
            {
                node.Host.Log(LogLevel.Warning, $"Failed listening on port {listener.At.Port} (tcp), aborting.");
                node.Host.Exit(1);
                return;
            }
        }

        if (_waiting == 0 && _open > 0) node.Host.Log(LogLevel.Notice, "Ready to accept connections tcp");
    }

    private void Listen(string address)
    {
        bool optional = address.StartsWith('-');
        _waiting++;
        node.Host.Listen(new Listener
        {
            Kind = LinkKind.Client,
            At = new Endpoint(optional ? address[1..] : address, node.Options.Port),
            Backlog = node.Options.TcpBacklog,
            Optional = optional,
        });
    }
}
