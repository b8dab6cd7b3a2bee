using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Commands;
using Hexad.Wire.Resp;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>The keys of a call, for every way in which a specification can say where they are.</summary>
public sealed class CommandKeysTests
{
    private static readonly KeySpec one = new() { Begin = KeyBegin.Index, Index = 1, Flags = KeyFlags.ReadOnly };
    private static readonly KeySpec all = new() { Begin = KeyBegin.Index, Index = 1, Last = -1, Flags = KeyFlags.ReadOnly };
    private static readonly KeySpec pairs = new() { Begin = KeyBegin.Index, Index = 1, Last = -1, Step = 2, Flags = KeyFlags.Overwrite };
    private static readonly KeySpec numbered = new() { Begin = KeyBegin.Index, Index = 2, Find = KeyFind.KeyNum, KeyNum = 0, FirstKey = 1, Flags = KeyFlags.ReadOnly };
    private static readonly KeySpec numberedPairs = new() { Begin = KeyBegin.Index, Index = 1, Find = KeyFind.KeyNum, KeyNum = 0, FirstKey = 1, Step = 2, Flags = KeyFlags.Overwrite };
    private static readonly KeySpec streams = new() { Begin = KeyBegin.Keyword, Keyword = "STREAMS", StartFrom = 1, Last = -1, Limit = 2, Flags = KeyFlags.ReadOnly };
    private static readonly KeySpec fromBehind = new() { Begin = KeyBegin.Keyword, Keyword = "KEYS", StartFrom = -2, Last = -1, Flags = KeyFlags.Delete };
    private static readonly KeySpec unknown = new() { Begin = KeyBegin.Unknown, Find = KeyFind.Unknown };
    private static readonly KeySpec channel = new() { Begin = KeyBegin.Index, Index = 1, Flags = KeyFlags.NotKey };

    private static CommandRow Row(string name, params KeySpec[] specs) =>
        new(0, name, name, -1, Flags.None, Group.Generic, Acl.None, "1.0.0") { Keys = specs };

