using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

/// <summary>Random sequences of operations on the keyspace and on dictionaries beside it, snapshot walks included.</summary>
public class ModelTests
{
    [Fact]
    public void Databases_behave_as_dictionaries_and_walks_tell_the_past() => Check(new KeyspaceSettings(3, false), sequences: 250, length: 400);

    [Fact]
    public void Slot_tables_behave_as_dictionaries_and_walks_tell_the_past() => Check(KeyspaceSettings.Cluster, sequences: 60, length: 300);

    private static void Check(KeyspaceSettings settings, long sequences, int length) =>
        Gen.ULong.Sample(
            seed =>
            {
                using var run = new Run(settings, seed);
                for (int i = 0; i < length; i++) run.Step();
                run.Finish();
            },
            iter: sequences,
            threads: 1);

    private sealed class Run(KeyspaceSettings settings, ulong seed) : IDisposable
    {
        private readonly TestKeyspace _keys = new(settings, seed);
        private readonly Dice _dice = new(seed + 1);
        private readonly Dictionary<string, (string Value, long? ExpiryMs)>[] _model = [.. Enumerable.Range(0, settings.DatabaseCount).Select(_ => new Dictionary<string, (string, long?)>())];
        private readonly SnapshotPage _page = new();
        private readonly int _keySpace = new Dice(seed + 2).Below(4) switch { 0 => 5, 1 => 30, 2 => 200, _ => 2000 };
        private SnapshotWalk? _walk;
        private Dictionary<(int, string), (string, long?)> _expected = [];
        private readonly Dictionary<(int, string), (string, long?)> _told = [];

        public void Dispose() => _keys.Dispose();

        public void Step()
        {
            int db = _dice.Below(_keys.All.Count);
            string key = NewKey();
            switch (_dice.Below(24))
            {
                case <= 6: Store(db, key); break;
                case 7: Delete(db, key); break;
                case 8: Append(db, key); break;
                case 9: SetRange(db, key); break;
                case 10: Expire(db, key); break;
                case 11: Persist(db, key); break;
                case 12: Move(db, key); break;
                case 13: Copy(db, key); break;
                case 14: _keys.Pass(_dice.Below(50)); break;
                case 15: ActiveExpire(); break;
                case 16: Read(db, key); break;
                case 17: Increment(db, key); break;
                case 18: if (_dice.Below(6) == 0) Flush(db); break;
                case 19: Swap(); break;
                case 20: Bulk(db); break;
                case 21: Background(); break;
                case 22: WalkStep(); break;
                default: FlushSlot(key); break;
            }

            if (_dice.Below(8) == 0) Compare();
        }

        public void Finish()
        {
            if (_walk is not null) DrainWalk();
            Compare();
            _keys.All.Flush(FreeMode.Now);
            Assert.Equal(0, _keys.All.KeyCount);
            Assert.Equal(0, _keys.All.SnapshotHeldBytes);
            Assert.Equal(0, _keys.All.PendingFreeCount);
            using var empty = new TestKeyspace(settings, seed);
            Assert.Equal(empty.All.UsedBytes, _keys.All.UsedBytes);
        }

        private string NewKey()
        {
            int number = _dice.Below(_keySpace);
            string text = number % 17 == 0 ? new string('l', 260) + number : number.ToString();
            return settings.ClusterMode ? $"{{{number % 7}}}{text}" : text;
        }

        private string NewValue() => _dice.Below(6) switch
        {
            0 => ((long)_dice.Next()).ToString(),
            1 => new string('a', _dice.Below(60)),
            2 => new string('b', _dice.Below(300)),
            3 => new string('c', 200 + _dice.Below(100)),
            4 => new string('d', _dice.Below(6000)),
            _ => _dice.Below(1000).ToString(),
        };

        private bool Live(int db, string key)
        {
            if (!_model[db].TryGetValue(key, out var entry)) return false;
            if (entry.ExpiryMs is not { } expiry || expiry >= _keys.All.Now.Value) return true;
            _model[db].Remove(key);
            return false;
        }

        private void Store(int db, string key)
        {
            string value = NewValue();
            bool live = Live(db, key);
            long? old = live ? _model[db][key].ExpiryMs : null;
            switch (_dice.Below(3))
            {
                case 0:
                    _keys.Set(key, value, default, db);
                    _model[db][key] = (value, null);
                    break;
                case 1:
                    _keys.Set(key, value, Lifetime.Keep, db);
                    _model[db][key] = (value, old);
                    break;
                default:
                    long at = _keys.All.Now.Value + _dice.Below(300);
                    _keys.Set(key, value, Lifetime.Until(new UnixMs(at)), db);
                    _model[db][key] = (value, at);
                    break;
            }
        }

