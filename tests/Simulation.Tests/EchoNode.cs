using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Simulator.Virtual;
using Hexad.Wire;

namespace Hexad.Simulation.Tests;

/// <summary>A node of a few lines with which the virtual world is tested: it listens, echoes, calls peers and writes files as it is told.</summary>
internal sealed class EchoNode(Process process) : Occupant, INode
{
    public List<string> Events { get; } = [];

    public Dictionary<Link, StringBuilder> Heard { get; } = [];

    public int ListenPort { get; init; }

    public Action<EchoNode, StepTime>? OnStart { get; init; }

    public Action<EchoNode, StepTime>? OnTick { get; init; }

    public bool Echoes { get; set; } = true;

    public MonotonicMs NextWake { get; set; } = new(long.MaxValue);

    public override INode Node => this;

    public override SegmentPool Segments { get; } = new();

    public IHost Host => process;

    public Link Call(string address, int port, int timeoutMs = 0)
    {
        var link = new Link(LinkKind.BusOutbound, Segments) { Remote = new Endpoint(address, port), ConnectTimeoutMs = timeoutMs };
        process.Connect(link);
        return link;
    }

    public void Say(Link link, string text)
    {
        link.Output.Write(Encoding.ASCII.GetBytes(text));
        process.Flush(link);
    }

    public void Start(StepTime now)
    {
        if (ListenPort != 0)
            process.Listen(new Listener { Kind = LinkKind.Client, At = new Endpoint("*", ListenPort) });
        OnStart?.Invoke(this, now);
    }

    public void ListenerOpened(StepTime now, Listener listener, string? error) => Events.Add(error is null ? "listening" : $"cannot listen: {error}");

    public void LinkOpened(StepTime now, Link link)
    {
        Events.Add($"opened {link.Kind}");
        Heard[link] = new StringBuilder();
    }

    public void Received(StepTime now, Link link, ReadOnlySpan<byte> bytes)
    {
        Heard[link].Append(Encoding.ASCII.GetString(bytes));
        if (!Echoes || link.Kind != LinkKind.Client) return;
        link.Output.Write(bytes);
        process.Flush(link);
    }

    public void Drained(StepTime now, Link link) => Events.Add("drained");

    public void LinkClosed(StepTime now, Link link, LinkFault fault) => Events.Add($"closed {fault}");

    public void WorkDone(StepTime now, Work work)
    {
        if (work is FileWork file) Events.Add($"{file.Verb} {file.Fault}");
        work.WhenDone?.Invoke(work);
    }

    public void Tick(StepTime now)
    {
        NextWake = new MonotonicMs(long.MaxValue);
        OnTick?.Invoke(this, now);
    }

    public void EndBatch(StepTime now)
    {
    }

    public void StopRequested(StepTime now, StopReason reason) => process.Exit(0);

    /// <summary>Everything heard on any link.</summary>
    public string AllHeard()
    {
        var all = new StringBuilder();
        foreach (StringBuilder text in Heard.Values) all.Append(text);
        return all.ToString();
    }
}
