using System;
using System.Collections.Generic;
using Hexad.Engine.Seam;

namespace Hexad.Commands.Tests;

/// <summary>Carries nothing out: it keeps what a node asked for, so that a test can look at it and answer.</summary>
public sealed class FakeHost : IHost
{
    private long _ticks;

    public List<string> Lines { get; } = [];

    public List<Listener> Listeners { get; } = [];

    public List<Work> Submitted { get; } = [];

    public List<(Link Link, CloseMode Mode)> Closed { get; } = [];

    public List<Link> Connecting { get; } = [];

    public int? ExitCode { get; private set; }

    /// <summary>Nanoseconds that pass between two readings.</summary>
    public long TickNs { get; set; } = 1000;

    public long Ticks() => _ticks += TickNs;

    public void Pump()
    {
    }

    public void Log(LogLevel level, string text) => Lines.Add($"{level} {text}");

    public void Listen(Listener listener) => Listeners.Add(listener);

    public void StopListening(Listener listener) => Listeners.Remove(listener);

    public void Connect(Link link) => Connecting.Add(link);

    public void Flush(Link link)
    {
    }

    public void Close(Link link, CloseMode mode) => Closed.Add((link, mode));

    public void SetReading(Link link, bool reading)
    {
    }

    public void Submit(Work work) => Submitted.Add(work);

    public void Exit(int code) => ExitCode = code;

    public ProcessFacts Facts() => new(
        ProcessId: 4242, System: "Linux 6.1 x86_64", Multiplexing: "epoll", Executable: "/bin/hexad", ConfigFile: "",
        ResidentBytes: 4 << 20, PeakResidentBytes: 5 << 20, TotalSystemBytes: 8L << 30, UserCpuSeconds: 0.5, SystemCpuSeconds: 0.25,
        LoopUserCpuSeconds: 0.5, LoopSystemCpuSeconds: 0.25, ManagedBytes: 1 << 20, MaxFiles: 10032);
}
