using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

using Hexad.Engine.Seam;

namespace Hexad.Host.Process;

/// <summary>
/// The signals of the process, given to all its nodes: SIGTERM and SIGINT ask them to stop in order, a second SIGINT ends the
/// process at once, SIGHUP is ignored. (SIGPIPE is ignored by the runtime.)
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private bool _interrupted;

    /// <param name="stop">Called for the first signal of each kind.</param>
    /// <param name="insist">Called for the second SIGINT; does not return.</param>
    internal Signals(Action<StopReason> stop, Action insist)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop(StopReason.Terminate);
        }));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            if (_interrupted) insist();
            _interrupted = true;
            stop(StopReason.Interrupt);
        }));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true));
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
