using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>
/// Which calls ran last, and whose: one store a call, so that the report of a crash can tell what led to it. No words of the
/// calls are kept, since they may be secrets or gone by then.
/// </summary>
internal sealed class RecentCalls
{
    private const int Kept = 32;
    private readonly (long Session, int Row)[] _calls = new (long, int)[Kept];
    private long _count;

    /// <summary>A call begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(CommandRow row, long session)
    {
        _calls[(int)_count++ & (Kept - 1)] = (session, row.Id);
    }

    /// <summary>A line for each, the latest first.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        List<CommandRow> rows = CommandTable.AllRows();
        for (long i = _count - 1; i >= Math.Max(0, _count - Kept); i--)
        {
            (long session, int id) = _calls[(int)i & (Kept - 1)];
            text.Append(CultureInfo.InvariantCulture, $"  client id={session} {rows.Find(row => row.Id == id)?.FullName}\n");
        }

        return text.ToString();
    }
}
