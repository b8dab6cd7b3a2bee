using Hexad.Engine.Seam;
using Hexad.Wire;

namespace Hexad.Simulator.Virtual;

/// <summary>What lives in a process: a node, and what the simulator may know of its inside.</summary>
public abstract class Occupant
{
    /// <summary>The node.</summary>
    public abstract INode Node { get; }

    /// <summary>The memory of the node's outputs.</summary>
    public abstract SegmentPool Segments { get; }

    /// <summary>
    /// Something that travels with the bytes that leave after a step, for the checkers: how far the node's replication
    /// had come when it said this. Null when there is nothing to say.
    /// </summary>
    public virtual object? Mark => null;

    /// <summary>The process is gone: gives back native memory.</summary>
    public virtual void Free()
    {
    }
}

/// <summary>Makes the occupant of a process that starts.</summary>
public delegate Occupant OccupantMaker(Process process, ulong seed);
