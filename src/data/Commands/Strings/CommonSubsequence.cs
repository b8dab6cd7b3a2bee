// LCS: the longest common subsequence of two strings, by the table of the longest ones of all their beginnings.
//
//   length[i, j] = 0                                        when i or j is 0
//                = length[i-1, j-1] + 1                     when a[i-1] = b[j-1]
//                = max(length[i-1, j], length[i, j-1])      otherwise
//
// Walking back from the last corner along equal bytes gives the subsequence itself, and the stretches that match.
// The table takes 4·(|a|+1)·(|b|+1) bytes, which proto-max-bulk-len bounds.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class CommonSubsequence
{
    private ref struct Options
    {
        public bool Length;
        public bool Indexes;
        public bool MatchLengths;
        public long LeastMatch;
    }

    [Command("LCS", arity: -3, Flags.ReadOnly, Group.String, since: "7.0.0",
        syntax: "key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]",
        Summary = "Finds the longest common subsequence of two strings.",
        Complexity = "O(N*M) where N and M are the lengths of the two strings.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, Last = 1)]
    internal static void Lcs(ref CommandContext call)
    {
        EntryRef first = call.Find(call[1]);
        byte[]? a = Text(first);
        EntryRef second = call.Find(call[2]);
        byte[]? b = Text(second);
        if (a is null || b is null)
        {
            call.Reply.Error(ErrorReplies.LcsNotStrings);
            return;
        }

        if (!TryOptions(ref call, out Options options)) return;
        long cells = (a.Length + 1L) * (b.Length + 1L);
        if (cells * sizeof(int) > Math.Min(call.Services.Options.ProtoMaxBulkBytes, 4L * Array.MaxLength))
        {
            call.Reply.Error(ErrorReplies.LcsTooLarge);
            return;
        }

        int[] table = Table(a, b, cells);
        int length = table[^1];
        if (options.Length && !options.Indexes) call.Reply.Integer(length);
        else if (!options.Indexes) call.Reply.Bulk(WalkBack(a, b, table, options, null, out _));
        else ReplyMatches(call.Reply, a, b, table, options);
    }

    private static byte[]? Text(EntryRef entry)
    {
        if (!entry.Found) return [];
        if (!entry.IsString) return null;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        return entry.GetString(scratch).ToArray();
    }

    private static bool TryOptions(ref CommandContext call, out Options options)
    {
        options = default;
        for (int i = 3; i < call.Count; i++)
        {
            if (call.Says(i, "IDX"u8)) options.Indexes = true;
            else if (call.Says(i, "LEN"u8)) options.Length = true;
            else if (call.Says(i, "WITHMATCHLEN"u8)) options.MatchLengths = true;
            else if (call.Says(i, "MINMATCHLEN"u8) && i + 1 < call.Count)
            {
                if (!call.TryLong(++i, out long least)) return false;
                options.LeastMatch = Math.Max(least, 0);
            }
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        if (!options.Length || !options.Indexes) return true;
        call.Reply.Error(ErrorReplies.LcsAmbiguous);
        return false;
    }

    private static int[] Table(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, long cells)
    {
        int[] table = new int[cells];
        int width = b.Length + 1;
        for (int i = 1; i <= a.Length; i++)
        {
            Span<int> above = table.AsSpan((i - 1) * width, width);
            Span<int> row = table.AsSpan(i * width, width);
            byte byteA = a[i - 1];
            for (int j = 1; j < width; j++)
                row[j] = byteA == b[j - 1] ? above[j - 1] + 1 : Math.Max(above[j], row[j - 1]);
        }

        return table;
    }

    private static void ReplyMatches(ReplyWriter reply, byte[] a, byte[] b, int[] table, Options options)
    {
        reply.Map(2);
        reply.Bulk("matches"u8);
        reply.BeginCounted();
        WalkBack(a, b, table, options, reply, out int matches);
        reply.EndCountedArray(matches);
        reply.Bulk("len"u8);
        reply.Integer(table[^1]);
    }

    // From the end to the beginning; a stretch that matches ends when a step leaves its diagonal, or at the edge.
    private static byte[] WalkBack(byte[] a, byte[] b, int[] table, Options options, ReplyWriter? reply, out int matches)
    {
        int width = b.Length + 1;
        int i = a.Length;
        int j = b.Length;
        int left = table[^1];
        byte[] common = new byte[left];
        int length = 0;
        matches = 0;
        while (i > 0 && j > 0)
        {
            if (a[i - 1] == b[j - 1])
            {
                common[--left] = a[i - 1];
                length++;
                i--;
                j--;
                if (i > 0 && j > 0) continue;
            }
            else if (length == 0)
            {
                Step(table, width, ref i, ref j);
                continue;
            }

            if (length > 0 && length >= options.LeastMatch)
            {
                matches++;
                if (reply is not null) ReplyStretch(reply, i, j, length, options.MatchLengths);
            }

            length = 0;
        }

        return common;
    }

    private static void Step(int[] table, int width, ref int i, ref int j)
    {
        if (table[(i - 1) * width + j] > table[i * width + j - 1]) i--;
        else j--;
    }

    private static void ReplyStretch(ReplyWriter reply, int startA, int startB, int length, bool withLength)
    {
        reply.Array(withLength ? 3 : 2);
        reply.Array(2);
        reply.Integer(startA);
        reply.Integer(startA + length - 1);
        reply.Array(2);
        reply.Integer(startB);
        reply.Integer(startB + length - 1);
        if (withLength) reply.Integer(length);
    }
}
