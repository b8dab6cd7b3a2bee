// Commands that add members to sorted sets, change their scores or remove them by name.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SortedSetWrites
{
    [Command("ZADD", arity: -4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.SortedSet, since: "1.2.0",
        syntax: "key:key [condition:(NX | XX)^3.0.2] [comparison:(GT | LT)^6.2.0] [change:CH^3.0.2] [increment:INCR^3.0.2] data:{score:double member}+",
        Summary = "Adds members with their scores to a sorted set, or changes their scores; creates the set if it is not there.",
        Complexity = "O(log(N)) for each member, where N is how many the sorted set has.",
        History = ["2.4.0|Accepts multiple elements.", "3.0.2|Added the `XX`, `NX`, `CH` and `INCR` options.", "6.2.0|Added the `GT` and `LT` options."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void ZAdd(ref CommandContext call)
    {
        var options = AddOptions.None;
        bool countChanges = false;
        int at = 2;
        for (; at < call.Count; at++)
        {
            if (call.Says(at, "NX"u8)) options |= AddOptions.IfMissing;
            else if (call.Says(at, "XX"u8)) options |= AddOptions.IfThere;
            else if (call.Says(at, "CH"u8)) countChanges = true;
            else if (call.Says(at, "INCR"u8)) options |= AddOptions.Increment;
            else if (call.Says(at, "GT"u8)) options |= AddOptions.IfGreater;
            else if (call.Says(at, "LT"u8)) options |= AddOptions.IfLess;
            else break;
        }

        int words = call.Count - at;
        if (words % 2 != 0 || words == 0) call.Reply.Error(ErrorReplies.Syntax);
        else if (!AreCompatible(options, words / 2, out ReadOnlySpan<byte> error)) call.Reply.Error(error);
        else if (AreScores(ref call, at)) Add(ref call, new ScoreWords(at, isPlace: false), options, countChanges);
    }

    [Command("ZINCRBY", arity: 4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.SortedSet, since: "1.2.0",
        syntax: "key:key increment:integer member",
        Summary = "Adds a number to the score of a member of a sorted set; a missing member counts as 0.",
        Complexity = "O(log(N)) where N is how many members the sorted set has.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void ZIncrBy(ref CommandContext call)
    {
        if (AreScores(ref call, 2)) Add(ref call, new ScoreWords(2, isPlace: false), AddOptions.Increment, countChanges: false);
    }

    [Command("ZREM", arity: -3, Flags.Write | Flags.Fast, Group.SortedSet, since: "1.2.0",
        syntax: "key:key member+",
        Summary = "Removes members from a sorted set; a set that has none left goes away.",
        Complexity = "O(M*log(N)) for M members to remove of N.",
        History = ["2.4.0|Accepts multiple elements."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void ZRem(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!SortedSetReads.IsThere(ref call, entry, ReplyWhenMissing.Zero)) return;
        SortedSetEdit edit = SortedSetEdit.Of(call.Services, call.Db, ref entry);
        int removed = 0;
        for (int i = 2; i < call.Count && edit.Count > 0; i++)
            if (edit.Remove(call[i])) removed++;
        long left = edit.Count;
        edit.Commit(ref entry);
        if (removed > 0) Removed(ref call, call[1], entry, left, removed, "zrem");
        call.Reply.Integer(removed);
    }

    /// <summary>Says what followed from removing members: the event, the end of an empty set, the changes.</summary>
    internal static void Removed(ref CommandContext call, scoped ReadOnlySpan<byte> key, EntryRef entry, long left, long removed, string eventName)
    {
        if (left == 0) call.Db.Delete(entry);
        call.Notify(EventClass.SortedSet, eventName, key);
        if (left == 0) call.Notify(EventClass.Generic, "del", key);
        call.Changed(key);
        call.Services.Changes += removed - 1;
    }

    private static bool AreCompatible(AddOptions options, int members, out ReadOnlySpan<byte> error)
    {
        bool ifMissing = (options & AddOptions.IfMissing) != 0;
        bool greater = (options & AddOptions.IfGreater) != 0, less = (options & AddOptions.IfLess) != 0;
        error = default;
        if (ifMissing && (options & AddOptions.IfThere) != 0) error = ErrorReplies.AddNxAndXx;
        else if ((ifMissing && (greater || less)) || (greater && less)) error = ErrorReplies.AddGtLtNx;
        else if ((options & AddOptions.Increment) != 0 && members > 1) error = ErrorReplies.AddIncrOnce;
        return error.IsEmpty;
    }

    private static bool AreScores(ref CommandContext call, int first)
    {
        for (int i = first; i < call.Count; i += 2)
        {
            if (FloatText.TryParse(call[i], out _)) continue;
            call.Reply.Error(ErrorReplies.NotAFloat);
            return false;
        }

        return true;
    }

    /// <summary>Adds members whose scores have been checked to be such, replies and says what changed.</summary>
    internal static void Add(ref CommandContext call, ScoreWords words, AddOptions options, bool countChanges)
    {
        int members = words.CountIn(ref call);
        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.SortedSet)) return;
        bool increments = (options & AddOptions.Increment) != 0;
        bool created = !entry.Found;
        if (created && (options & AddOptions.IfThere) != 0)
        {
            if (increments) call.Reply.Null();
            else call.Reply.Integer(0);
            return;
        }

        SortedSetEdit edit = created
            ? SortedSetEdit.Build(call.Services, call.Db, members, words.Member(ref call, 0).Length)
            : SortedSetEdit.Of(call.Services, call.Db, ref entry);
        if (!created) edit.Expect(members);
        Tally tally = AddAll(ref call, ref edit, words, options);
        if (created) edit.Store(call[1]);
        else edit.Commit(ref entry);
        if (tally.NotANumber) call.Reply.Error(ErrorReplies.ScoreNotANumber);
        else if (!increments) call.Reply.Integer(countChanges ? tally.Added + tally.Updated : tally.Added);
        else if (tally.Done) call.Reply.Double(tally.Score);
        else call.Reply.Null();
        if (tally.Added + tally.Updated == 0) return;
        if (created) call.Created(call[1], call.Db);
        call.Changed(call[1]);
        call.Services.Changes += tally.Added + tally.Updated - 1;
        call.Notify(EventClass.SortedSet, increments ? "zincr" : "zadd", call[1]);
    }

    private static Tally AddAll(ref CommandContext call, scoped ref SortedSetEdit edit, ScoreWords words, AddOptions options)
    {
        var tally = default(Tally);
        int members = words.CountIn(ref call);
        for (int i = 0; i < members; i++)
        {
            words.TryScore(ref call, i, out double score);
            AddOutcome outcome = edit.Add(words.Member(ref call, i), ref score, options);
            tally.Score = score;
            if (outcome == AddOutcome.Added) tally.Added++;
            else if (outcome == AddOutcome.Updated) tally.Updated++;
            tally.Done |= outcome is not (AddOutcome.Nothing or AddOutcome.NotANumber);
            tally.NotANumber |= outcome == AddOutcome.NotANumber;
        }

        return tally;
    }

    private struct Tally
    {
        public int Added;
        public int Updated;
        public bool Done;
        public bool NotANumber;
        public double Score;
    }
}

/// <summary>The words from <paramref name="first"/> on that name members: score and member, or longitude, latitude and member.</summary>
internal readonly struct ScoreWords(int first, bool isPlace)
{
    private readonly int _each = isPlace ? 3 : 2;

    public int CountIn(scoped ref CommandContext call) => (call.Count - first) / _each;

    /// <summary>The member at an index.</summary>
    public ReadOnlySpan<byte> Member(scoped ref CommandContext call, int index) => call[first + (index + 1) * _each - 1];

    /// <summary>The score of the member at an index; false if the words say none.</summary>
    public bool TryScore(scoped ref CommandContext call, int index, out double score)
    {
        int at = first + index * _each;
        if (!isPlace) return FloatText.TryParse(call[at], out score);
        score = 0;
        if (!FloatText.TryParse(call[at], out double longitude) || !FloatText.TryParse(call[at + 1], out double latitude)) return false;
        score = GeoHash.ScoreOf(new GeoPoint(longitude, latitude));
        return true;
    }
}
