using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

/// <summary>A stream, a naive model of it, and steps by chance that change both.</summary>
internal sealed class StreamBench : IDisposable, INodeGuard
{
    private readonly CollectionMemory _memory;
    private readonly StreamTree _streams;
    private readonly SortedDictionary<StreamId, string[]> _entries = [];
    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<nint> _told = [];
    private readonly StreamNodeLimits _limits;
    private ElementBuffer? _walk;
    private NodeTelling? _telling;
    private nint _root;
    private StreamId _last;

    private sealed class Group
    {
        public readonly SortedDictionary<StreamId, (long Delivered, long Deliveries, string Consumer)> Pending = [];
        public readonly SortedSet<string> Consumers = new(StringComparer.Ordinal);
        public StreamId LastId;
    }

    public StreamBench(ulong seed, StreamNodeLimits? limits = null)
    {
        Dice = new Dice(seed);
        _memory = new CollectionMemory(Memory);
        _streams = new StreamTree(_memory);
        _root = _streams.Create();
        _limits = limits ?? new StreamNodeLimits(Dice.Below(3) switch { 0 => 0, 1 => 200, _ => 4096 }, Dice.Below(3) switch { 0 => 0, 1 => 5, _ => 100 });
    }

    public SlabAllocator Memory { get; } = new();

    public Dice Dice { get; }

    public void Dispose() => Memory.Dispose();

    public void Add(StreamId id, string[] words)
    {
        var source = new TestWords([.. words.Select(Encoding.Latin1.GetBytes)]);
        _streams.Append(_root, id, ref source, _limits);
        _entries.Add(id, words);
        _last = id;
    }

    public void Step()
    {
        switch (Dice.Below(12))
        {
            case <= 4: Add(NextId(), Words()); break;
            case 5: Delete(); break;
            case 6: Trim(); break;
            case 7: ChangeGroups(); break;
            case 8 or 9: Deliver(); break;
            case 10: Acknowledge(); break;
            default: Relocate(); break;
        }
    }

    public void Compare()
    {
        _streams.Validate(_root);
        Compare(_root);
    }

    public void CompareCopy()
    {
        nint copy = _streams.Duplicate(_root);
        _streams.Validate(copy);
        Compare(copy);
        SliceBudget all = SliceBudget.Unlimited;
        Assert.True(_streams.FreeSlice(copy, ref all));
        Compare();
    }

    /// <summary>Builds a stream anew from what a snapshot is told.</summary>
    public void CompareItems()
    {
        ElementBuffer items = CopyAll();
        Assert.Equal(_streams.ItemCountOf(_root), items.Count);
        nint before = _root;
        _root = StreamItems.Build(_streams, items.Bytes);
        Compare();
        Assert.Equal(WithoutNumbers(items), WithoutNumbers(CopyAll()));
        SliceBudget all = SliceBudget.Unlimited;
        Assert.True(_streams.FreeSlice(before, ref all));
    }

    public ElementBuffer CopyAll()
    {
        var items = new ElementBuffer();
        ulong cursor = 0;
        do cursor = _streams.CopyPage(_root, cursor, items, 1 + Dice.Below(500)); while (cursor != 0);
        return items;
    }

    public string ItemsText(ElementBuffer items) => StreamItems.Text(items.Bytes);

    public void BeginWalk()
    {
        _walk = new ElementBuffer();
        _memory.Mark++;
        _memory.Guard = this;
    }

    /// <summary>Begins to tell the stream while it changes.</summary>
    public unsafe void BeginTelling()
    {
        _walk = new ElementBuffer();
        _memory.Mark = ++((CollectionHeader*)_root)->Mark;
        _telling = _streams.BeginTelling(_root);
        _memory.Guard = this;
    }

    /// <summary>Tells the next part; true when there is no more.</summary>
    public bool Tell(int bytes)
    {
        if (!_telling!.Copy(_walk!, bytes)) return false;
        Assert.Equal(0, _telling.HeldBytes);
        _telling = null;
        _memory.Guard = null;
        return true;
    }

