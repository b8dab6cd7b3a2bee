using Hexad.Core;
using Hexad.Keyspace;

namespace Hexad.Engine;

/// <summary>What is done from time to time, <c>hz</c> times a second: expiry, rehashing, freeing, idle clients.</summary>
internal sealed class Cron(Node node) : IPart
{
    private MonotonicMs _next;

    public MonotonicMs NextWake => _next;

    public void Start() => _next = node.Now.Monotonic;

    public void Tick()
    {
        if (node.Now.Monotonic < _next) return;
        _next = node.Now.Monotonic + 1000 / node.Options.Hz;
    }

    public void EndBatch()
    {
    }
}
