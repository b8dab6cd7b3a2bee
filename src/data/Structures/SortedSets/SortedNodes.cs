using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// A leaf of a <see cref="SortedTree"/>: members in order, with their scores beside them, so that a search touches the
/// members' own blocks for equal scores only. 1016 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SortedLeaf
{
    public const int Capacity = 62;

    /// <summary>Which snapshot walk has told the leaf; see <see cref="CollectionMemory"/>.</summary>
    public byte Mark;
    public byte Count;
    public SortedLeaf* Previous;
    public SortedLeaf* Next;
    public fixed double Scores[Capacity];
    public fixed long Members[Capacity];

    public void Insert(int at, double score, nint member)
    {
        int moved = Count - at;
        fixed (double* scores = Scores) new Span<double>(scores + at, moved).CopyTo(new Span<double>(scores + at + 1, moved));
        fixed (long* members = Members) new Span<long>(members + at, moved).CopyTo(new Span<long>(members + at + 1, moved));
        Scores[at] = score;
        Members[at] = member;
        Count++;
    }

    public void RemoveRange(int at, int count)
    {
        int moved = Count - at - count;
        fixed (double* scores = Scores) new Span<double>(scores + at + count, moved).CopyTo(new Span<double>(scores + at, moved));
        fixed (long* members = Members) new Span<long>(members + at + count, moved).CopyTo(new Span<long>(members + at, moved));
        Count -= (byte)count;
    }

    /// <summary>Moves the elements from <paramref name="at"/> on to the end of another leaf.</summary>
    public void MoveTail(int at, SortedLeaf* target)
    {
        int moved = Count - at;
        fixed (double* scores = Scores) new Span<double>(scores + at, moved).CopyTo(new Span<double>(target->Scores + target->Count, moved));
        fixed (long* members = Members) new Span<long>(members + at, moved).CopyTo(new Span<long>(target->Members + target->Count, moved));
        target->Count += (byte)moved;
        Count = (byte)at;
    }
}

/// <summary>
/// An inner node of a <see cref="SortedTree"/>: for each child its first member (exactly, with its score), and how many
/// members are below it. 2024 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SortedInner
{
    public const int Capacity = 63;

    public long Count;
    public fixed double Scores[Capacity];
    public fixed long Members[Capacity];
    public fixed long Children[Capacity];
    public fixed long Counts[Capacity];

    /// <summary>How many members are below the first <paramref name="children"/> children.</summary>
    public readonly long CountBefore(int children)
    {
        long sum = 0;
        for (int i = 0; i < children; i++) sum += Counts[i];
        return sum;
    }

    /// <summary>Says anew what the child at <paramref name="at"/> is.</summary>
    public void Set(int at, nint child, bool isLeaf, long count)
    {
        Children[at] = child;
        Counts[at] = count;
        if (isLeaf)
        {
            var leaf = (SortedLeaf*)child;
            Scores[at] = leaf->Scores[0];
            Members[at] = leaf->Members[0];
        }
        else
        {
            var inner = (SortedInner*)child;
            Scores[at] = inner->Scores[0];
            Members[at] = inner->Members[0];
        }
    }

    public void Insert(int at, nint child, bool isLeaf, long count)
    {
        Invariant.That(Count < Capacity);
        int moved = (int)Count - at;
        fixed (double* scores = Scores) new Span<double>(scores + at, moved).CopyTo(new Span<double>(scores + at + 1, moved));
        fixed (long* members = Members) new Span<long>(members + at, moved).CopyTo(new Span<long>(members + at + 1, moved));
        fixed (long* children = Children) new Span<long>(children + at, moved).CopyTo(new Span<long>(children + at + 1, moved));
        fixed (long* counts = Counts) new Span<long>(counts + at, moved).CopyTo(new Span<long>(counts + at + 1, moved));
        Count++;
        Set(at, child, isLeaf, count);
    }

    public void RemoveAt(int at)
    {
        int moved = (int)Count - at - 1;
        fixed (double* scores = Scores) new Span<double>(scores + at + 1, moved).CopyTo(new Span<double>(scores + at, moved));
        fixed (long* members = Members) new Span<long>(members + at + 1, moved).CopyTo(new Span<long>(members + at, moved));
        fixed (long* children = Children) new Span<long>(children + at + 1, moved).CopyTo(new Span<long>(children + at, moved));
        fixed (long* counts = Counts) new Span<long>(counts + at + 1, moved).CopyTo(new Span<long>(counts + at, moved));
        Count--;
    }

    /// <summary>Moves the children from <paramref name="at"/> on to the end of another node.</summary>
    public void MoveTail(int at, SortedInner* target)
    {
        int moved = (int)Count - at, end = (int)target->Count;
        Invariant.That(end + moved <= Capacity);
        fixed (double* scores = Scores) new Span<double>(scores + at, moved).CopyTo(new Span<double>(target->Scores + end, moved));
        fixed (long* members = Members) new Span<long>(members + at, moved).CopyTo(new Span<long>(target->Members + end, moved));
        fixed (long* children = Children) new Span<long>(children + at, moved).CopyTo(new Span<long>(target->Children + end, moved));
        fixed (long* counts = Counts) new Span<long>(counts + at, moved).CopyTo(new Span<long>(target->Counts + end, moved));
        target->Count += moved;
        Count = at;
    }
}

