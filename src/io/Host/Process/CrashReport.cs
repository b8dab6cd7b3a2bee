using System;
using System.Text;

using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Host.Log;

namespace Hexad.Host.Process;

/// <summary>
/// What is logged when a node fails: an invariant that did not hold or an exception that nobody expected. It has the stack
/// and what the node can still say of itself; afterwards the process ends, all its nodes with it, since what a failed
/// invariant leaves behind must not go on deciding things.
/// </summary>
internal static class CrashReport
{
    /// <summary>Writes the report to the log, raw.</summary>
    internal static void Write(ServerLog log, Exception failure, INode? node)
    {
        log.Write(LogLevel.Warning, LogRole.Primary, failure is InvariantFailedException
            ? "=== ASSERTION FAILED ==="
            : "=== UNHANDLED EXCEPTION ===");
        log.Write(LogLevel.Warning, LogRole.Primary, "==> " + failure.Message);
        var text = new StringBuilder("\n=== HEXAD BUG REPORT START: please report all of what follows ===\n");
        text.Append("\n------ STACK TRACE ------\n").Append(failure).Append('\n');
        text.Append("\n------ NODE ------\n").Append(Notes(node)).Append('\n');
        text.Append("\n=== HEXAD BUG REPORT END ===\n");
        log.WriteRaw(text.ToString());
    }

    private static string Notes(INode? node)
    {
        try
        {
            return node?.CrashNotes() ?? "";
        }
        catch (Exception e)
        {
            // The node's state is broken, that is why we are here: its notes may fail, the report may not.
            return "no notes: " + e.Message;
        }
    }
}
