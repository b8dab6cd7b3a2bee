// Searches of a geo index around a place or a member: GEOSEARCH, GEORADIUS and their variants.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class GeoSearch
{
    [Command("GEOSEARCH", arity: -7, Flags.ReadOnly, Group.Geo, since: "6.2.0",
        syntax: "key:key [from:(FROMMEMBER member | FROMLONLAT fromlonlat:{longitude:double latitude:double})] by:(circle:{BYRADIUS radius:double unit:(M | KM | FT | MI)} | box:{BYBOX width:double height:double unit:(M | KM | FT | MI)} | polygon:{BYPOLYGON num-vertices:integer vertices:{longitude:double latitude:double}+}^9.0.0) [order:(ASC | DESC)] [count-block:{COUNT count:integer [ANY]}] [WITHCOORD] [WITHDIST] [WITHHASH]",
        Summary = "Tells the members of a geo index within a circle, a box or a polygon.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the area and M how many within it.",
        History = ["7.0.0|Added support for uppercase unit names.", "9.0.0|BYPOLYGON, as Valkey has it."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Search(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.Search));

    [Command("GEOSEARCHSTORE", arity: -8, Flags.Write | Flags.DenyOom, Group.Geo, since: "6.2.0",
        syntax: "destination:key source:key [from:(FROMMEMBER member | FROMLONLAT fromlonlat:{longitude:double latitude:double})] by:(circle:{BYRADIUS radius:double unit:(M | KM | FT | MI)} | box:{BYBOX width:double height:double unit:(M | KM | FT | MI)} | polygon:{BYPOLYGON num-vertices:integer vertices:{longitude:double latitude:double}+}^9.0.0) [order:(ASC | DESC)] [count-block:{COUNT count:integer [ANY]}] [STOREDIST]",
        Summary = "Stores the members of a geo index within a circle, a box or a polygon.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the area and M how many within it.",
        History = ["7.0.0|Added support for uppercase unit names."])]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SearchStore(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.SearchStore));

    [Command("GEORADIUS", arity: -6, Flags.Write | Flags.DenyOom, Group.Geo, since: "3.2.0",
        syntax: "key:key longitude:double latitude:double radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count-block:{COUNT count:integer [ANY^6.2.0]}] [order:(ASC | DESC)] [store:(STORE storekey:key=key | STOREDIST storedistkey:key=key)]",
        Summary = "Tells or stores the members of a geo index within a circle around a place.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the circle and M how many within it.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
        History = ["6.2.0|Added the `ANY` option for `COUNT`.", "7.0.0|Added support for uppercase unit names."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key("STORE", KeyFlags.Overwrite | KeyFlags.Update, StartFrom = 6)]
    [Key("STOREDIST", KeyFlags.Overwrite | KeyFlags.Update, StartFrom = 6)]
    internal static void Radius(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.Radius));

    [Command("GEORADIUS_RO", arity: -6, Flags.ReadOnly, Group.Geo, since: "3.2.10",
        syntax: "key:key longitude:double latitude:double radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count-block:{COUNT count:integer [ANY^6.2.0]}] [order:(ASC | DESC)]",
        Summary = "Tells the members of a geo index within a circle around a place.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the circle and M how many within it.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`GEOSEARCH` with the `BYRADIUS` argument",
        History = ["6.2.0|Added the `ANY` option for `COUNT`.", "7.0.0|Added support for uppercase unit names."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void RadiusReadOnly(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.RadiusReadOnly));

    [Command("GEORADIUSBYMEMBER", arity: -5, Flags.Write | Flags.DenyOom, Group.Geo, since: "3.2.0",
        syntax: "key:key member radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count-block:{COUNT count:integer [ANY]}] [order:(ASC | DESC)] [store:(STORE storekey:key=key | STOREDIST storedistkey:key=key)]",
        Summary = "Tells or stores the members of a geo index within a circle around one of them.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the circle and M how many within it.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
        History = ["6.2.0|Added the `ANY` option for `COUNT`.", "7.0.0|Added support for uppercase unit names."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key("STORE", KeyFlags.Overwrite | KeyFlags.Update, StartFrom = 5)]
    [Key("STOREDIST", KeyFlags.Overwrite | KeyFlags.Update, StartFrom = 5)]
    internal static void RadiusByMember(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.RadiusByMember));

    [Command("GEORADIUSBYMEMBER_RO", arity: -5, Flags.ReadOnly, Group.Geo, since: "3.2.10",
        syntax: "key:key member radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count-block:{COUNT count:integer [ANY]}] [order:(ASC | DESC)]",
        Summary = "Tells the members of a geo index within a circle around one of them.",
        Complexity = "O(N+log(M)) where N is how many members lie in the cells around the circle and M how many within it.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
        History = ["6.2.0|Added the `ANY` option for `COUNT`.", "7.0.0|Added support for uppercase unit names."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void RadiusByMemberReadOnly(ref CommandContext call) => Run(ref call, new GeoRequest(GeoForm.RadiusByMemberReadOnly));

    /// <summary>A member that was found: its index in the list of members, where it is and how far from the centre.</summary>
    private readonly record struct Hit(int Index, GeoPoint Point, double Meters);

    private static void Run(ref CommandContext call, GeoRequest request)
    {
        EntryRef entry = call.Find(call[request.SourceAt]);
        if (entry.Found && !call.Holds(entry, ObjectType.SortedSet)) return;
        if (!request.TryRead(ref call, entry)) return;
        ScoredList members = call.Services.Scored;
        members.Clear();
        if (!entry.Found)
        {
            if (request.StoreAt == 0) call.Reply.Array(0);
            else call.Reply.Integer(members.StoreAs(ref call, call[request.StoreAt], request.StoreEvent));
            return;
        }

        var hits = new List<Hit>();
        Collect(SortedSetReads.ViewOf(ref call, entry), request.Area, request.Any ? request.Count : 0, members, hits);
        if (request.Order == GeoOrder.Nearest) hits.Sort(static (a, b) => a.Meters != b.Meters ? a.Meters.CompareTo(b.Meters) : a.Index.CompareTo(b.Index));
        else if (request.Order == GeoOrder.Farthest) hits.Sort(static (a, b) => a.Meters != b.Meters ? b.Meters.CompareTo(a.Meters) : a.Index.CompareTo(b.Index));
        int taken = request.Count == 0 ? hits.Count : (int)Math.Min(request.Count, hits.Count);
        if (request.StoreAt != 0) Store(ref call, request, members, hits, taken);
        else Tell(ref call, request, members, hits, taken);
        members.Clear();
    }

    /// <summary>Looks through the cells that cover the area, until there are <paramref name="limit"/> hits if that is not 0.</summary>
    private static void Collect(SortedSetView set, in GeoArea area, long limit, ScoredList members, List<Hit> hits)
    {
        Span<GeoCell> cells = stackalloc GeoCell[9];
        area.Cover(cells);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        int last = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            // With a large radius neighbours may be one cell.
            if (cells[i].Step == 0 || (last > 0 && cells[i] == cells[last])) continue;
            if (limit > 0 && hits.Count >= limit) return;
            SortedSetWalk walk = set.Walk(set.Ranks(cells[i].Scores), reverse: false, scratch);
            while (walk.MoveNext())
            {
                double score = walk.Score;
                GeoPoint point = GeoHash.Decode(score);
                if (area.Contains(point, out double meters))
                {
                    hits.Add(new Hit(members.Count, point, meters));
                    members.Add(walk.Member, score);
                }

                if (limit > 0 && hits.Count >= limit) break;
            }

            last = i;
        }
    }

    private static void Tell(ref CommandContext call, in GeoRequest request, ScoredList members, List<Hit> hits, int taken)
    {
        int parts = (request.WithDistance ? 1 : 0) + (request.WithHash ? 1 : 0) + (request.WithPoint ? 1 : 0);
        call.Reply.Array(taken);
        for (int i = 0; i < taken; i++)
        {
            Hit hit = hits[i];
            if (parts > 0) call.Reply.Array(parts + 1);
            call.Reply.Bulk(members.MemberAt(hit.Index));
            if (request.WithDistance) GeoWords.ReplyDistance(ref call, hit.Meters / request.Area.MetersPerUnit);
            if (request.WithHash) call.Reply.Integer((long)members.ScoreAt(hit.Index));
            if (request.WithPoint) GeoWords.ReplyPoint(ref call, hit.Point);
        }
    }

    private static void Store(ref CommandContext call, in GeoRequest request, ScoredList members, List<Hit> hits, int taken)
    {
        for (int i = taken; i < hits.Count; i++) members.RemoveAt(hits[i].Index);
        if (request.StoresDistance)
            for (int i = 0; i < taken; i++) members.ScoreAt(hits[i].Index) = hits[i].Meters / request.Area.MetersPerUnit;
        members.Sort();
        long stored = members.StoreAs(ref call, call[request.StoreAt], request.StoreEvent);
        if (stored > 1) call.Services.Changes += stored - 1;
        call.Reply.Integer(stored);
    }
}

/// <summary>Which of the commands it is.</summary>
internal enum GeoForm : byte
{
    Search,
    SearchStore,
    Radius,
    RadiusReadOnly,
    RadiusByMember,
    RadiusByMemberReadOnly,
}

/// <summary>In which order hits are told.</summary>
internal enum GeoOrder : byte
{
    Any,
    Nearest,
    Farthest,
}

/// <summary>The words of a search.</summary>
internal struct GeoRequest(GeoForm form)
{
    public GeoArea Area;
    private bool _fromMember, _fromPoint, _byRadius, _byBox, _byPolygon;

    public readonly int SourceAt => form == GeoForm.SearchStore ? 2 : 1;

    /// <summary>The word that names where the hits are stored; 0 if they are told.</summary>
    public int StoreAt { get; private set; }

    public bool StoresDistance { get; private set; }

    public readonly string StoreEvent => IsSearch ? "geosearchstore" : "georadiusstore";

    public bool WithDistance { get; private set; }

    public bool WithHash { get; private set; }

    public bool WithPoint { get; private set; }

    /// <summary>How many hits at most; 0 is all.</summary>
    public long Count { get; private set; }

    /// <summary>Whether any so many hits will do, not only the nearest.</summary>
    public bool Any { get; private set; }

    public GeoOrder Order { get; private set; }

    private readonly bool IsSearch => form is GeoForm.Search or GeoForm.SearchStore;

    private readonly bool MayStore => form is GeoForm.Radius or GeoForm.RadiusByMember;

    /// <summary>Reads the words; if they are no request, replies so and returns false.</summary>
    public bool TryRead(ref CommandContext call, EntryRef source)
    {
        if (!TryReadStart(ref call, source, out int at)) return false;
        for (; at < call.Count; at++)
            if (!TryReadOption(ref call, source, ref at)) return false;
        return TryCheck(ref call);
    }

    private bool TryReadStart(ref CommandContext call, EntryRef source, out int at)
    {
        at = SourceAt + 1;
        if (form == GeoForm.SearchStore) StoreAt = 1;
        switch (form)
        {
            case GeoForm.Radius or GeoForm.RadiusReadOnly:
                at = 6;
                return GeoWords.TryPoint(ref call, 2, out Area.Centre) && GeoWords.TryRadius(ref call, 4, ref Area);
            case GeoForm.RadiusByMember or GeoForm.RadiusByMemberReadOnly:
                at = 5;
                // As Redis: without a source nothing of this is looked at.
                return !source.Found || (TryMember(ref call, source, 2) && GeoWords.TryRadius(ref call, 3, ref Area));
            default:
                return true;
        }
    }

    private bool TryReadOption(ref CommandContext call, EntryRef source, ref int at)
    {
        int more = call.Count - at - 1;
        if (call.Says(at, "WITHDIST"u8)) WithDistance = true;
        else if (call.Says(at, "WITHHASH"u8)) WithHash = true;
        else if (call.Says(at, "WITHCOORD"u8)) WithPoint = true;
        else if (call.Says(at, "ANY"u8)) Any = true;
        else if (call.Says(at, "ASC"u8)) Order = GeoOrder.Nearest;
        else if (call.Says(at, "DESC"u8)) Order = GeoOrder.Farthest;
        else if (call.Says(at, "COUNT"u8) && more >= 1) return TryCount(ref call, ++at);
        else if (MayStore && more >= 1 && (call.Says(at, "STORE"u8) || call.Says(at, "STOREDIST"u8)))
        {
            StoresDistance = call.Says(at, "STOREDIST"u8);
            StoreAt = ++at;
        }
        else if (form == GeoForm.SearchStore && call.Says(at, "STOREDIST"u8)) StoresDistance = true;
        else return IsSearch ? TryReadArea(ref call, source, ref at, more) : Fail(ref call);
        return true;
    }

    private bool TryReadArea(ref CommandContext call, EntryRef source, ref int at, int more)
    {
        if (call.Says(at, "FROMMEMBER"u8) && more >= 1 && !_fromPoint && !_byPolygon)
        {
            _fromMember = true;
            return TryMember(ref call, source, ++at);
        }

        if (call.Says(at, "FROMLONLAT"u8) && more >= 2 && !_fromMember && !_byPolygon)
        {
            _fromPoint = true;
            at += 2;
            return GeoWords.TryPoint(ref call, at - 1, out Area.Centre);
        }

        if (call.Says(at, "BYRADIUS"u8) && more >= 2 && !_byBox && !_byPolygon)
        {
            _byRadius = true;
            at += 2;
            return GeoWords.TryRadius(ref call, at - 1, ref Area);
        }

        if (call.Says(at, "BYPOLYGON"u8) && more >= 1 && !_fromMember && !_fromPoint && !_byRadius && !_byBox)
        {
            _byPolygon = true;
            return GeoWords.TryPolygon(ref call, ref at, ref Area);
        }

        if (!call.Says(at, "BYBOX"u8) || more < 3 || _byRadius || _byPolygon) return Fail(ref call);
        _byBox = true;
        at += 3;
        return GeoWords.TryBox(ref call, at - 2, ref Area);
    }

    private bool TryMember(ref CommandContext call, EntryRef source, int at)
    {
        if (!source.Found || GeoCommands.TryPoint(ref call, source, call[at], out Area.Centre)) return true;
        call.Reply.Error(ErrorReplies.MemberNotAPlace);
        return false;
    }

    private bool TryCount(ref CommandContext call, int at)
    {
        if (!call.TryLong(at, out long count)) return false;
        Count = count;
        if (count > 0) return true;
        call.Reply.Error(ErrorReplies.UpperCountNotPositive);
        return false;
    }

    private bool TryCheck(ref CommandContext call)
    {
        if (StoreAt != 0 && (WithDistance || WithHash || WithPoint))
            call.Reply.Error(form == GeoForm.SearchStore ? ErrorReplies.GeoSearchStoreWith : ErrorReplies.GeoRadiusStoreWith);
        else if (IsSearch && !_fromMember && !_fromPoint && !_byPolygon)
            call.Reply.Error("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for " + Encoding.Latin1.GetString(call[0]));
        else if (IsSearch && !_byRadius && !_byBox && !_byPolygon)
            call.Reply.Error("ERR exactly one of BYRADIUS and BYBOX can be specified for " + Encoding.Latin1.GetString(call[0]));
        else if (Any && Count == 0)
            call.Reply.Error(ErrorReplies.GeoAnyNeedsCount);
        else
        {
            // The nearest so many are meant unless any will do.
            if (Count != 0 && Order == GeoOrder.Any && !Any) Order = GeoOrder.Nearest;
            return true;
        }

        return false;
    }

    private static bool Fail(ref CommandContext call)
    {
        call.Reply.Error(ErrorReplies.Syntax);
        return false;
    }
}
