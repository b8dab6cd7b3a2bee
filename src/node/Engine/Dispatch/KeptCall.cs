using System;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>A copy of a call that is to run later: its words live in the host's buffer only while it is parsed.</summary>
internal sealed class KeptCall
{
    private readonly byte[] _bytes;
    private readonly ArgumentRange[] _ranges;

    /// <summary>Copies the words of a call that came in a request of <paramref name="size"/> bytes.</summary>
    public KeptCall(in Arguments call, int size)
    {
        int length = 0;
        for (int i = 0; i < call.Count; i++) length += call[i].Length;
        _bytes = new byte[length];
        _ranges = new ArgumentRange[call.Count];
        int at = 0;
        for (int i = 0; i < call.Count; i++)
        {
            _ranges[i] = new ArgumentRange(at, call[i].Length);
            call[i].CopyTo(_bytes.AsSpan(at));
            at += call[i].Length;
        }

        Size = size;
    }

    /// <summary>The words.</summary>
    public Arguments Words => new(_bytes, _ranges);

    /// <summary>How many bytes the request had.</summary>
    public int Size { get; }

    /// <summary>How much memory the copy takes.</summary>
    public long MemoryBytes => _bytes.Length + _ranges.Length * 8L + 64;
}