    /// <summary>What has been told says what was there, packs in order, and makes the same stream.</summary>
    public void CompareTold(ElementBuffer before)
    {
        Assert.Equal(StreamItems.Text(before.Bytes), StreamItems.Text(_walk!.Bytes));
        Assert.True(StreamItems.PacksOf(before.Bytes).SequenceEqual(StreamItems.PacksOf(_walk.Bytes)));
        nint now = _root;
        SliceBudget all = SliceBudget.Unlimited;
        var same = new string[2];
        for (int i = 0; i < 2; i++)
        {
            _root = StreamItems.Build(_streams, (i == 0 ? before : _walk).Bytes);
            _streams.Validate(_root);
            same[i] = WithoutNumbers(CopyAll());
            Assert.True(_streams.FreeSlice(_root, ref all));
        }

        _root = now;
        Assert.Equal(same[0], same[1]);
    }

    public void BeforeChange(nint node)
    {
        if (_telling is not null)
        {
            _telling.Take(node);
            return;
        }

        Assert.True(_told.Add(node));
        _streams.CopyNode(_root, node, _walk!);
        SetMark(node, _memory.Mark);
    }

    /// <summary>Tells what no change has told, as a walk does.</summary>
    public ElementBuffer EndWalk()
    {
        _memory.Guard = null;
        return CopyAllUntold();
    }

    public byte[] FirstPack()
    {
        var first = new FirstVisitor();
        StreamTree.VisitNodes(_root, ref first);
        return first.Pack ?? [];
    }

    /// <summary>Reads every entry of a pack in both directions.</summary>
    public void ReadBack(byte[] pack, long live)
    {
        nint root = _streams.Create();
        Assert.True(_streams.TryAddNode(root, new StreamId(5, 5), pack));
        foreach (bool reverse in new[] { false, true })
        {
            long count = 0;
            var reader = new StreamReader(root, StreamId.Zero, StreamId.Max, reverse);
            while (reader.MoveNext())
            {
                count++;
                for (long i = 0; i < reader.FieldCount; i++)
                {
                    reader.ReadField(out ListpackElement field, out ListpackElement value);
                    Assert.True(field.Length + value.Length <= pack.Length * 20);
                }
            }

            Assert.Equal(live, count);
        }

        SliceBudget all = SliceBudget.Unlimited;
        _streams.FreeSlice(root, ref all);
    }

    public void Free()
    {
        bool done;
        do
        {
            var budget = new SliceBudget(1 + Dice.Below(5));
            done = _streams.FreeSlice(_root, ref budget);
        }
        while (!done);
    }

