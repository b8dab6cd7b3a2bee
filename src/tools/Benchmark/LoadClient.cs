using System;
using System.Collections.Generic;

using Hexad.Core;

namespace Hexad.Benchmark;

/// <summary>One connection of the load: its batch of requests, and what it waits for.</summary>
internal sealed class LoadClient
{
    private readonly byte[] _bytes;
    private readonly int _preambleLength;
    private readonly int _preambleReplies;
    private readonly int[] _randomPlaces;
    private readonly int[] _tagPlaces;
    private readonly int _pipeline;
    private int _sent;

    internal LoadClient(LoadTarget target, Workload workload, int pipeline, LoadPreamble preamble)
    {
        Target = target;
        _pipeline = pipeline;
        _preambleLength = preamble.Bytes.Length;
        _preambleReplies = preamble.Replies;
        int each = workload.Request.Length;
        _bytes = GC.AllocateUninitializedArray<byte>(_preambleLength + (each * pipeline), pinned: true);
        preamble.Bytes.CopyTo(_bytes, 0);
        var randoms = new List<int>();
        var tags = new List<int>();
        for (int i = 0; i < pipeline; i++)
        {
            int start = _preambleLength + (each * i);
            workload.Request.CopyTo(_bytes.AsSpan(start));
            foreach (int place in workload.RandomPlaces) randoms.Add(start + place);
            foreach (int place in workload.TagPlaces) tags.Add(start + place);
        }

        _randomPlaces = [.. randoms];
        _tagPlaces = [.. tags];
    }

    internal LoadTarget Target { get; }

    internal int Socket { get; set; } = -1;

    internal bool IsConnected { get; set; }

    internal bool WatchesOutput { get; set; }

    /// <summary>When the batch that is under way was sent.</summary>
    internal long StartedAt { get; set; }

    /// <summary>How many replies are missing.</summary>
    internal int Waiting { get; set; }

    internal ReplyCounter Replies { get; } = new();

    internal long ErrorsSeen { get; set; }

    /// <summary>What is still to be sent.</summary>
    internal ReadOnlySpan<byte> Unsent => _bytes.AsSpan(_sent);

    private bool _fresh;

    /// <summary>A connection stands: the next batch begins with the preamble.</summary>
    internal void BeginConnection()
    {
        _fresh = true;
        WatchesOutput = false;
        Replies.Restart();
    }

    /// <summary>Makes the next batch ready to be sent.</summary>
    internal void Prepare(long randomRange, Dice dice, byte[][]? tags)
    {
        _sent = _fresh ? 0 : _preambleLength;
        Waiting = _pipeline + (_fresh ? _preambleReplies : 0);
        _fresh = false;
        if (randomRange > 0)
            foreach (int place in _randomPlaces) Workload.PutNumber(_bytes, place, dice.Below(randomRange));
        if (tags is null || Target.Slots.Length == 0) return;
        foreach (int place in _tagPlaces)
            tags[Target.Slots[dice.Below(Target.Slots.Length)]].CopyTo(_bytes.AsSpan(place));
    }

    internal void Consume(int bytes) => _sent += bytes;
}
