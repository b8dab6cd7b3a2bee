using Hexad.Core;

namespace Hexad.Engine;

/// <summary>What is measured of a flow that only counts up: its mean over the last sixteen samples.</summary>
public sealed class Sampler
{
    private const int Samples = 16;
    private readonly long[] _perSecond = new long[Samples];
    private int _next;
    private long _lastCount;
    private MonotonicMs _lastAt;

    /// <summary>Units in a second, of late.</summary>
    public long PerSecond
    {
        get
        {
            long sum = 0;
            foreach (long sample in _perSecond) sum += sample;
            return sum / Samples;
        }
    }

    /// <summary>Takes a sample: the count stands at <paramref name="count"/> now.</summary>
    public void Take(MonotonicMs now, long count)
    {
        long elapsedMs = now - _lastAt;
        if (elapsedMs > 0 && _lastAt.Value != 0)
        {
            _perSecond[_next] = count < _lastCount ? 0 : (count - _lastCount) * 1000 / elapsedMs;
            _next = (_next + 1) % Samples;
        }

        _lastCount = count;
        _lastAt = now;
    }
}
