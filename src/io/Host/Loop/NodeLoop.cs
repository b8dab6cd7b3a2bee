using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading;

using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Host.Files;
using Hexad.Host.Log;
using Hexad.Host.Process;
using Hexad.Host.Sockets;
using Hexad.Wire;

namespace Hexad.Host.Loop;

/// <summary>
/// One node's event loop, on the thread that calls <see cref="Run"/>. A turn of it:
/// <code>
///   wait ─▶ read both clocks ─▶ signals, reports, finished work ─▶ sockets ─▶ tick if due ─▶ end of batch ─▶ send
/// </code>
/// The clocks are read once a turn, every input of the turn carries that time, and all output leaves at its end. The loop
/// sleeps until a socket, finished work, a signal or the node's next wake.
/// <para>Only <see cref="RequestStop"/> and <see cref="Post"/> may be called from other threads.</para>
/// </summary>
public sealed class NodeLoop : IHost, IDisposable
{
    private const int MaxDepth = 2;
    private const int LastOutputMs = 2_000;

    private readonly SocketLayer _sockets;
    private readonly ILogSink _log;
    private readonly FileDesk _files;
    private readonly Lanes _lanes;
    private readonly ReadyList[] _ready = new ReadyList[MaxDepth];
    private readonly ConcurrentQueue<Action<INode, StepTime>> _posted = [];
    private readonly HostFacts _facts;
    private Links? _links;
    private INode? _node;
    private StepTime _now;
    private MonotonicMs _wakeAt;
    private bool _mayHaveDone;
    private int _depth;
    private int? _exitCode;
    private long _exitAtMs;

    /// <summary>
    /// A loop for one node over the given sockets. <paramref name="folder"/> tells where relative paths start,
    /// <paramref name="crashed"/> is called from a thread of the loop's that failed, <paramref name="laneStarts"/>
    /// on each thread that does work off the loop, when it starts.
    /// </summary>
    public NodeLoop(SocketLayer sockets, ILogSink log, Func<string> folder, HostFacts facts, Action<Exception> crashed, Action? laneStarts = null)
    {
        _sockets = sockets;
        _log = log;
        _facts = facts;
        _files = new FileDesk(folder);
        _lanes = new Lanes(_files, sockets.Wake, crashed, laneStarts);
        for (int i = 0; i < MaxDepth; i++) _ready[i] = new ReadyList();
    }

    /// <summary>
    /// Runs the node until it asks to exit; its exit code. <paramref name="pool"/> is the one that the node makes its own
    /// links with.
    /// </summary>
    public int Run(INode node, SegmentPool pool)
    {
        _node = node;
        _links = new Links(_sockets, node, pool, _files.Absolute);
        ReadClocks();
        node.Start(_now);
        EndTurn();
        while (!IsOver()) Turn(TimeoutMs());
        return _exitCode!.Value;
    }

    /// <summary>Asks the node to end in order; from any thread.</summary>
    public void RequestStop(StopReason reason) => Post((node, now) => node.StopRequested(now, reason));

    /// <summary>Has an input given to the node in its next step; from any thread.</summary>
    public void Post(Action<INode, StepTime> input)
    {
        _posted.Enqueue(input);
        _sockets.Wake();
    }

    /// <inheritdoc/>
    public long Ticks() => Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void Pump()
    {
        if (_depth + 1 >= MaxDepth) return;
        _depth++;
        _links!.Flush();
        _links.Serve(_ready[0], _now, _depth);
        _links.Wait(_ready[_depth], 0);
        ReadClocks();
        if (_sockets.WasWoken) GivePosted();
        _links.Handle(_ready[_depth], _now, _depth);
        _links.Flush();
        _depth--;
    }

    /// <inheritdoc/>
    void IHost.Log(LogLevel level, string text) => _log.Write(level, _node is { IsReplica: true } ? LogRole.Replica : LogRole.Primary, text);

    /// <inheritdoc/>
    public void Listen(Listener listener) => _links!.Listen(listener);

    /// <inheritdoc/>
    public void StopListening(Listener listener) => _links!.StopListening(listener);

    /// <inheritdoc/>
    public void Connect(Link link) => _links!.Connect(link, _now.Monotonic.Value);

    /// <inheritdoc/>
    public void Flush(Link link) => _links!.QueueFlush(link);

    /// <inheritdoc/>
    public void Close(Link link, CloseMode mode) => _links!.Close(link, mode, _now.Monotonic.Value);

    /// <inheritdoc/>
    public void SetReading(Link link, bool reading) => _links!.SetReading(link, reading);

    /// <inheritdoc/>
    public void Submit(Work work) => _lanes.Submit(work);

    /// <inheritdoc/>
    public void Exit(int code)
    {
        _exitCode ??= code;
        _exitAtMs = _now.Monotonic.Value + LastOutputMs;
    }

    /// <inheritdoc/>
    public ProcessFacts Facts() => _facts.Read();

    /// <summary>Closes every socket and file of the node.</summary>
    public void Dispose()
    {
        _links?.Dispose();
        _lanes.Dispose();
        _files.Dispose();
        _sockets.Dispose();
    }

    private void Turn(int timeoutMs)
    {
        _links!.Wait(_ready[0], timeoutMs);
        ReadClocks();
        if (_sockets.WasWoken) GivePosted();
        if (_links.HasReports) _links.TellReports(_now);
        if (_mayHaveDone) GiveDoneWork();
        _links.Handle(_ready[0], _now, depth: 0);
        _links.Expire(_now.Monotonic.Value);
        if (_wakeAt <= _now.Monotonic) _node!.Tick(_now);
        EndTurn();
    }

    private void EndTurn()
    {
        _node!.EndBatch(_now);
        _links!.Flush();
    }

    // Whoever posts or has done work rings afterwards, so a wait that nobody rang in leaves nothing to look for.
    private void GivePosted()
    {
        _mayHaveDone = true;
        while (_posted.TryDequeue(out Action<INode, StepTime>? input)) input(_node!, _now);
    }

    private void GiveDoneWork()
    {
        _mayHaveDone = false;
        while (_lanes.TryTake(out Work? work)) _node!.WorkDone(_now, work!);
    }

    private int TimeoutMs()
    {
        _wakeAt = _node!.NextWake;
        if (_links!.HasReports || _mayHaveDone) return 0;
        long until = Math.Min(_wakeAt.Value, _links.NextDeadlineMs);
        if (_exitCode is not null && _exitAtMs > _now.Monotonic.Value) until = Math.Min(until, _exitAtMs);
        return (int)Math.Clamp(until - _now.Monotonic.Value, 0, int.MaxValue);
    }

    private bool IsOver() =>
        _exitCode is not null && _lanes.Outstanding == 0 && (!_links!.HasOutput || _now.Monotonic.Value >= _exitAtMs);

    private void ReadClocks() => _now = new StepTime(
        (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
}