/// <summary>What is looked for among ordered members. One type for each way of looking, so that each search is compiled for its own.</summary>
internal unsafe interface ISortedBound
{
    /// <summary>How many of the first <paramref name="count"/> members stand before the bound.</summary>
    int CountBefore(double* scores, long* members, int count);
}

/// <summary>Before a score: members with a lower one, or with <paramref name="inclusive"/> also those that have it.</summary>
internal readonly unsafe struct ScoreBound(double score, bool inclusive) : ISortedBound
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CountBefore(double* scores, long* members, int count) => inclusive ? CountNotAbove(scores, count, score) : CountBelow(scores, count, score);

    /// <summary>How many of the ascending scores are below <paramref name="score"/>: a search without branches.</summary>
    public static int CountBelow(double* scores, int count, double score)
    {
        double* from = scores;
        while (count > 1)
        {
            int half = count >> 1;
            from += from[half - 1] < score ? half : 0;
            count -= half;
        }

        return (int)(from - scores) + (count == 1 && *from < score ? 1 : 0);
    }

    /// <summary>How many of the ascending scores are not above <paramref name="score"/>.</summary>
    public static int CountNotAbove(double* scores, int count, double score)
    {
        double* from = scores;
        while (count > 1)
        {
            int half = count >> 1;
            from += from[half - 1] <= score ? half : 0;
            count -= half;
        }

        return (int)(from - scores) + (count == 1 && *from <= score ? 1 : 0);
    }
}

/// <summary>Before a score and, among equal scores, a member; with <paramref name="inclusive"/> the member itself too.</summary>
internal readonly unsafe ref struct ElementBound(double score, ReadOnlySpan<byte> member, bool inclusive) : ISortedBound
{
    private readonly ReadOnlySpan<byte> _member = member;

    public int CountBefore(double* scores, long* members, int count)
    {
        int low = ScoreBound.CountBelow(scores, count, score);
        if (low == count || scores[low] != score) return low;
        int equal = ScoreBound.CountNotAbove(scores + low, count - low, score);
        return low + new MemberBound(_member, inclusive).CountBefore(scores + low, members + low, equal);
    }
}

/// <summary>Before a member, whatever the scores; with <paramref name="inclusive"/> the member itself too. Members must be in order.</summary>
internal readonly unsafe ref struct MemberBound(ReadOnlySpan<byte> member, bool inclusive) : ISortedBound
{
    private readonly ReadOnlySpan<byte> _member = member;

    public int CountBefore(double* scores, long* members, int count)
    {
        int low = 0, high = count;
        int limit = inclusive ? 1 : 0;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (SortedMember.KeyOf((nint)members[middle]).SequenceCompareTo(_member) < limit) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
