using System;
using System.Text;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class StringTests
{
    [Theory]
    [InlineData("", ObjectEncoding.Embedded)]
    [InlineData("0", ObjectEncoding.Int)]
    [InlineData("-0", ObjectEncoding.Embedded)]
    [InlineData("01", ObjectEncoding.Embedded)]
    [InlineData("+1", ObjectEncoding.Embedded)]
    [InlineData("-1", ObjectEncoding.Int)]
    [InlineData("9223372036854775807", ObjectEncoding.Int)]
    [InlineData("9223372036854775808", ObjectEncoding.Embedded)]
    [InlineData("-9223372036854775808", ObjectEncoding.Int)]
    [InlineData("-9223372036854775809", ObjectEncoding.Embedded)]
    [InlineData("99999999999999999999", ObjectEncoding.Embedded)]
    [InlineData("1 ", ObjectEncoding.Embedded)]
    public void A_value_is_kept_in_the_form_that_Redis_names(string value, ObjectEncoding encoding)
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("k", value);
        Assert.Equal(encoding, entry.Encoding);
        Assert.Equal(value, Text(entry));
        Assert.Equal(value.Length, entry.StringLength);
    }

    [Theory]
    [InlineData(44, ObjectEncoding.Embedded)]
    [InlineData(45, ObjectEncoding.Raw)]
    [InlineData(255, ObjectEncoding.Raw)]
    [InlineData(256, ObjectEncoding.Raw)]
    [InlineData(5000, ObjectEncoding.Raw)]
    [InlineData(1_000_000, ObjectEncoding.Raw)]
    public void Text_is_embedded_up_to_44_bytes_and_raw_beyond(int length, ObjectEncoding encoding)
    {
        using TestKeyspace keys = Standalone();
        string value = new('x', length);
        EntryRef entry = keys.Set("k", value);
        Assert.Equal(encoding, entry.Encoding);
        Assert.Equal(value, keys.Get("k"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(100_000)]
    public void Keys_of_any_length_are_found(int length)
    {
        using TestKeyspace keys = Standalone();
        string key = new('k', length);
        keys.Set(key, "v", Lifetime.Until(keys.After(1000)));
        keys.Set(key + "x", new string('w', 300));
        Assert.Equal("v", keys.Get(key));
        EntryRef entry = keys.Db.Find(Bytes(key + "x"));
        keys.Db.SetExpiry(ref entry, keys.After(5));
        Assert.Equal(key + "x", Encoding.Latin1.GetString(entry.Key));
        Assert.Equal(300, entry.StringLength);
    }

    [Fact]
    public void Appending_to_an_integer_makes_it_raw_text()
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("k", "12");
        keys.Db.Append(ref entry, "34"u8);
        Assert.Equal("1234", Text(entry));
        Assert.Equal(ObjectEncoding.Raw, entry.Encoding);
        Assert.True(entry.TryGetLong(out long value));
        Assert.Equal(1234, value);
    }

    [Fact]
    public void Appending_grows_a_string_out_of_its_entry_and_keeps_its_expiry()
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("k", "", Lifetime.Until(keys.After(10)));
        string expected = "";
        for (int i = 0; i < 600; i++)
        {
            string tail = new((char)('a' + i % 26), i % 7);
            keys.Db.Append(ref entry, Bytes(tail));
            expected += tail;
            Assert.Equal(expected, Text(entry));
            keys.All.Validate();
        }

        Assert.Equal(expected, keys.Get("k"));
        Assert.True(entry.TryGetExpiry(out var expiry));
        Assert.Equal(keys.After(10), expiry);
    }

    [Fact]
    public void Setting_a_range_beyond_the_end_fills_the_gap_with_zeros()
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("k", "abc");
        keys.Db.SetRange(ref entry, 6, "z"u8);
        Assert.Equal("abc\0\0\0z", Text(entry));
        keys.Db.SetRange(ref entry, 400, "y"u8);
        Assert.Equal(401, entry.StringLength);
        Assert.Equal("abc\0\0\0z" + new string('\0', 393) + "y", Text(entry));
        keys.Db.SetRange(ref entry, 1, "BC"u8);
        Assert.Equal('B', Text(entry)![1]);
        Assert.Equal(401, entry.StringLength);
    }

    [Fact]
    public void Incrementing_in_place_keeps_expiry_and_address()
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("k", "41", Lifetime.Until(keys.After(10)));
        keys.Db.Overwrite(ref entry, 42, Lifetime.Keep);
        Assert.Equal("42", keys.Get("k"));
        Assert.True(entry.HasExpiry);
        keys.Db.Overwrite(ref entry, 43, Lifetime.Forever);
        Assert.False(keys.Db.Find("k"u8).HasExpiry);
        keys.All.Validate();
    }

    [Fact]
    public void A_moved_key_takes_value_and_expiry_along_and_replaces_what_was_there()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("target", "old", database: 1);
        EntryRef entry = keys.Set("source", new string('v', 1000), Lifetime.Until(keys.After(50)));
        EntryRef moved = keys.Db.Move(entry, keys.All[1], "target"u8);
        Assert.Equal(new string('v', 1000), Text(moved));
        Assert.True(moved.HasExpiry);
        Assert.Null(keys.Get("source"));
        Assert.Equal(0, keys.Db.KeyCount);
        Assert.Equal(1, keys.All[1].VolatileCount);
        keys.All.Validate();
    }

    [Fact]
    public void A_copy_shares_nothing_with_the_original()
    {
        using TestKeyspace keys = Standalone();
        EntryRef entry = keys.Set("a", new string('v', 1000));
        EntryRef copy = keys.Db.Copy(entry, keys.Db, "b"u8);
        keys.Db.Append(ref copy, "tail"u8);
        Assert.Equal(1000, keys.Db.Find("a"u8).StringLength);
        Assert.Equal(1004, keys.Db.Find("b"u8).StringLength);
    }

    [Fact]
    public void A_long_string_that_is_unlinked_is_given_back_in_slices()
    {
        using TestKeyspace keys = Standalone();
        long empty = keys.All.UsedBytes;
        EntryRef entry = keys.Set("k", "");
        keys.Db.Writable(ref entry, 20_000_000);
        Assert.True(keys.Db.Delete("k"u8, FreeMode.Later));
        Assert.Equal(1, keys.All.PendingFreeCount);
        int slices = 0;
        bool done;
        do
        {
            long before = keys.All.UsedBytes;
            var budget = new SliceBudget(1);
            done = keys.All.FreeSlice(ref budget);
            Assert.True(before - keys.All.UsedBytes <= 1024 * 1024 + 16);
            slices++;
        }
        while (!done);
        Assert.InRange(slices, 20, 45);
        Assert.Equal(0, keys.All.PendingFreeCount);
        Assert.Equal(empty, keys.All.UsedBytes);
    }
}
