// What follows from a declaration: first, last and step of the keys as COMMAND has always answered them, the flag
// "movablekeys", and the ACL categories. As Redis derives them, checked against its answers for every command.
using System;

namespace Hexad.Generators.Commands;

internal static class DerivedFacts
{
    private const ushort Incomplete = 1 << 9;
    private const uint MovableKeys = 1 << 18;

    /// <summary>The old way to say where keys are, and whether it falls short.</summary>
    public static uint KeyRange(DeclaredCommand command, out int first, out int last, out int step)
    {
        first = last = step = 0;
        uint flags = command.Flags;
        if (command.Keys.Count == 0)
            return flags;
        if (command.Keys.Count == 1 && command.Keys[0].IsIndexRange)
        {
            DeclaredKey only = command.Keys[0];
            first = only.Index;
            last = only.Last >= 0 ? only.Index + only.Last : only.Last;
            step = only.Step;
            return (only.Flags & Incomplete) != 0 ? flags | MovableKeys : flags;
        }
        int lowest = int.MaxValue;
        int highest = 0;
        int before = 0;
        foreach (DeclaredKey key in command.Keys)
        {
            bool joins = key.IsIndexRange && key.Step == 1 && (before == 0 || before == key.Index - 1);
            if (!joins || (key.Flags & Incomplete) != 0)
                flags |= MovableKeys;
            if (!joins)
                continue;
            lowest = Math.Min(lowest, key.Index);
            int end = key.Last >= 0 ? key.Last + key.Index : key.Last;
            highest = (uint)end > (uint)highest ? end : highest; // -1, the end of the call, is the highest
            before = highest;
        }
        if (lowest == int.MaxValue)
            return flags | MovableKeys;
        first = lowest;
        last = highest;
        step = 1;
        return flags;
    }

    /// <summary>Given or by the family, and what the flags imply.</summary>
    public static uint Categories(DeclaredCommand command)
    {
        uint categories = command.Categories;
        if (categories == 0 && command.Entry != EntryKind.None)
            categories = OfGroup(command.Group);
        const uint scripting = 1 << 20;
        if ((command.Flags & 1) != 0)
            categories |= 1 << 2;
        if ((command.Flags & 2) != 0 && (categories & scripting) == 0)
            categories |= 1 << 1;
        if ((command.Flags & (1 << 4)) != 0)
            categories |= (1 << 13) | (1 << 17);
        if ((command.Flags & (1 << 5)) != 0)
            categories |= 1 << 12;
        if ((command.Flags & (1 << 7)) != 0)
            categories |= 1 << 16;
        return categories | ((command.Flags & (1 << 13)) != 0 ? 1u << 14 : 1u << 15);
    }

    /// <summary>The order of the groups is that of the enum Group, the bits are those of Acl.</summary>
    private static uint OfGroup(byte group) => group switch
    {
        0 => 1 << 0, // generic: keyspace
        1 => 1 << 7, // string
        2 => 1 << 5, // list
        3 => 1 << 3, // set
        4 => 1 << 4, // sorted set
        5 => 1 << 6, // hash
        7 => 1 << 19, // transactions
        8 => 1 << 18, // connection
        10 => 1 << 20, // scripting
        11 => 1 << 9, // hyperloglog
        14 => 1 << 10, // geo
        15 => 1 << 11, // stream
        16 => 1 << 8, // bitmap
        _ => 0,
    };
}