    // Groups and consumers are numbered anew.
    private static string WithoutNumbers(ElementBuffer items)
    {
        string[] lines = Regex.Replace(StreamItems.Text(items.Bytes), @"^(group|consumer|pending) \d+|\d+$", "$1", RegexOptions.Multiline).Split('\n');
        Array.Sort(lines, StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    private static unsafe void SetMark(nint node, byte mark) => *(byte*)node = mark;

    private static unsafe byte MarkOf(nint node) => *(byte*)node;

    private unsafe ElementBuffer CopyAllUntold()
    {
        // A node that carries the new mark was told before, or is new: one page each, looked at by its mark.
        StreamRoot* stream = StreamRoot.Of(_root);
        ElementBuffer told = _walk!;
        var nodes = new List<nint> { StreamRoot.HeadOf(_root) };
        for (IdPlace place = IdTrees.First(stream->Packs); place.Found; place = place.Next) nodes.Add(*(nint*)place.Value);
        for (int i = 0; i < stream->Groups.Count; i++)
            for (nint leaf = new StreamGroup(stream->Groups[i]).Block->Pending.First; leaf != 0; leaf = IdNode.Of(leaf)->Next) nodes.Add(leaf);
        foreach (nint node in nodes.Where(node => MarkOf(node) != _memory.Mark)) _streams.CopyNode(_root, node, told);
        return told;
    }

    private StreamId NextId() => Dice.Below(4) == 0 ? new StreamId(_last.Ms + 1 + (ulong)Dice.Below(300), (ulong)Dice.Below(3)) : new StreamId(_last.Ms, _last.Seq + 1);

    private string[] Words()
    {
        int fields = Dice.Below(4) == 0 ? 1 + Dice.Below(4) : 2;
        var words = new string[fields * 2];
        for (int i = 0; i < words.Length; i += 2)
        {
            words[i] = Dice.Below(6) == 0 ? Dice.Below(100_000).ToString() : "field" + i;
            words[i + 1] = Dice.Below(3) switch { 0 => Dice.Below(1_000_000).ToString(), 1 => "-" + Dice.Below(9), _ => new string('v', Dice.Below(90)) };
        }

        return words;
    }

    private StreamId AnyId() => Dice.Below(5) == 0 || _entries.Count == 0 ? new StreamId(_last.Ms, (ulong)Dice.Below(50)) : _entries.Keys.ElementAt(Dice.Below(_entries.Count));

    private void Delete()
    {
        StreamId id = AnyId();
        StreamId first = StreamTree.FactsOf(_root).FirstId;
        bool had = _entries.Remove(id);
        Assert.Equal(had, _streams.Delete(_root, id));
        if (had) _streams.NoteDeleted(_root, id, id == first);
    }

    private void Trim()
    {
        if (Dice.Below(4) != 0) return;
        var trim = new StreamTrim { ByMinId = Dice.Below(2) == 0, IsApproximate = Dice.Below(3) == 0, Limit = Dice.Below(4) == 0 ? 30 : 0 };
        if (trim.ByMinId) trim.MinId = AnyId();
        else trim.MaxLength = Math.Max(0, _entries.Count - Dice.Below(30));
        long removed = _streams.Trim(_root, trim);
        if (!trim.IsApproximate && trim.Limit == 0)
        {
            long expected = trim.ByMinId ? _entries.Keys.Count(id => id < trim.MinId) : Math.Max(0, _entries.Count - trim.MaxLength);
            Assert.Equal(expected, removed);
        }

        foreach (StreamId id in _entries.Keys.Take((int)removed).ToArray())
        {
            Assert.True(!trim.ByMinId || id < trim.MinId);
            _entries.Remove(id);
        }

        Assert.True(trim.ByMinId || _entries.Count >= trim.MaxLength || removed == 0);
    }

    private string AnyGroup() => "g" + Dice.Below(3);

    private void ChangeGroups()
    {
        string name = AnyGroup();
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        StreamGroup group = StreamGroups.Find(_root, bytes);
        Assert.Equal(_groups.ContainsKey(name), group.Found);
        if (!group.Found)
        {
            Assert.True(_streams.Groups.TryAdd(_root, bytes, _last, -1, out _));
            _groups.Add(name, new Group { LastId = _last });
        }
        else if (Dice.Below(6) == 0)
        {
            _streams.Groups.Remove(_root, group);
            _groups.Remove(name);
        }
        else if (Dice.Below(3) == 0 && group.ConsumerCount > 0)
        {
            StreamConsumer consumer = group.ConsumerAt(Dice.Below(group.ConsumerCount));
            string who = Encoding.ASCII.GetString(consumer.Name);
            _streams.Groups.RemoveConsumer(_root, group, consumer);
            Group model = _groups[name];
            model.Consumers.Remove(who);
            foreach (StreamId id in model.Pending.Where(pair => pair.Value.Consumer == who).Select(pair => pair.Key).ToArray()) model.Pending.Remove(id);
        }
        else
        {
            StreamId id = AnyId();
            _streams.Groups.SetPosition(_root, group, id, 7);
            _groups[name].LastId = id;
        }
    }

    private void Deliver()
    {
        string name = AnyGroup();
        if (!_groups.TryGetValue(name, out Group? model)) return;
        StreamGroup group = StreamGroups.Find(_root, Encoding.ASCII.GetBytes(name));
        string who = "consumer" + Dice.Below(4);
        bool made = _streams.Groups.TryAddConsumer(_root, group, Encoding.ASCII.GetBytes(who), 1, StreamConsumer.NeverActive, out StreamConsumer consumer);
        Assert.Equal(model.Consumers.Add(who), made);
        _streams.Groups.Touch(_root, consumer, 5, 6);
        for (int i = Dice.Below(20); i > 0; i--)
        {
            StreamId id = AnyId();
            long at = Dice.Below(1000), times = Dice.Below(5);
            _streams.Groups.Deliver(_root, group, consumer, id, at, times);
            model.Pending[id] = (at, times, who);
        }
    }

    private void Acknowledge()
    {
        string name = AnyGroup();
        if (!_groups.TryGetValue(name, out Group? model)) return;
        StreamGroup group = StreamGroups.Find(_root, Encoding.ASCII.GetBytes(name));
        for (int i = Dice.Below(20); i > 0; i--)
        {
            StreamId id = model.Pending.Count > 0 && Dice.Below(5) > 0 ? model.Pending.Keys.ElementAt(Dice.Below(model.Pending.Count)) : AnyId();
            Assert.Equal(model.Pending.Remove(id), _streams.Groups.Acknowledge(_root, group, id));
        }
    }

    // A walk holds on to nodes by nothing but their marks, so moving them under it is fine; here addresses are noted.
    private void Relocate()
    {
        if (_memory.Guard is not null) return;
        ulong cursor = 0;
        do
        {
            var budget = new SliceBudget(1 + Dice.Below(10));
            cursor = _streams.Relocate(ref _root, cursor, ref budget);
        }
        while (cursor != 0);
    }

    private void Compare(nint root)
    {
        Assert.Equal(_entries.Count, _streams.CountOf(root));
        Assert.Equal(_entries.Count == 0 ? StreamId.Max : _entries.Keys.First(), StreamTree.FirstIdOf(root));
        Assert.Equal(_entries.Count == 0 ? StreamId.Zero : _entries.Keys.Last(), StreamTree.LastIdOf(root));
        Assert.Equal(Told(_entries), Told(root, StreamId.Zero, StreamId.Max, reverse: false));
        StreamId from = AnyId(), to = AnyId();
        Assert.Equal(Told(_entries.Where(pair => pair.Key >= from && pair.Key <= to)), Told(root, from, to, reverse: false));
        Assert.Equal(Told(_entries.Where(pair => pair.Key >= from && pair.Key <= to).Reverse()), Told(root, from, to, reverse: true));
        Assert.Equal(_entries.ContainsKey(from), StreamTree.Contains(root, from));
        Assert.Equal(_groups.Count, StreamGroups.CountOf(root));
        int index = 0;
        foreach ((string name, Group model) in _groups)
        {
            StreamGroup group = StreamGroups.At(root, index++);
            Assert.Equal(name, Encoding.ASCII.GetString(group.Name));
            Assert.Equal(model.LastId, group.LastId);
            Assert.Equal(model.Consumers.Count, group.ConsumerCount);
            Assert.Equal(model.Pending.Count, group.PendingCount);
            StreamId next = StreamId.Zero;
            foreach ((StreamId id, (long Delivered, long Deliveries, string Consumer) expected) in model.Pending)
            {
                Assert.True(group.TryPendingFrom(next, out StreamPending pending));
                Assert.Equal((id, expected.Delivered, expected.Deliveries, expected.Consumer), (pending.Id, pending.DeliveredMs, pending.Deliveries, Encoding.ASCII.GetString(pending.Consumer.Name)));
                id.TryNext(out next);
            }
        }
    }

    private static string Told(IEnumerable<KeyValuePair<StreamId, string[]>> entries)
    {
        var text = new StringBuilder();
        foreach ((StreamId id, string[] words) in entries) text.Append(id).Append(' ').AppendJoin(' ', words).Append('\n');
        return text.ToString();
    }

    private static string Told(nint root, StreamId from, StreamId to, bool reverse)
    {
        var text = new StringBuilder();
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        var reader = new StreamReader(root, from, to, reverse);
        while (reader.MoveNext())
        {
            text.Append(reader.Id);
            for (long i = 0; i < reader.FieldCount; i++)
            {
                reader.ReadField(out ListpackElement field, out ListpackElement value);
                text.Append(' ').Append(Encoding.Latin1.GetString(field.WriteText(scratch)));
                text.Append(' ').Append(Encoding.Latin1.GetString(value.WriteText(scratch)));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private struct FirstVisitor : IStreamNodeVisitor
    {
        public byte[]? Pack;

        public void Visit(StreamId id, ReadOnlySpan<byte> listpack) => Pack ??= listpack.ToArray();
    }
}
