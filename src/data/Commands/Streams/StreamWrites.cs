// XADD, XDEL, XTRIM, XSETID: what changes a stream's entries.
//
// An id that the server chose is propagated as the id that it came to, an approximate trim as the exact one that it
// came to: the length or the first id that is left.
using System;
using System.Buffers.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class StreamWrites
{
    private readonly ref struct Words(Arguments words) : IStreamWords
    {
        private readonly Arguments _words = words;

        public int Count => _words.Count;

        public ReadOnlySpan<byte> this[int index] => _words[index];
    }

    [Command("XADD", arity: -5, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key [NOMKSTREAM^6.2.0] [condition:(KEEPREF | DELREF | ACKED)] [trim:{strategy:(MAXLEN | MINID^6.2.0) [operator:(equal:'=' | approximately:'~')] threshold [LIMIT count:integer^6.2.0]}] id-selector:(auto-id:'*' | id) data:{field value}+",
        Summary = "Adds an entry at the end of a stream, which is made if it is not there.", Complexity = "O(1) when adding, O(N) when trimming where N is the number of entries that go.",
        History = ["6.2.0|NOMKSTREAM, MINID and LIMIT.", "7.0.0|An id may have `*` for its sequence.", "8.2.0|KEEPREF, DELREF and ACKED."],
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void Add(ref CommandContext call)
    {
        if (!StreamTrimArguments.TryRead(call, adds: true, out StreamTrimArguments arguments)) return;
        int words = call.Count - arguments.IdAt - 1;
        if (words < 2 || words % 2 == 1)
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return;
        }

        if (arguments.HasId && arguments.HasSeq && arguments.Id.IsZero)
        {
            call.Reply.Error(ErrorReplies.StreamIdZero);
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && entry.Type != ObjectType.Stream) call.Reply.Error(ErrorReplies.WrongType);
        else if (!entry.Found && arguments.NeedsStream) call.Reply.Null();
        else if (TryChooseId(call, entry.Found ? StreamTree.FactsOf(entry.Root).LastId : StreamId.Zero, arguments, out StreamId id)) Add(call, ref entry, arguments, id);
    }

    [Command("XDEL", arity: -3, Flags.Write | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key id+",
        Summary = "Deletes entries of a stream and tells how many there were.", Complexity = "O(1) for each entry, whatever the length of the stream.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void Delete(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!call.Holds(entry, ObjectType.Stream) || !StreamIdText.AreIds(call, 2)) return;
        CollectionEdit edit = call.Db.Edit(ref entry);
        StreamTree streams = call.Services.Databases.Collections.Streams;
        StreamId first = StreamTree.FactsOf(edit.Root).FirstId, greatest = StreamId.Zero;
        bool firstIsGone = false;
        long deleted = 0;
        for (int i = 2; i < call.Count; i++)
        {
            StreamIdText.TryParse(call[i], 0, out StreamId id);
            if (!streams.Delete(edit.Root, id)) continue;
            deleted++;
            firstIsGone |= id == first;
            if (id > greatest) greatest = id;
        }

        if (deleted > 0) streams.NoteDeleted(edit.Root, greatest, firstIsGone);
        edit.Commit(ref entry);
        if (deleted > 0)
        {
            call.Changed(call[1]);
            call.Services.Changes += deleted - 1;
            call.Notify(EventClass.Stream, "xdel", call[1]);
        }

        call.Reply.Integer(deleted);
    }

    [Command("XTRIM", arity: -4, Flags.Write, Group.Stream, since: "5.0.0",
        syntax: "key:key trim:{strategy:(MAXLEN | MINID^6.2.0) [operator:(equal:'=' | approximately:'~')] threshold [LIMIT count:integer^6.2.0] [condition:(KEEPREF | DELREF | ACKED)]}",
        Summary = "Removes the oldest entries of a stream, down to a length or up to an id.", Complexity = "O(N) where N is the number of entries that go; whole nodes go at once.",
        History = ["6.2.0|MINID and LIMIT.", "8.2.0|KEEPREF, DELREF and ACKED."],
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void Trim(ref CommandContext call)
    {
        if (!StreamTrimArguments.TryRead(call, adds: false, out StreamTrimArguments arguments)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!call.Holds(entry, ObjectType.Stream)) return;
        CollectionEdit edit = call.Db.Edit(ref entry);
        long removed = StreamTrimming.Trim(call, edit.Root, arguments);
        edit.Commit(ref entry);
        if (removed > 0)
        {
            call.Notify(EventClass.Stream, "xtrim", call[1]);
            if (arguments.Policy != StreamReferencePolicy.NotSaid) StreamTrimming.Repeat(call, arguments, entry.Root, default);
            else if (arguments.Trim.IsApproximate) Repeat(call, arguments, entry.Root, default);
            call.Changed(call[1]);
            call.Services.Changes += removed - 1;
        }

        call.Reply.Integer(removed);
    }

    [Command("XSETID", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key last-id [ENTRIESADDED entries-added:integer^7.0.0] [MAXDELETEDID max-deleted-id^7.0.0]",
        Summary = "Sets what a stream remembers beside its entries: for replication.", Complexity = "O(1)",
        History = ["7.0.0|ENTRIESADDED and MAXDELETEDID."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void SetId(ref CommandContext call)
    {
        if (!StreamIdText.TryId(call, 2, out StreamId id) || !TrySetIdOptions(call, id, out long added, out StreamId deleted)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        if (!call.Holds(entry, ObjectType.Stream)) return;
        ref readonly StreamFacts facts = ref StreamTree.FactsOf(entry.Root);
        if (id < facts.MaxDeletedId) call.Reply.Error(ErrorReplies.SetIdBelowDeleted);
        else if (facts.Length > 0 && id < StreamTree.LastIdOf(entry.Root)) call.Reply.Error(ErrorReplies.SetIdBelowTop);
        else if (facts.Length > 0 && added != -1 && facts.Length > added) call.Reply.Error(ErrorReplies.EntriesAddedBelowLength);
        else
        {
            CollectionEdit edit = call.Db.Edit(ref entry);
            ref StreamFacts changed = ref call.Services.Databases.Collections.Streams.ChangeFacts(edit.Root);
            changed.LastId = id;
            if (added != -1) changed.EntriesAdded = added;
            if (!deleted.IsZero) changed.MaxDeletedId = deleted;
            edit.Commit(ref entry);
            call.Services.Changes++;
            call.Notify(EventClass.Stream, "xsetid", call[1]);
            call.Reply.Ok();
        }
    }

    private static bool TrySetIdOptions(in CommandContext call, StreamId id, out long added, out StreamId deleted)
    {
        (added, deleted) = (-1, StreamId.Zero);
        for (int i = 3; i < call.Count; i += 2)
        {
            bool more = i + 1 < call.Count;
            if (more && call.Says(i, "ENTRIESADDED"u8))
            {
                if (!call.TryLong(i + 1, out added)) return false;
                if (added < 0) return Refuse(call, ErrorReplies.NegativeEntriesAdded);
            }
            else if (more && call.Says(i, "MAXDELETEDID"u8))
            {
                if (!StreamIdText.TryId(call, i + 1, out deleted)) return false;
                if (id < deleted) return Refuse(call, ErrorReplies.SetIdBelowGivenDeleted);
            }
            else return Refuse(call, ErrorReplies.Syntax);
        }

        return true;
    }

    /// <summary>The id of the new entry: given, given in part, or made from the clock; if there is none, replies so.</summary>
    private static bool TryChooseId(in CommandContext call, StreamId last, in StreamTrimArguments arguments, out StreamId id)
    {
        id = arguments.Id;
        if (last == StreamId.Max) return Refuse(call, ErrorReplies.StreamExhausted);
        if (!arguments.HasId)
        {
            var now = new StreamId((ulong)call.Now.Value, 0);
            if (now.Ms > last.Ms) id = now;
            else last.TryNext(out id);
        }
        else if (!arguments.HasSeq && last.Ms == id.Ms)
        {
            if (last.Seq == ulong.MaxValue) return Refuse(call, ErrorReplies.StreamIdNotGreater);
            id = new StreamId(last.Ms, last.Seq + 1);
        }

        if (id <= last) return Refuse(call, ErrorReplies.StreamIdNotGreater);
        long bytes = 0;
        for (int i = arguments.IdAt + 1; i < call.Count; i++) bytes += call[i].Length;
        return bytes <= StreamTree.LongestEntryBytes || Refuse(call, ErrorReplies.StreamEntryTooLarge);
    }

    private static void Add(in CommandContext call, ref EntryRef entry, in StreamTrimArguments arguments, StreamId id)
    {
        StreamTree streams = call.Services.Databases.Collections.Streams;
        var limits = new StreamNodeLimits(call.Services.Options.StreamNodeMaxBytes, call.Services.Options.StreamNodeMaxEntries);
        var words = new Words(call.Arguments.From(arguments.IdAt + 1));
        bool isNew = !entry.Found;
        CollectionEdit edit = StreamKey.EditOrBuild(call, ref entry);
        streams.Append(edit.Root, id, ref words, limits);
        long removed = arguments.HasTrim ? StreamTrimming.Trim(call, edit.Root, arguments) : 0;
        if (isNew) entry = edit.Store(call[1]);
        else edit.Commit(ref entry);
        if (isNew) call.Created(call[1], call.Db);
        call.Changed(call[1]);
        call.Notify(EventClass.Stream, "xadd", call[1]);
        if (removed > 0) call.Notify(EventClass.Stream, "xtrim", call[1]);
        bool isApproximate = arguments.HasTrim && arguments.Trim.IsApproximate;
        if (arguments.Policy != StreamReferencePolicy.NotSaid) StreamTrimming.Repeat(call, arguments, entry.Root, id);
        else if (isApproximate || !arguments.HasId || !arguments.HasSeq) Repeat(call, arguments, entry.Root, id);
        StreamReplies.Id(call.Reply, id);
    }

    /// <summary>Repeats the call with the id and the trim that it came to.</summary>
    private static void Repeat(in CommandContext call, in StreamTrimArguments arguments, nint root, StreamId id)
    {
        Span<byte> text = stackalloc byte[StreamId.LongestBytes];
        bool isApproximate = arguments.HasTrim && arguments.Trim.IsApproximate;
        call.Propagation.Instead(call.Db.Index, call.Count);
        for (int i = 0; i < call.Count; i++)
        {
            if (isApproximate && i == arguments.ThresholdAt - 1) call.Propagation.Add("="u8);
            else if (isApproximate && i == arguments.ThresholdAt)
            {
                if (arguments.Trim.ByMinId) call.Propagation.Add(StreamTree.FirstIdOf(root, withDeleted: true).Format(text));
                else call.Propagation.Add(StreamTree.FactsOf(root).Length);
            }
            else if (i == arguments.IdAt && !id.IsZero) call.Propagation.Add(id.Format(text));
            else call.Propagation.Add(call[i]);
        }
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
