// Commands that add places and ask for them by name.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class GeoCommands
{
    [Command("GEOADD", arity: -5, Flags.Write | Flags.DenyOom, Group.Geo, since: "3.2.0",
        syntax: "key:key [condition:(NX | XX)^6.2.0] [change:CH^6.2.0] data:{longitude:double latitude:double member}+",
        Summary = "Adds places to a geo index, which is a sorted set.",
        Complexity = "O(log(N)) for each place, where N is how many members the sorted set has.",
        History = ["6.2.0|Added the `CH`, `NX` and `XX` options."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void GeoAdd(ref CommandContext call)
    {
        var options = AddOptions.None;
        bool countChanges = false;
        int first = 2;
        for (; first < call.Count; first++)
        {
            if (call.Says(first, "NX"u8)) options |= AddOptions.IfMissing;
            else if (call.Says(first, "XX"u8)) options |= AddOptions.IfThere;
            else if (call.Says(first, "CH"u8)) countChanges = true;
            else break;
        }

        int words = call.Count - first;
        if (words % 3 != 0 || words == 0 || options == (AddOptions.IfMissing | AddOptions.IfThere))
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        for (int i = first; i < call.Count; i += 3)
            if (!GeoWords.TryPoint(ref call, i, out _)) return;
        SortedSetWrites.Add(ref call, new ScoreWords(first, isPlace: true), options, countChanges);
        Propagate(ref call, first);
    }

    [Command("GEOPOS", arity: -2, Flags.ReadOnly, Group.Geo, since: "3.2.0",
        syntax: "key:key [member+]",
        Summary = "Tells longitude and latitude of members of a geo index.", Complexity = "O(1) for each member.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void GeoPos(ref CommandContext call)
    {
        if (!TryFind(ref call, out EntryRef entry)) return;
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++)
        {
            if (TryPoint(ref call, entry, call[i], out GeoPoint point)) GeoWords.ReplyPoint(ref call, point);
            else call.Reply.NullArray();
        }
    }

    [Command("GEOHASH", arity: -2, Flags.ReadOnly, Group.Geo, since: "3.2.0",
        syntax: "key:key [member+]",
        Summary = "Tells the geohash texts of members of a geo index.", Complexity = "O(1) for each member.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void TellGeoHash(ref CommandContext call)
    {
        if (!TryFind(ref call, out EntryRef entry)) return;
        call.Reply.Array(call.Count - 2);
        Span<byte> text = stackalloc byte[16];
        for (int i = 2; i < call.Count; i++)
        {
            if (TryPoint(ref call, entry, call[i], out GeoPoint point)) call.Reply.Bulk(GeoHash.Text(point, text));
            else call.Reply.Null();
        }
    }

    [Command("GEODIST", arity: -4, Flags.ReadOnly, Group.Geo, since: "3.2.0",
        syntax: "key:key member1 member2 [unit:(M | KM | FT | MI)]",
        Summary = "Tells the distance of two members of a geo index.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void GeoDist(ref CommandContext call)
    {
        double metersPerUnit = 1;
        if (call.Count > 5)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        if (call.Count == 5 && !GeoWords.TryUnit(ref call, 4, out metersPerUnit)) return;
        EntryRef entry = call.Find(call[1]);
        if (!SortedSetReads.IsThere(ref call, entry, ReplyWhenMissing.Null)) return;
        if (TryPoint(ref call, entry, call[2], out GeoPoint a) && TryPoint(ref call, entry, call[3], out GeoPoint b))
            GeoWords.ReplyDistance(ref call, GeoHash.Distance(a, b) / metersPerUnit);
        else call.Reply.Null();
    }

    /// <summary>Where a member lies, if it is there.</summary>
    internal static bool TryPoint(ref CommandContext call, EntryRef entry, scoped ReadOnlySpan<byte> member, out GeoPoint point)
    {
        point = default;
        if (!entry.Found || !SortedSetReads.ViewOf(ref call, entry).TryScore(member, out double score)) return false;
        point = GeoHash.Decode(score);
        return true;
    }

    private static bool TryFind(ref CommandContext call, out EntryRef entry)
    {
        entry = call.Find(call[1]);
        return !entry.Found || call.Holds(entry, ObjectType.SortedSet);
    }

    // As Redis: elsewhere it is a ZADD of the scores.
    private static void Propagate(ref CommandContext call, int first)
    {
        int places = (call.Count - first) / 3;
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, first + places * 2);
        instead.Add("ZADD"u8);
        for (int i = 1; i < first; i++) instead.Add(call[i]);
        var scores = new ScoreWords(first, isPlace: true);
        for (int i = 0; i < places; i++)
        {
            scores.TryScore(ref call, i, out double score);
            instead.Add((long)score);
            instead.Add(scores.Member(ref call, i));
        }
    }
}
