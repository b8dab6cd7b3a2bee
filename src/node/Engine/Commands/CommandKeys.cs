// The keys of a call, strictly: a call whose words do not fit the specifications has none. For COMMAND GETKEYS;
// routing walks the same specifications but forgives, since the command itself will refuse the call.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Positions of keys in a call, and what is done to each.</summary>
internal sealed class CommandKeys
{
    private readonly List<(int Position, KeyFlags Flags)> _keys = [];

    private CommandKeys()
    {
    }

    public int Count => _keys.Count;

    public int Position(int index) => _keys[index].Position;

    public KeyFlags Flags(int index) => _keys[index].Flags;

    /// <summary>Whether calls of the command can have keys (shard channels are none).</summary>
    public static bool HasKeys(CommandRow row) => Array.Exists(row.Keys, k => (k.Flags & KeyFlags.NotKey) == 0);

    public static CommandKeys Of(CommandRow row, Arguments call)
    {
        CommandKeys keys = new();
        foreach (KeySpec spec in row.Keys)
        {
            if ((spec.Flags & KeyFlags.NotKey) != 0)
                continue;
            if (keys.Add(spec, call, FlagsOf(row, spec, call)))
                continue;
            keys._keys.Clear();
            break;
        }
        return keys;
    }

    /// <summary>Where the flags depend on the call: SET reads with GET, DELEX with a condition, BITFIELD writes with SET or INCRBY.</summary>
    private static KeyFlags FlagsOf(CommandRow row, KeySpec spec, Arguments call)
    {
        if ((spec.Flags & KeyFlags.VariableFlags) == 0)
            return spec.Flags;
        if (row.Name == "set")
        {
            return Has(call, 3, "get") || Has(call, 3, "ifeq") || Has(call, 3, "ifne") || Has(call, 3, "ifdeq") || Has(call, 3, "ifdne")
                ? KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update
                : KeyFlags.Overwrite | KeyFlags.Update;
        }
        if (row.Name == "delex")
            return call.Count == 2 ? KeyFlags.Remove | KeyFlags.Delete : KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete;
        bool writes = Has(call, 2, "set") || Has(call, 2, "incrby");
        return writes ? KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update : KeyFlags.ReadOnly | KeyFlags.Access;
    }

    private bool Add(KeySpec spec, Arguments call, KeyFlags flags)
    {
        int first;
        switch (spec.Begin)
        {
            case KeyBegin.Index:
                first = spec.Index;
                break;
            case KeyBegin.Keyword:
                first = BehindKeyword(spec, call);
                if (first == 0)
                    return true;
                break;
            default:
                return AddStored(spec, call, flags);
        }
        int last;
        if (spec.Find == KeyFind.Range)
            last = spec.Last >= 0 ? first + spec.Last : spec.Limit == 0 ? call.Count + spec.Last : first + ((call.Count - first) / spec.Limit) + spec.Last;
        else if (spec.Find == KeyFind.KeyNum && first + spec.KeyNum < call.Count
            && Core.NumberText.TryInt64(call[first + spec.KeyNum], out long count) && count is >= 0 and < int.MaxValue)
        {
            first += spec.FirstKey;
            last = (int)Math.Min(first + ((count - 1) * spec.Step), int.MaxValue);
        }
        else
            return false;
        if (last >= call.Count || last < first)
            return false;
        for (int i = first; i <= last; i += spec.Step)
            _keys.Add((i, flags));
        return (spec.Flags & KeyFlags.Incomplete) == 0;
    }

    /// <summary>A key that cannot be described: of SORT the one that it stores into, wherever STORE stands; its patterns name no keys.</summary>
    private bool AddStored(KeySpec spec, Arguments call, KeyFlags flags)
    {
        int stored = SortOptions.StoredKeyOf(call);
        if ((spec.Flags & KeyFlags.Overwrite) != 0 && stored > 0)
            _keys.Add((stored, flags));
        return true;
    }

    private static int BehindKeyword(KeySpec spec, Arguments call)
    {
        int step = spec.StartFrom > 0 ? 1 : -1;
        int at = spec.StartFrom > 0 ? spec.StartFrom : call.Count + spec.StartFrom;
        for (; at >= 1 && at < call.Count; at += step)
        {
            if (Is(call[at], spec.Keyword))
                return at + 1;
        }
        return 0;
    }

    private static bool Has(Arguments call, int from, string word)
    {
        for (int i = from; i < call.Count; i++)
        {
            if (Is(call[i], word))
                return true;
        }
        return false;
    }

    private static bool Is(ReadOnlySpan<byte> word, string text) =>
        word.Length == text.Length && Encoding.Latin1.GetString(word).Equals(text, StringComparison.OrdinalIgnoreCase);
}
