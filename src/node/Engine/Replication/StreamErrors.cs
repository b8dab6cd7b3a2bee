using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// What a replica does when a command of its primary's stream fails here, or when it cannot keep on disk what the stream
/// writes: our data is no longer the primary's then. It is always logged; whether the node goes on is the operator's choice
/// (<c>propagation-error-behavior</c>, <c>replica-ignore-disk-write-errors</c>).
/// </summary>
internal sealed class StreamErrors(Node node)
{
    private const int RepeatMs = 10_000;
    private string _lastText = "";
    private MonotonicMs _textAgainAt;
    private MonotonicMs _diskAgainAt;

    /// <summary>Whether the node is ending because of an error: nothing more is applied.</summary>
    public bool HasPanicked { get; private set; }

    /// <summary>Runs a command of the stream and sees whether it answers with an error, which a primary's command never should.</summary>
    public void Watch(Session session, in Arguments call, int size)
    {
        ReplyWriter reply = node.Dispatcher.ReplyTo(session);
        long errors = reply.Errors;
        reply.KeepsErrorTexts = true;
        node.Dispatcher.Execute(session, call, size);
        reply.KeepsErrorTexts = false;
        if (reply.Errors != errors) Failed(reply.LastErrorText, call);
    }

    /// <summary>Whether a command may be applied although the disk fails; if not, the node ends.</summary>
    public bool MayWrite(in Arguments call)
    {
        if ((node.Conditions & (uint)NodeConditions.DiskFailed) == 0) return true;
        if (Dispatcher.Find(call) is not { } row || (row.Flags & Flags.Write) == 0) return true;
        if (!node.Options.ReplicaIgnoreDiskErrors)
        {
            Panic("Replica was unable to write command to disk.");
            return false;
        }

        if (node.Now.Monotonic < _diskAgainAt) return true;
        _diskAgainAt = node.Now.Monotonic + RepeatMs;
        node.Host.Log(LogLevel.Warning, "Replica is applying a command even though it is unable to write to disk.");
        return true;
    }

    private void Failed(string error, in Arguments call)
    {
        node.Statistics.UnexpectedErrorReplies++;
        string command = Dispatcher.Find(call)?.FullName ?? "<unknown>";
        string text = $"== CRITICAL == This replica is sending an error to its master: '-{error}' after processing the command '{command}'";
        if (text != _lastText || node.Now.Monotonic >= _textAgainAt)
        {
            _lastText = text;
            _textAgainAt = node.Now.Monotonic + RepeatMs;
            node.Host.Log(LogLevel.Warning, text);
        }

        // As Redis: a replica that takes writes of its own may differ, and goes on.
        if (node.Options.ReplicaReadOnly && node.Options.PropagationErrorBehavior != PropagationError.Ignore)
            Panic($"This replica panicked sending an error to its master after processing the command '{command}'");
    }

    private void Panic(string why)
    {
        HasPanicked = true;
        node.Host.Log(LogLevel.Warning, "!!! The node ends, as it is configured to: " + why);
        node.Host.Exit(1);
    }
}
