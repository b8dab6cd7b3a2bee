using System;
using System.Globalization;
using System.Text;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// Walks over the words of a call that are keys, by the specifications of its command. A specification that does not fit
/// the call gives no keys: the command itself will refuse the call.
/// </summary>
internal ref struct CallKeys(CommandRow row, Arguments call)
{
    private readonly CommandRow _row = row;
    private readonly Arguments _call = call;
    private int _spec = -1;
    private int _next;
    private int _left;
    private int _step = 1;

    /// <summary>The word that <see cref="MoveNext"/> came to.</summary>
    public int Position { get; private set; }

    /// <summary>Goes to the next key; false when there is none.</summary>
    public bool MoveNext()
    {
        while (_left <= 0 || _next >= _call.Count)
        {
            if (++_spec >= _row.Keys.Length) return false;
            _left = 0;
            Begin(_row.Keys[_spec]);
        }

        Position = _next;
        _next += _step;
        _left--;
        return true;
    }

    private void Begin(KeySpec spec)
    {
        int first = First(spec);
        if (first <= 0 || first >= _call.Count) return;
        _step = Math.Max(1, spec.Step);
        if (spec.Begin == KeyBegin.Unknown)
        {
            (_next, _left) = (first, 1);
        }
        else if (spec.Find == KeyFind.Range)
        {
            int last = spec.Last >= 0 ? first + spec.Last : _call.Count + spec.Last;
            if (spec.Last == -1 && spec.Limit >= 2) last = first + (_call.Count - first) / spec.Limit - 1;
            last = Math.Min(last, _call.Count - 1);
            _next = first;
            _left = last < first ? 0 : (last - first) / _step + 1;
        }
        else if (spec.Find == KeyFind.KeyNum)
        {
            int at = first + spec.KeyNum;
            if (at >= _call.Count) return;
            if (!int.TryParse(_call[at], NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return;
            _next = first + spec.FirstKey;
            _left = count;
        }
    }

    private readonly int First(KeySpec spec)
    {
        if (spec.Begin == KeyBegin.Index) return spec.Index;
        // SORT is the one command with a key that cannot be described: the one that it stores into.
        if (spec.Begin != KeyBegin.Keyword) return (spec.Flags & KeyFlags.Overwrite) != 0 ? SortOptions.StoredKeyOf(_call) : 0;
        bool backwards = spec.StartFrom < 0;
        int at = backwards ? _call.Count + spec.StartFrom : spec.StartFrom;
        for (; at > 0 && at < _call.Count; at += backwards ? -1 : 1)
        {
            if (Ascii.EqualsIgnoreCase(_call[at], spec.Keyword)) return at + 1;
        }

        return 0;
    }
}
