using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class SlabAllocatorTests
{
    [Fact]
    public void A_size_class_holds_its_request_and_wastes_at_most_a_ninth()
    {
        for (nuint bytes = 1; bytes <= SlabAllocator.LargestSlabBytes; bytes++)
        {
            long charge = SlabAllocator.ChargeOf(bytes);
            Assert.True(charge >= (long)bytes);
            Assert.True(charge - (long)bytes <= Math.Max(7, (long)bytes / 8));
        }
    }

    [Fact]
    public void Blocks_keep_what_is_written_to_them_and_every_byte_is_counted() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var run = new Run(seed);
                for (int i = 0; i < 2000; i++) run.Step();
                run.Finish();
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void A_block_that_is_freed_twice_fails_an_invariant()
    {
        using var memory = new SlabAllocator();
        nint first = memory.Allocate(40);
        memory.Allocate(40);
        memory.Free(first, 40);
        Assert.Throws<InvariantFailedException>(() => memory.Free(first, 40));
    }

    [Fact]
    public void A_block_that_is_freed_with_another_size_fails_an_invariant()
    {
        using var memory = new SlabAllocator();
        nint block = memory.Allocate(40);
        Assert.Throws<InvariantFailedException>(() => memory.Free(block, 400));
        Assert.Throws<InvariantFailedException>(() => memory.Free(block + 8, 40));
    }

    [Fact]
    public void Memory_goes_back_to_the_system_when_it_is_freed()
    {
        using var memory = new SlabAllocator();
        var blocks = new List<nint>();
        for (int i = 0; i < 200_000; i++) blocks.Add(memory.Allocate(100));
        Assert.InRange(memory.ReservedBytes, memory.UsedBytes, memory.UsedBytes * 105 / 100);
        foreach (nint block in blocks) memory.Free(block, 100);
        Assert.Equal(0, memory.UsedBytes);
        Assert.InRange(memory.ReservedBytes, 0, 8 * 1024 * 1024);
    }

    [Fact]
    public void Relocating_blocks_out_of_sparse_pages_empties_them()
    {
        using var memory = new SlabAllocator();
        var dice = new Dice(3);
        var blocks = new List<nint>();
        for (int i = 0; i < 50_000; i++) blocks.Add(memory.Allocate(200));
        foreach (nint block in blocks.Where(_ => dice.Below(4) != 0).ToList())
        {
            memory.Free(block, 200);
            blocks.Remove(block);
        }

        long before = blocks.Select(SlabAllocator.PageAddressOf).Distinct().Count();
        for (int pass = 0; pass < 3; pass++)
        {
            for (int i = 0; i < blocks.Count; i++)
            {
                if (memory.TryRelocate(blocks[i], 200, out nint moved)) blocks[i] = moved;
            }
        }

        long after = blocks.Select(SlabAllocator.PageAddressOf).Distinct().Count();
        Assert.True(after * 2 < before, $"{before} pages before, {after} after");
        memory.Validate();
        Span<nint> found = new nint[SlabAllocator.PageBytes / 8];
        int total = 0;
        foreach (nint page in blocks.Select(SlabAllocator.PageAddressOf).Distinct()) total += memory.CopyBlocks(page, found);
        Assert.Equal(blocks.Count, total);
    }

    private sealed unsafe class Run(ulong seed) : IDisposable
    {
        private readonly SlabAllocator _memory = new();
        private readonly Dice _dice = new(seed);
        private readonly List<(nint Block, int Bytes, byte Fill, Kind Kind)> _live = [];
        private long _charged;

        private enum Kind
        {
            Plain,
            Lines,
            Page,
        }

        public void Dispose() => _memory.Dispose();

        public void Step()
        {
            int choice = _dice.Below(10);
            if (_live.Count == 0 || choice < 5) Allocate();
            else if (choice < 8) Free(_dice.Below(_live.Count));
            else if (choice == 8) Reallocate(_dice.Below(_live.Count));
            else Relocate(_dice.Below(_live.Count));
            Assert.Equal(_charged, _memory.UsedBytes);
        }

        public void Finish()
        {
            _memory.Validate();
            while (_live.Count > 0) Free(_live.Count - 1);
            _memory.Validate();
            Assert.Equal(0, _memory.UsedBytes);
        }

        private int AnySize() => _dice.Below(20) switch { 0 => 4000 + _dice.Below(200), 1 => 1 + _dice.Below(200_000), < 10 => 1 + _dice.Below(130), _ => 1 + _dice.Below(5000) };

        private void Allocate()
        {
            int bytes = AnySize();
            byte fill = (byte)_dice.Next();
            var kind = _dice.Below(30) switch { 0 => Kind.Page, 1 => Kind.Lines, _ => Kind.Plain };
            if (kind == Kind.Page) bytes = SlabAllocator.PageBytes;
            if (kind == Kind.Lines) bytes = (bytes + 63) / 64 * 64;
            nint block = kind switch
            {
                Kind.Page => _memory.AllocatePage(),
                Kind.Lines => _memory.AllocateLines((nuint)bytes),
                _ => _memory.Allocate((nuint)bytes),
            };
            if (kind == Kind.Lines)
            {
                Assert.Equal(0, block & 63);
                Assert.False(new Span<byte>((void*)block, bytes).ContainsAnyExcept((byte)0));
            }

            Assert.Equal(0, block & 7);
            _charged += kind == Kind.Page ? bytes : SlabAllocator.ChargeOf((nuint)bytes);
            new Span<byte>((void*)block, bytes).Fill(fill);
            _live.Add((block, bytes, fill, kind));
        }

        private void Free(int index)
        {
            (nint block, int bytes, byte fill, Kind kind) = _live[index];
            Assert.False(new Span<byte>((void*)block, bytes).ContainsAnyExcept(fill));
            if (kind == Kind.Page) _memory.FreePage(block);
            else if (kind == Kind.Lines) _memory.FreeLines(block, (nuint)bytes);
            else _memory.Free(block, (nuint)bytes);
            _charged -= kind == Kind.Page ? bytes : SlabAllocator.ChargeOf((nuint)bytes);
            _live[index] = _live[^1];
            _live.RemoveAt(_live.Count - 1);
        }

        private void Reallocate(int index)
        {
            (nint block, int bytes, byte fill, Kind kind) = _live[index];
            if (kind != Kind.Plain) return;
            int newBytes = AnySize();
            block = _memory.Reallocate(block, (nuint)bytes, (nuint)newBytes);
            Assert.False(new Span<byte>((void*)block, Math.Min(bytes, newBytes)).ContainsAnyExcept(fill));
            new Span<byte>((void*)block, newBytes).Fill(fill);
            _charged += SlabAllocator.ChargeOf((nuint)newBytes) - SlabAllocator.ChargeOf((nuint)bytes);
            _live[index] = (block, newBytes, fill, kind);
        }

        private void Relocate(int index)
        {
            (nint block, int bytes, byte fill, Kind kind) = _live[index];
            if (kind == Kind.Page || (kind == Kind.Lines && bytes > SlabAllocator.LargestSlabBytes)) return;
            _memory.TryRelocate(block, (nuint)bytes, out nint moved);
            _live[index] = (moved, bytes, fill, kind);
        }
    }
}
