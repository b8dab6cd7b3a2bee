using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// Hands what a command did to the sinks: the call itself, or what it said instead; more than one command goes as one
/// transaction, so that a replica or a log never shows half of it.
/// </summary>
internal sealed class PropagationWriter(Node node)
{
    /// <summary>After a command of a session.</summary>
    public void AfterCall(Session session, CommandRow row, in Arguments call, bool changed)
    {
        Propagation said = node.Services.Propagation;
        bool itself = (changed || said.Forced) && !said.InsteadOfCall;
        if (!itself && said.Count == 0)
        {
            if (said.InsteadOfCall) said.Clear();
            return;
        }

        // The primary's stream is passed on to our own replicas as it came, by replication itself.
        if ((session.Flags & SessionFlags.Primary) == 0) Write(session, row, call, itself, said);
        said.Clear();
    }

    /// <summary>After a call within another one, of a transaction or a script: all of them are repeated together when the outer one has ended.</summary>
    public void AfterInnerCall(Session session, in Arguments call, bool changed)
    {
        Propagation said = node.Services.Propagation;
        bool itself = (changed || said.Forced) && !said.InsteadOfCall;
        if (itself && (session.Flags & SessionFlags.Primary) == 0 && IsWanted)
        {
            said.Also(session.Db.Index, call.Count);
            for (int i = 0; i < call.Count; i++) said.Add(call[i]);
        }

        said.EndInnerCall();
    }

    /// <summary>After periodic work: each command for itself.</summary>
    public void AfterLoose()
    {
        Propagation said = node.Services.Propagation;
        if (said.Count == 0) return;
        foreach (IPropagationSink sink in node.Sinks)
        {
            if (sink.IsWanted) Items(sink, said);
        }

        said.Clear();
    }

    private bool IsWanted
    {
        get
        {
            foreach (IPropagationSink sink in node.Sinks)
                if (sink.IsWanted) return true;
            return false;
        }
    }

    private void Write(Session session, CommandRow row, in Arguments call, bool itself, Propagation said)
    {
        // What a walk over many keys met on its way (SCAN and keys past their time) does not belong together.
        bool several = said.Count + (itself ? 1 : 0) > 1 && (row.Flags & Flags.TouchesArbitraryKeys) == 0;
        int database = session.Db.Index;
        // No foreach here: after each write, the enumerator would cost more than the rest of this.
        for (int i = 0; i < node.Sinks.Count; i++)
        {
            IPropagationSink sink = node.Sinks[i];
            if (!sink.IsWanted) continue;
            if (several) sink.Append(IPropagationSink.AnyDatabase, "*1\r\n$5\r\nMULTI\r\n"u8, PropagationTarget.Both);
            Items(sink, said);
            if (itself) sink.Append(database, call, PropagationTarget.Both);
            if (several) sink.Append(IPropagationSink.AnyDatabase, "*1\r\n$4\r\nEXEC\r\n"u8, PropagationTarget.Both);
        }

        // WAIT waits for what this session wrote.
        session.WrittenTo = node.Replication.Offset.Value;
    }

    private static void Items(IPropagationSink sink, Propagation said)
    {
        foreach (PropagatedCommand item in said.Items)
            sink.Append(item.Database, said.Bytes.Slice(item.Start, item.Length), item.Target);
    }
}
