using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

/// <summary>Strings that a snapshot tells in pieces.</summary>
public class LongStringTests
{
    private const int Length = 3 * 1024 * 1024 + 77;

    [Fact]
    public void They_are_told_as_they_were_whatever_is_done_to_them_meanwhile()
    {
        for (ulong seed = 1; seed <= 4; seed++)
        {
            using TestKeyspace keys = Standalone();
            var dice = new Dice(seed);
            var before = new Dictionary<string, string>();
            for (int i = 0; i < 4; i++)
            {
                string value = string.Create(Length + i, dice, static (chars, d) => chars.Fill((char)('a' + d.Below(26))));
                keys.Set("k" + i, value);
                before.Add("k" + i, value);
            }

            SnapshotWalk walk = keys.All.StartWalk();
            var told = new Dictionary<string, StringBuilder>();
            var page = new SnapshotPage();
            bool more = true;
            while (more)
            {
                for (int changes = dice.Below(3); changes > 0; changes--) Change(keys, dice);
                var one = new SliceBudget(1 + dice.Below(200));
                more = walk.NextPage(page, ref one);
                Assert.InRange(page.Length, 0, 512 * 1024);
                foreach (SnapshotRecord record in page)
                {
                    string key = Encoding.Latin1.GetString(record.Key);
                    if (record.IsFirst) told.Add(key, new StringBuilder());
                    told[key].Append(Encoding.Latin1.GetString(record.Value));
                }
            }

            Assert.Equal(before.Count, told.Count);
            foreach ((string key, string value) in before) Assert.Equal(value, told[key].ToString());
            keys.FreeAll();
            keys.All.Validate();
            Assert.Equal(0, keys.All.SnapshotHeldBytes);
            keys.All.Flush(FreeMode.Now);
            Assert.InRange(keys.All.UsedBytes, 0, 10_000);
        }
    }

    [Fact]
    public void A_write_takes_no_more_than_the_pieces_that_it_touches()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", new string('x', 64 * 1024 * 1024));
        SnapshotWalk walk = keys.All.StartWalk();
        EntryRef entry = keys.Db.Find("k"u8);
        keys.Db.SetRange(ref entry, 40_000_000, "some bytes"u8);
        Assert.Equal(64 * 1024, walk.HeldBytes);
        keys.Db.Append(ref entry, "more"u8);
        keys.Db.Writable(ref entry, 0, 0, 0);
        keys.Db.BeforeWriting(entry, 40_000_010, 9);
        Assert.Equal(64 * 1024, walk.HeldBytes);
        long used = keys.All.UsedBytes;
        keys.Db.Delete("k"u8);
        Assert.Equal(64 * 1024, walk.HeldBytes);
        Assert.InRange(keys.All.UsedBytes, 0, used - 64 * 1024 * 1024); // What is kept for the walk does not count.
        Assert.InRange(keys.All.SnapshotHeldBytes, 64 * 1024 * 1024, 200 * 1024 * 1024);
        walk.Cancel();
        keys.FreeAll();
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
        keys.All.Validate();
    }

    private static void Change(TestKeyspace keys, Dice dice)
    {
        string key = "k" + dice.Below(4);
        EntryRef entry = keys.Db.Find(Bytes(key));
        if (!entry.Found)
        {
            keys.Set(key, new string('n', Length));
            return;
        }

        switch (dice.Below(8))
        {
            case <= 2:
                keys.Db.SetRange(ref entry, dice.Below(Length), Bytes(new string('w', dice.Below(100_000))));
                break;
            case 3:
                keys.Db.Append(ref entry, Bytes(new string('p', dice.Below(100_000))));
                break;
            case 4:
                keys.Set(key, new string('s', Length - dice.Below(1000)));
                break;
            case 5:
                keys.Db.Delete(entry, FreeMode.Later);
                break;
            case 6:
                keys.Db.Move(entry, keys.Db, Bytes("moved" + dice.Below(3)));
                break;
            default:
                keys.Db.Copy(entry, keys.Db, Bytes("copy" + dice.Below(3)));
                break;
        }
    }
}