        private EntryRef FindLive(int db, string key)
        {
            bool live = Live(db, key);
            EntryRef entry = _keys.All[db].Find(Bytes(key));
            Assert.Equal(live, entry.Found);
            return entry;
        }

        private void Read(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            Assert.Equal(_model[db][key].Value, Text(entry));
            Assert.Equal(key, Encoding.Latin1.GetString(entry.Key));
        }

        private void Delete(int db, string key) => Assert.Equal(Live(db, key) & _model[db].Remove(key), _keys.All[db].Delete(Bytes(key)));

        private void Append(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            string tail = new('t', _dice.Below(100));
            _keys.All[db].Append(ref entry, Bytes(tail));
            _model[db][key] = (_model[db][key].Value + tail, _model[db][key].ExpiryMs);
            Assert.Equal(_model[db][key].Value, Text(entry));
        }

        private void SetRange(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            int offset = _dice.Below(400);
            string bytes = new('r', _dice.Below(30));
            _keys.All[db].SetRange(ref entry, offset, Bytes(bytes));
            (string value, long? expiry) = _model[db][key];
            value = value.PadRight(offset + bytes.Length, '\0');
            _model[db][key] = (value[..offset] + bytes + value[(offset + bytes.Length)..], expiry);
            Assert.Equal(_model[db][key].Value, Text(entry));
        }

        private void Increment(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found || !entry.TryGetLong(out long number)) return;
            _keys.All[db].Overwrite(ref entry, unchecked(number + 1), Lifetime.Keep);
            _model[db][key] = (unchecked(number + 1).ToString(), _model[db][key].ExpiryMs);
        }

        private void Expire(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            long at = _keys.All.Now.Value + _dice.Below(200);
            _keys.All[db].SetExpiry(ref entry, new UnixMs(at));
            _model[db][key] = (_model[db][key].Value, at);
            Assert.Equal(_model[db][key].Value, Text(entry));
        }

        private void Persist(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            Assert.Equal(_model[db][key].ExpiryMs is not null, _keys.All[db].Persist(ref entry));
            _model[db][key] = (_model[db][key].Value, null);
        }

        private void Move(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            int target = _dice.Below(_keys.All.Count);
            string newKey = NewKey();
            EntryRef moved = _keys.All[db].Move(entry, _keys.All[target], Bytes(newKey));
            (string Value, long? ExpiryMs) value = _model[db][key];
            _model[db].Remove(key);
            _model[target][newKey] = value;
            Assert.Equal(value.Value, Text(moved));
        }

        private void Copy(int db, string key)
        {
            EntryRef entry = FindLive(db, key);
            if (!entry.Found) return;
            int target = _dice.Below(_keys.All.Count);
            string newKey = NewKey();
            EntryRef copy = _keys.All[db].Copy(entry, _keys.All[target], Bytes(newKey));
            _model[target][newKey] = _model[db][key];
            Assert.Equal(_model[db][key].Value, Text(copy));
        }

        private void ActiveExpire()
        {
            var budget = new SliceBudget(_dice.Below(3) == 0 ? 5 : 100_000);
            _keys.All.ActiveExpireSlice(ref budget);
            if (budget.IsSpent) return;
            long now = _keys.All.Now.Value;
            for (int db = 0; db < _model.Length; db++)
            {
                foreach (string key in _model[db].Where(pair => pair.Value.ExpiryMs < now).Select(pair => pair.Key).ToList()) _model[db].Remove(key);
                Assert.Equal(_model[db].Count, _keys.All[db].KeyCount);
                Assert.Equal(_model[db].Count(pair => pair.Value.ExpiryMs is not null), _keys.All[db].VolatileCount);
            }
        }

        private void Flush(int db)
        {
            _model[db].Clear();
            _keys.All[db].Flush(_dice.Below(2) == 0 ? FreeMode.Now : FreeMode.Later);
            Assert.Equal(0, _keys.All[db].KeyCount);
        }

