using System;
using Hexad.Core;

namespace Hexad.Engine.Seam;

/// <summary>
/// What a node may ask of the outside. Each call records an effect: the host carries it out after the step, in the
/// order of the calls, and reports back through <see cref="INode"/> in a later step, never from inside the call.
/// The two exceptions are <see cref="Ticks"/> and <see cref="Pump"/>. The simulator is the other implementation.
/// </summary>
public interface IHost
{
    /// <summary>A monotonic reading in nanoseconds for measuring and budgets (SLOWLOG, slices); never for semantics.</summary>
    long Ticks();

    /// <summary>
    /// Called by long loops inside a step: flushes effects and delivers those inputs that are allowed while the node is
    /// busy, by calling the node back with <see cref="INode.Received"/> and the like. The node refuses what it cannot take.
    /// </summary>
    void Pump();

    /// <summary>Writes a line to the node's log.</summary>
    void Log(LogLevel level, string text);

    /// <summary>Opens a listener; <see cref="INode.ListenerOpened"/> answers.</summary>
    void Listen(Listener listener);

    /// <summary>Closes a listener; links that came through it stay.</summary>
    void StopListening(Listener listener);

    /// <summary>Starts to connect a link that the node made; <see cref="INode.LinkOpened"/> or <see cref="INode.LinkClosed"/> answers.</summary>
    void Connect(Link link);

    /// <summary>Says that <see cref="Link.Output"/> has bytes; they are sent after the batch. Cheap, may be repeated.</summary>
    void Flush(Link link);

    /// <summary>
    /// Closes a link, at once or after its output has been sent. The node has forgotten the link when it calls this:
    /// nothing more is reported of it.
    /// </summary>
    void Close(Link link, CloseMode mode);

    /// <summary>Stops or resumes reading from a link: back-pressure.</summary>
    void SetReading(Link link, bool reading);

    /// <summary>
    /// Hands over work to be done off the loop: a file operation or a computation. Work of one lane is done one after
    /// the other, in order; <see cref="INode.WorkDone"/> answers for each.
    /// </summary>
    void Submit(Work work);

    /// <summary>Ends the node: after its outputs and its submitted work are done, its thread stops with this exit code.</summary>
    void Exit(int code);

    /// <summary>Facts about the process and its machine (pid, memory, CPU time), read when asked; for INFO.</summary>
    ProcessFacts Facts();
}

/// <summary>The node as the host sees it: inputs, each with the time of its step.</summary>
public interface INode
{
    /// <summary>The first input. The node asks for its listeners and files.</summary>
    void Start(StepTime now);

    /// <summary>A listener that was asked for is open, or not: then <paramref name="error"/> holds the system's words.</summary>
    void ListenerOpened(StepTime now, Listener listener, string? error);

    /// <summary>
    /// A client or peer has connected (its <see cref="Link.Listener"/> says through which listener), or a connection
    /// that the node asked for stands.
    /// </summary>
    void LinkOpened(StepTime now, Link link);

    /// <summary>Bytes have come; they are the node's only during the call.</summary>
    void Received(StepTime now, Link link, ReadOnlySpan<byte> bytes);

    /// <summary>All output of a link that asked for it (<see cref="Link.WantsDrained"/>) has been handed to the kernel.</summary>
    void Drained(StepTime now, Link link);

    /// <summary>A link has been closed by the other side or by a fault, or could not be opened.</summary>
    void LinkClosed(StepTime now, Link link, LinkFault fault);

    /// <summary>Submitted work is done; its result is in it.</summary>
    void WorkDone(StepTime now, Work work);

    /// <summary>The time of <see cref="NextWake"/> has come, or the host found it good to call.</summary>
    void Tick(StepTime now);

    /// <summary>All inputs that were ready together have been given: the last word before outputs leave.</summary>
    void EndBatch(StepTime now);

    /// <summary>A signal or the operator's host asks the node to end in order.</summary>
    void StopRequested(StepTime now, StopReason reason);

    /// <summary>When the node wants <see cref="Tick"/> at the latest.</summary>
    MonotonicMs NextWake { get; }

    /// <summary>Whether the node is a replica now: the log marks its lines with S instead of M.</summary>
    bool IsReplica => false;

    /// <summary>What the node can say of itself after it has failed (INFO, the last commands), for the report in the log.</summary>
    string CrashNotes() => "";
}

/// <summary>The levels of the log, as <c>loglevel</c> orders them.</summary>
public enum LogLevel
{
    Debug,
    Verbose,
    Notice,
    Warning,
}

/// <summary>How a link ends.</summary>
public enum CloseMode
{
    /// <summary>At once; what was not sent is dropped.</summary>
    Now,

    /// <summary>After its output has been sent; nothing is read any more.</summary>
    AfterFlush,
}

/// <summary>Why a link ended or could not be opened.</summary>
public enum LinkFault
{
    /// <summary>The other side closed it in order.</summary>
    ClosedByPeer,

    /// <summary>The other side reset it.</summary>
    Reset,

    /// <summary>The other side's machine answered that nobody listens there (ECONNREFUSED): a process is gone, or a firewall rejects.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>There is no way to the other side, or it is forbidden.</summary>
    Unreachable,

    /// <summary>The address is not one, or the local address cannot be used.</summary>
    BadAddress,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Why a node is asked to stop.</summary>
public enum StopReason
{
    /// <summary>SIGTERM.</summary>
    Terminate,

    /// <summary>SIGINT.</summary>
    Interrupt,
}

/// <summary>Facts about the process and its machine.</summary>
public readonly record struct ProcessFacts(
    int ProcessId,
    string System,
    string Multiplexing,
    string Executable,
    string ConfigFile,
    long ResidentBytes,
    long PeakResidentBytes,
    long TotalSystemBytes,
    double UserCpuSeconds,
    double SystemCpuSeconds,
    double LoopUserCpuSeconds,
    double LoopSystemCpuSeconds,
    long ManagedBytes,
    int MaxFiles);
