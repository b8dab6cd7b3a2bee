using System;
using System.Text;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>The words after SORT's key. Patterns are told by their place in the call, 0 for none.</summary>
internal struct SortOptions
{
    private const int FirstOption = 2;

    public bool Descending;
    public bool Alpha;
    public int By;
    public int Store;
    public int Gets;
    public long Offset;
    public long Limit;

    /// <summary>Whether elements are to be sorted at all: BY without a "*" says no.</summary>
    public bool Sorts;

    /// <summary>Reads the words; if they make no sense, replies so and returns false.</summary>
    public static bool TryRead(ref CommandContext call, bool mayStore, out SortOptions options)
    {
        options = new SortOptions { Limit = -1, Sorts = true };
        for (int i = FirstOption; i < call.Count; i++)
        {
            int after = call.Count - i - 1;
            if (call.Says(i, "ASC"u8)) options.Descending = false;
            else if (call.Says(i, "DESC"u8)) options.Descending = true;
            else if (call.Says(i, "ALPHA"u8)) options.Alpha = true;
            else if (after >= 2 && call.Says(i, "LIMIT"u8))
            {
                if (!call.TryLong(i + 1, out options.Offset) || !call.TryLong(i + 2, out options.Limit)) return false;
                i += 2;
            }
            else if (after >= 1 && mayStore && call.Says(i, "STORE"u8)) options.Store = ++i;
            else if (after >= 1 && call.Says(i, "BY"u8))
            {
                options.By = ++i;
                if (!options.TryBy(ref call)) return false;
            }
            else if (after >= 1 && call.Says(i, "GET"u8))
            {
                i++;
                if (IsDenied(ref call, i, ErrorReplies.SortGetInCluster)) return false;
                options.Gets++;
            }
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        return true;
    }

    /// <summary>The place of the GET pattern after the word at <paramref name="at"/>, which is <see cref="FirstOption"/> - 1 or the one before.</summary>
    public static int NextGet(in CommandContext call, int at)
    {
        for (at = Math.Max(at + 1, FirstOption); at < call.Count; at++)
        {
            if (call.Says(at, "LIMIT"u8)) at += 2;
            else if (call.Says(at, "STORE"u8) || call.Says(at, "BY"u8)) at++;
            else if (call.Says(at, "GET"u8)) return at + 1;
        }

        return 0;
    }

    /// <summary>Where a call of SORT names the key that it stores into, whether or not it makes sense; 0 if it does not.</summary>
    internal static int StoredKeyOf(Arguments call)
    {
        int found = 0;
        for (int i = FirstOption; i < call.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(call[i], "LIMIT"u8)) i += 2;
            else if (Ascii.EqualsIgnoreCase(call[i], "BY"u8) || Ascii.EqualsIgnoreCase(call[i], "GET"u8)) i++;
            else if (i + 1 < call.Count && Ascii.EqualsIgnoreCase(call[i], "STORE"u8)) found = i + 1;
        }

        return found;
    }

    private bool TryBy(ref CommandContext call)
    {
        // As Redis: a constant pattern anywhere among several keeps the order.
        if (!KeyPattern.IsVarying(call[By])) Sorts = false;
        else if (IsDenied(ref call, By, ErrorReplies.SortByInCluster)) return false;
        return true;
    }

    // In a cluster the keys that a pattern makes must be ours for sure: in the slot of the key that is sorted (Redis 7.4, Valkey 8).
    private static bool IsDenied(ref CommandContext call, int pattern, ReadOnlySpan<byte> error)
    {
        if (!call.Services.Databases.Settings.ClusterMode) return false;
        if (SlotIndex.TryOfPattern(call[pattern], out SlotIndex slot) && slot == SlotIndex.Of(call[1])) return false;
        call.Reply.Error(error);
        return true;
    }
}