        private void FlushSlot(string key)
        {
            if (!settings.ClusterMode) return;
            SlotIndex slot = SlotIndex.Of(Bytes(key));
            _keys.Db.FlushSlot(slot, _dice.Below(2) == 0 ? FreeMode.Now : FreeMode.Later);
            foreach (string gone in _model[0].Keys.Where(k => SlotIndex.Of(Bytes(k)) == slot).ToList()) _model[0].Remove(gone);
            Assert.Equal(0, _keys.Db.CountInSlot(slot));
        }

        private void Swap()
        {
            int a = _dice.Below(_model.Length), b = _dice.Below(_model.Length);
            _keys.All.Swap(a, b);
            (_model[a], _model[b]) = (_model[b], _model[a]);
        }

        private void Bulk(int db)
        {
            if (_dice.Below(10) != 0) return;
            bool remove = _dice.Below(2) == 0;
            int count = Math.Min(_keySpace, 1000);
            for (int i = 0; i < count; i++)
            {
                string key = NewKey();
                if (remove) Delete(db, key);
                else Store(db, key);
            }
        }

        private void Background()
        {
            var budget = new SliceBudget(1 + _dice.Below(100));
            switch (_dice.Below(3))
            {
                case 0: _keys.All.FreeSlice(ref budget); break;
                case 1: _keys.All.RehashSlice(ref budget); break;
                default: _keys.All.DefragSlice(ref budget); break;
            }
        }

        private void WalkStep()
        {
            if (_walk is null)
            {
                _expected = [];
                for (int db = 0; db < _model.Length; db++)
                {
                    var visitor = new Reader(_keys.All[db], db, _expected);
                    _keys.All[db].Visit(ref visitor);
                }

                _told.Clear();
                _walk = _keys.All.StartWalk();
                Assert.Equal(_expected.Count, _walk.KeyCount);
                return;
            }

            if (_dice.Below(30) == 0)
            {
                _walk.Cancel();
                _walk = null;
                return;
            }

            var budget = new SliceBudget(1 + _dice.Below(60));
            if (!TakePage(ref budget)) CheckWalk();
        }

        private bool TakePage(ref SliceBudget budget)
        {
            bool more = _walk!.NextPage(_page, ref budget);
            foreach (SnapshotRecord record in _page)
            {
                string value = record.Encoding == ObjectEncoding.Int ? BitConverter.ToInt64(record.Value).ToString() : Encoding.Latin1.GetString(record.Value);
                string key = Encoding.Latin1.GetString(record.Key);
                if (settings.ClusterMode) Assert.Equal(SlotIndex.Of(record.Key), record.Slot);
                Assert.True(_told.TryAdd((record.Database, key), (value, record.HasExpiry ? record.Expiry.Value : null)), $"{key} was told twice");
            }

            return more;
        }

        private void DrainWalk()
        {
            SliceBudget budget;
            do budget = new SliceBudget(1000); while (TakePage(ref budget));
            CheckWalk();
        }

        private void CheckWalk()
        {
            Assert.True(_walk!.IsFinished);
            Assert.Equal(_expected.OrderBy(pair => pair.Key), _told.OrderBy(pair => pair.Key));
            _walk = null;
        }

        private void Compare()
        {
            _keys.All.Validate();
            for (int db = 0; db < _model.Length; db++)
            {
                var seen = new Dictionary<(int, string), (string, long?)>();
                var visitor = new Reader(_keys.All[db], db, seen);
                _keys.All[db].Visit(ref visitor);
                Assert.Equal(_keys.All[db].KeyCount, seen.Count);
                long now = _keys.All.Now.Value;
                Assert.Equal(
                    _model[db].Where(pair => !(pair.Value.ExpiryMs < now)).ToDictionary(pair => (db, pair.Key), pair => pair.Value).OrderBy(pair => pair.Key),
                    seen.Where(pair => !(pair.Value.Item2 < now)).OrderBy(pair => pair.Key));
            }
        }
    }

    private sealed class Reader(Database database, int db, Dictionary<(int, string), (string, long?)> into) : IEntryVisitor
    {
        public bool Visit(EntryRef entry)
        {
            Assert.Equal(database.IsExpired(entry), entry.TryGetExpiry(out UnixMs at) && at.Value < Bound(entry));
            into.Add((db, Encoding.Latin1.GetString(entry.Key)), (Text(entry)!, entry.HasExpiry ? at.Value : null));
            return true;
        }

        private long Bound(EntryRef entry) => database.IsExpired(entry) ? long.MaxValue : long.MinValue;
    }
}
