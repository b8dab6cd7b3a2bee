// Trimming, as XADD and XTRIM ask for it, with what becomes of the groups' references.
//
// Without a policy, or with KEEPREF, the beginning goes and that is all. With DELREF the references that the entries
// had go with them. With ACKED entries that a group still wants are passed over: what goes is then no beginning, and
// replicas are told the ids.
using System;
using System.Collections.Generic;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class StreamTrimming
{
    private readonly ref struct Wanted(nint root) : IStreamEntryFilter
    {
        private readonly nint _root = root;

        public bool Passes(StreamId id) => StreamReferences.IsWanted(_root, id);
    }

    /// <summary>Trims the stream; returns how many entries went. With a policy, <see cref="Repeat"/> has to follow.</summary>
    public static long Trim(in CommandContext call, nint root, in StreamTrimArguments arguments)
    {
        StreamTree streams = call.Services.Databases.Collections.Streams;
        StreamReferencePolicy policy = PolicyFor(root, arguments);
        if (policy == StreamReferencePolicy.Acknowledged)
        {
            var wanted = new Wanted(root);
            List<StreamId> selected = call.Services.ClaimedIds;
            selected.Clear();
            StreamTree.SelectTrimmed(root, arguments.Trim, ref wanted, selected);
            var deletion = new StreamDeletion(call, root);
            foreach (StreamId id in selected) deletion.Delete(id);
            deletion.End();
            return deletion.Count;
        }

        if (policy != StreamReferencePolicy.Delete) return streams.Trim(root, arguments.Trim);
        List<StreamId> referenced = References(call, root, arguments.Trim);
        long removed = streams.Trim(root, arguments.Trim);
        StreamId first = StreamTree.FactsOf(root).FirstId;
        if (!first.IsZero) referenced.RemoveAll(id => id >= first);
        call.Services.Changes += StreamReferences.Drop(call, root, referenced);
        return removed;
    }

    /// <summary>Repeats a call that named a policy, in words that know none: with the id and the threshold that it came to.</summary>
    public static void Repeat(in CommandContext call, in StreamTrimArguments arguments, nint root, StreamId id)
    {
        bool adds = !id.IsZero;
        bool namesIds = PolicyFor(root, arguments) == StreamReferencePolicy.Acknowledged;
        bool trims = arguments.HasTrim && !namesIds;
        Propagation instead = call.Propagation;
        Span<byte> text = stackalloc byte[StreamId.LongestBytes];
        if (!adds && !trims) instead.Nothing();
        else
        {
            instead.Instead(call.Db.Index, 2 + (trims ? 3 : 0) + (adds ? call.Count - arguments.IdAt : 0));
            instead.Add(adds ? "XADD"u8 : "XTRIM"u8);
            instead.Add(call[1]);
        }

        if (trims)
        {
            instead.Add(arguments.Trim.ByMinId ? "MINID"u8 : "MAXLEN"u8);
            instead.Add("="u8);
            if (!arguments.Trim.IsApproximate) instead.Add(call[arguments.ThresholdAt]);
            else if (arguments.Trim.ByMinId) instead.Add(StreamTree.FirstIdOf(root, withDeleted: true).Format(text));
            else instead.Add(StreamTree.FactsOf(root).Length);
        }

        if (adds) instead.Add(id.Format(text));
        for (int i = arguments.IdAt + 1; adds && i < call.Count; i++) instead.Add(call[i]);
        if (arguments.HasTrim && namesIds) StreamDeletion.Repeat(call, call.Services.DeletedIds);
    }

    // Without groups there is nobody whose wish could be minded.
    private static StreamReferencePolicy PolicyFor(nint root, in StreamTrimArguments arguments) =>
        arguments.Policy == StreamReferencePolicy.NotSaid || StreamGroups.CountOf(root) == 0 ? StreamReferencePolicy.Keep : arguments.Policy;

    /// <summary>The live entries that a trim may reach and that are pending in some group.</summary>
    private static List<StreamId> References(in CommandContext call, nint root, in StreamTrim trim)
    {
        List<StreamId> referenced = call.Services.ClaimedIds;
        referenced.Clear();
        StreamId end = trim.ByMinId ? trim.MinId : LastReached(root, trim);
        for (int i = 0; i < StreamGroups.CountOf(root); i++)
        {
            StreamGroup group = StreamGroups.At(root, i);
            StreamId start = StreamId.Zero;
            while (group.TryPendingFrom(start, out StreamPending pending) && pending.Id <= end)
            {
                if (StreamTree.Contains(root, pending.Id)) referenced.Add(pending.Id);
                if (!pending.Id.TryNext(out start)) break;
            }
        }

        return referenced;
    }

    private static StreamId LastReached(nint root, in StreamTrim trim)
    {
        long left = StreamTree.FactsOf(root).Length - trim.MaxLength;
        if (trim.Limit > 0) left = Math.Min(left, trim.Limit);
        var reader = new StreamReader(root, StreamId.Zero, StreamId.Max);
        StreamId last = StreamId.Zero;
        for (; left > 0 && reader.MoveNext(); left--) last = reader.Id;
        return last;
    }
}
