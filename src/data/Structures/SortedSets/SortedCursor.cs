using System;

namespace Hexad.Structures;

/// <summary>
/// A member of a <see cref="SortedTree"/> and the way to its neighbours. Valid until the set changes.
/// </summary>
public unsafe struct SortedCursor
{
    private SortedLeaf* _leaf;
    private int _index;

    internal SortedCursor(SortedLeaf* leaf, int index)
    {
        _leaf = leaf;
        _index = index;
    }

    /// <summary>The member's bytes.</summary>
    public readonly ReadOnlySpan<byte> Member => SortedMember.KeyOf((nint)_leaf->Members[_index]);

    /// <summary>Its score.</summary>
    public readonly double Score => _leaf->Scores[_index];

    /// <summary>Goes to the next member; false, and still at the last one, when there is none.</summary>
    public bool MoveNext()
    {
        if (_index + 1 < _leaf->Count)
        {
            _index++;
            return true;
        }

        if (_leaf->Next == null) return false;
        _leaf = _leaf->Next;
        _index = 0;
        return true;
    }

    /// <summary>Goes to the member before; false, and still at the first one, when there is none.</summary>
    public bool MovePrevious()
    {
        if (_index > 0)
        {
            _index--;
            return true;
        }

        if (_leaf->Previous == null) return false;
        _leaf = _leaf->Previous;
        _index = _leaf->Count - 1;
        return true;
    }
}
