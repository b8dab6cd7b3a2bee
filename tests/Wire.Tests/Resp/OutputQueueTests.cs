using System;
using System.Collections.Generic;
using Hexad.Core;
using Xunit;

namespace Hexad.Wire.Tests.Resp;

public sealed class OutputQueueTests
{
    [Fact]
    public void It_behaves_as_a_list_of_bytes()
    {
        var dice = new Dice(5);
        var pool = new SegmentPool();
        var queue = new OutputQueue(pool);
        var aside = new OutputQueue(pool);
        var model = new List<byte>();
        for (int step = 0; step < 20_000; step++)
        {
            switch (dice.Below(6))
            {
                case 0:
                case 1:
                    Write(queue, model, Bytes(dice, dice.Below(dice.Below(20) == 0 ? 200_000 : 300)), dice.Below(2) == 0);
                    break;
                case 2:
                {
                    byte[] moved = Bytes(dice, dice.Below(500));
                    aside.Write(moved);
                    queue.TakeAll(aside);
                    model.AddRange(moved);
                    break;
                }

                case 3 or 4:
                {
                    int taken = dice.Below(model.Count + 1);
                    queue.Consume(taken);
                    model.RemoveRange(0, taken);
                    break;
                }

                default:
                    if (dice.Below(50) != 0) break;
                    queue.Clear();
                    model.Clear();
                    break;
            }

            Assert.Equal(model.Count, queue.Length);
            Assert.Equal(model.Count == 0, queue.IsEmpty);
            Assert.True(queue.Capacity >= queue.Length);
            if (step % 97 == 0) Assert.Equal(model.ToArray(), queue.ToArray());
            if (step % 97 == 0) Assert.Equal(model.ToArray(), Gather(queue));
        }
    }

    [Fact]
    public void An_empty_queue_holds_no_memory()
    {
        var queue = new OutputQueue(new SegmentPool());
        queue.Write(new byte[100_000]);
        queue.Consume(100_000);
        Assert.Equal(0, queue.Capacity);
        Assert.Equal(100_000, queue.Sent);
        Assert.True(queue.FirstPart.IsEmpty);
    }

    private static void Write(OutputQueue queue, List<byte> model, byte[] bytes, bool reserve)
    {
        if (reserve && bytes.Length > 0)
        {
            bytes.CopyTo(queue.Reserve(bytes.Length));
            queue.Advance(bytes.Length);
        }
        else queue.Write(bytes);
        model.AddRange(bytes);
    }

    private static byte[] Gather(OutputQueue queue)
    {
        var parts = new OutputPart[10_000];
        int count = queue.Parts(parts);
        var all = new List<byte>();
        for (int i = 0; i < count; i++) all.AddRange(parts[i].Bytes.AsSpan(parts[i].Start, parts[i].Length).ToArray());
        return [.. all];
    }

    private static byte[] Bytes(Dice dice, int length)
    {
        byte[] bytes = new byte[length];
        foreach (ref byte b in bytes.AsSpan()) b = (byte)dice.Next();
        return bytes;
    }
}