    private static string Keys(CommandRow row, string line)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(line);
        List<ArgumentRange> ranges = [];
        int start = 0;
        foreach (string word in line.Split(' '))
        {
            ranges.Add(new ArgumentRange(start, word.Length));
            start += word.Length + 1;
        }
        CommandKeys keys = CommandKeys.Of(row, new Arguments(bytes, ranges.ToArray()));
        return string.Join(' ', Enumerable.Range(0, keys.Count).Select(i => line.Split(' ')[keys.Position(i)]));
    }

    [Theory]
    [InlineData("get a", "a")]
    [InlineData("get", "")]
    public void A_single_key_stands_at_its_index(string line, string keys) => Assert.Equal(keys, Keys(Row("get", one), line));

    [Theory]
    [InlineData("mget a b c", "a b c")]
    [InlineData("mget", "")]
    public void A_range_goes_to_the_end(string line, string keys) => Assert.Equal(keys, Keys(Row("mget", all), line));

    [Theory]
    [InlineData("mset a 1 b 2", "a b")]
    [InlineData("mset a 1 b", "a b")]
    public void A_range_goes_by_steps(string line, string keys) => Assert.Equal(keys, Keys(Row("mset", pairs), line));

    [Theory]
    [InlineData("eval s 2 a b x", "a b")]
    [InlineData("eval s 0 a", "")]
    [InlineData("eval s 3 a b", "")]
    [InlineData("eval s -1 a", "")]
    [InlineData("eval s x a", "")]
    [InlineData("eval s 9223372036854775807 a", "")]
    [InlineData("eval s 2147483646 a", "")]
    [InlineData("eval s", "")]
    public void A_number_says_how_many(string line, string keys) => Assert.Equal(keys, Keys(Row("eval", numbered), line));

    [Theory]
    [InlineData("msetex 2 a 1 b 2 nx", "a b")]
    [InlineData("msetex 1 a 1", "a")]
    [InlineData("msetex 2 a 1", "")]
    public void A_number_says_how_many_pairs_there_are(string line, string keys) => Assert.Equal(keys, Keys(Row("msetex", numberedPairs), line));

    [Theory]
    [InlineData("xread count 1 streams a b 0 0", "a b")]
    [InlineData("xread count 1 STREAMS a 0", "a")]
    [InlineData("xread count 1", "")]
    public void A_keyword_comes_before_them(string line, string keys) => Assert.Equal(keys, Keys(Row("xread", streams), line));

    [Theory]
    [InlineData("migrate h p x 0 0 keys a b", "a b")]
    [InlineData("migrate h p x 0 0 keys", "")]
    public void A_keyword_is_searched_from_behind(string line, string keys) => Assert.Equal(keys, Keys(Row("migrate", fromBehind), line));

    [Fact]
    public void Keys_that_cannot_be_described_are_left_out_and_channels_are_none()
    {
        Assert.Equal("a", Keys(Row("sort", one, unknown), "sort a by b"));
        Assert.False(CommandKeys.HasKeys(Row("spublish", channel)));
        Assert.True(CommandKeys.HasKeys(Row("get", channel, one)));
        Assert.False(CommandKeys.HasKeys(Row("ping")));
    }

    [Theory]
    [InlineData("set", "set a 1 px 5", KeyFlags.Overwrite | KeyFlags.Update)]
    [InlineData("set", "set a 1 GET", KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    [InlineData("set", "set a 1 ifeq b", KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    [InlineData("delex", "delex a", KeyFlags.Remove | KeyFlags.Delete)]
    [InlineData("delex", "delex a IFEQ b", KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [InlineData("bitfield", "bitfield a get u8 0", KeyFlags.ReadOnly | KeyFlags.Access)]
    [InlineData("bitfield", "bitfield a get u8 0 INCRBY u8 0 1", KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    public void Some_flags_depend_on_the_call(string name, string line, KeyFlags flags)
    {
        KeySpec variable = new() { Begin = KeyBegin.Index, Index = 1, Flags = KeyFlags.ReadWrite | KeyFlags.VariableFlags };
        string[] words = line.Split(' ');
        int start = 0;
        ArgumentRange[] ranges = [.. words.Select(w => new ArgumentRange((start += w.Length + 1) - w.Length - 1, w.Length))];
        Assert.Equal(flags, CommandKeys.Of(Row(name, variable), new Arguments(Encoding.ASCII.GetBytes(line), ranges)).Flags(0));
    }

    [Fact]
    public void Calls_that_have_none_are_told_why()
    {
        Conversation talk = new();
        Assert.Equal("-ERR Invalid command specified\r\n", talk.Call("COMMAND", "GETKEYS", "nosuch"));
        Assert.Equal("-ERR The command has no key arguments\r\n", talk.Call("COMMAND", "GETKEYSANDFLAGS", "ping", "x"));
    }

    [Fact]
    public void The_keys_of_a_call_and_what_is_done_to_them_are_those_that_redis_8_0_tells()
    {
        Conversation talk = new();
        talk.Call("HELLO", "3");
        List<string> wrong = [];
        foreach (string line in Conversation.Data("getkeys-8.0.6.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split('\t');
            string[] call = fields[0].Split(' ');
            object? flagged = ReplyTree.Parse(talk.Call(["COMMAND", "GETKEYSANDFLAGS", .. call])), plain = ReplyTree.Parse(talk.Call(["COMMAND", "GETKEYS", .. call]));
            string ours = flagged is object?[] keys ? string.Join(' ', keys.Select(k => Text((object?[])k!))) : "ERR:" + flagged;
            string names = plain is object?[] list ? string.Join(' ', list) : "ERR:" + plain;
            if (ours != fields[1] || names != fields[2])
                wrong.Add($"{fields[0]}: expected {fields[1]}, {fields[2]}; actual {ours}, {names}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string Text(object?[] key) => key[0] + "=" + string.Join(',', (object?[])key[1]!);
}
