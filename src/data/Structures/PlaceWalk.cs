namespace Hexad.Structures;

/// <summary>
/// Goes over all places of one table, bucket by bucket, first the new array and then, of a table that is growing or
/// shrinking, what has not been moved out of the old one. The table must not change meanwhile (a scan may go on then; see
/// <see cref="BucketTables{TKeys}.Scan"/>). The blocks of the bucket after next are being fetched while one is read.
/// </summary>
public unsafe struct PlaceWalk
{
    private const int PageBits = BucketTables<Entry>.PageBits;

    private readonly TableHeader* _header;
    private Bucket* _bucket;
    private long _index = -1;
    private int _at;
    private bool _old;

    internal PlaceWalk(TableHeader* header) => _header = header;

    /// <summary>The place at hand.</summary>
    public readonly nint Current => (nint)Bucket.PlaceAt(_bucket, _at);

    /// <summary>Goes to the next place; false when there is none.</summary>
    public bool MoveNext()
    {
        _at++;
        while (_bucket == null || _at >= _bucket->Count)
        {
            if (_bucket != null && _bucket->IsChained) _bucket = Bucket.NextOf(_bucket);
            else if (!NextBucket()) return false;
            _at = 0;
        }

        return true;
    }

    private bool NextBucket()
    {
        if (_header->Buckets == null) return false;
        while (true)
        {
            int bits = _old ? _header->Rehash->OldBits : _header->Bits;
            byte* buckets = _old ? _header->Rehash->OldBuckets : _header->Buckets;
            if (++_index == 1L << bits)
            {
                if (_old || _header->Rehash == null) return false;
                _old = true;
                _index = -1;
                continue;
            }

            if (IsGone()) continue;
            _bucket = BucketAt(buckets, bits, _index);
            const int Ahead = 2;
            if (_index + Ahead < 1L << bits && _header->Rehash == null) Bucket.PrefetchBlocks(BucketAt(buckets, bits, _index + Ahead));
            return true;
        }
    }

    /// <summary>Whether the bucket's contents stand in the other array.</summary>
    private readonly bool IsGone()
    {
        RehashState* state = _header->Rehash;
        if (state == null) return false;
        int small = System.Math.Min(_header->Bits, state->OldBits);
        bool moved = (_index & ((1L << small) - 1)) < state->Index;
        return _old ? moved : !moved;
    }

    private static Bucket* BucketAt(byte* buckets, int bits, long index) =>
        bits <= PageBits ? (Bucket*)buckets + index : ((Bucket**)buckets)[index >> PageBits] + (index & ((1 << PageBits) - 1));
}
