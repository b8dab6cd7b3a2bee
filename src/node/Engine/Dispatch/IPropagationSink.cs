using System;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Takes the commands that are to be repeated elsewhere: backlog and replicas, append-only file.</summary>
public interface IPropagationSink
{
    /// <summary>As database: any will do, the command concerns none.</summary>
    const int AnyDatabase = -1;

    /// <summary>Whether anybody wants them now; if not, nothing is encoded.</summary>
    bool IsWanted { get; }

    /// <summary>A call, word by word.</summary>
    void Append(int database, in Arguments call, PropagationTarget target);

    /// <summary>A command that is encoded as RESP already.</summary>
    void Append(int database, ReadOnlySpan<byte> encoded, PropagationTarget target);
}
