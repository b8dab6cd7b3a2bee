using System;
using System.Linq;
using System.Text.Json;
using Hexad.Options;
using Xunit;

namespace Hexad.Options.Tests;

/// <summary>Each option by itself: defaults, texts, refusals.</summary>
public sealed class ValueTests
{
    [Fact]
    public void Every_default_is_that_of_the_real_server()
    {
        NodeOptions options = new();
        foreach (string line in LoadTests.Data("defaults-7.0.15.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] field = line.Split('\t');
            OptionRow? row = NodeOptions.Find(field[0]);
            Assert.True(row is not null, field[0]);
            Assert.Equal(line.TrimEnd(), (field[0] + "\t" + options.GetText(row)).TrimEnd());
        }
    }

    [Fact]
    public void A_declared_default_reads_back_as_itself()
    {
        NodeOptions options = new();
        foreach (OptionRow row in NodeOptions.Rows)
        {
            Assert.Equal(row.DefaultText, options.GetText(row));
            if (row.Id is OptionId.ReplicaOf or OptionId.AppendFileName)
                continue; // "" is no value for these
            string? error = new NodeOptions().Set(row, row.DefaultText);
            Assert.True(error is null, row.Name + ": " + error);
        }
    }

    [Fact]
    public void A_setting_is_taken_or_refused_as_by_the_real_server()
    {
        NodeOptions options = new();
        foreach (string line in LoadTests.Data("config-set-7.0.15.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = line.Split('\t');
            string[] words = JsonSerializer.Deserialize<string[]>(halves[0])!;
            int reason = halves[1].IndexOf("') - ", StringComparison.Ordinal);
            if (words.Length != 2 || halves[1].Contains("can't set", StringComparison.Ordinal) || NodeOptions.Find(words[0]) is not { } row)
                continue; // refused by CONFIG SET itself, tested there
            Assert.Equal(reason < 0 ? null : halves[1][(reason + 5)..], options.Set(row, words[1]));
        }
    }

    [Theory]
    [InlineData("maxmemory", "1gb", "1073741824", "1gb")]
    [InlineData("maxmemory", "1500k", "1500000", "1500000")]
    [InlineData("maxmemory", "2k", "2000", "2000")]
    [InlineData("maxmemory-clients", "5%", "5%", "5%")]
    [InlineData("maxmemory-clients", "2mb", "2097152", "2mb")]
    [InlineData("notify-keyspace-events", "gxE", "gxE", "\"gxE\"")]
    [InlineData("notify-keyspace-events", "g$lshzxetdK", "AK", "\"AK\"")]
    [InlineData("notify-keyspace-events", "mnKE", "nKEm", "\"nKEm\"")]
    [InlineData("oom-score-adj", "relative", "yes", "yes")]
    [InlineData("loglevel", "DEBUG", "debug", "debug")]
    [InlineData("shutdown-on-sigterm", "force save", "save force", "save force")]
    [InlineData("requirepass", "a \"b\\ \u00fc", "a \"b\\ \u00fc", "\"a \\\"b\\\\ \\xc3\\xbc\"")]
    public void A_value_is_shown_and_written_as_the_real_server_does(string name, string set, string shown, string written)
    {
        NodeOptions options = new();
        OptionRow row = NodeOptions.Find(name)!;
        Assert.Null(options.Set(row, set));
        Assert.Equal(shown, options.GetText(row));
        Assert.Equal(written, options.FileLines(row).Single());
        NodeOptions again = new();
        Assert.Null(again.SetFromFile(row, ConfigWords.Split("x " + written).AsSpan(1)));
        Assert.Equal(shown, again.GetText(row));
    }

    [Fact]
    public void A_client_is_not_told_that_a_log_is_kept_when_there_is_none()
    {
        NodeOptions options = new();
        Assert.Equal("Unable to turn on AOF. Check server logs.", options.Set(NodeOptions.Find("appendonly")!, "yes"));
        Assert.Null(options.Set(NodeOptions.Find("appendonly")!, "no"));
    }

    [Fact]
    public void A_limit_for_one_class_leaves_the_others()
    {
        NodeOptions options = new();
        Assert.Null(options.Set(NodeOptions.Find("client-output-buffer-limit")!, "replica 1mb 512kb 9"));
        Assert.Equal("normal 0 0 0 slave 1048576 524288 9 pubsub 33554432 8388608 60", options.ClientOutputBufferLimits.Format());
    }

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a\t\"b c\"  ", "a|b c")]
    [InlineData("a \"x\\n\\x41\\\"\" 'it\\'s \\n'", "a|x\nA\"|it's \\n")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\xc3\\xbc\"", "\u00fc")]
    [InlineData("pre\"quoted\" x", "prequoted|x")]
    public void A_line_splits_into_words(string line, string words) => Assert.Equal(words, string.Join('|', ConfigWords.Split(line)!));

    [Theory]
    [InlineData("\"open")]
    [InlineData("'open")]
    [InlineData("\"a\"b")]
    [InlineData("a 'b'c")]
    [InlineData("\"a\\\"")]
    public void A_quote_that_does_not_close_is_refused(string line) => Assert.Null(ConfigWords.Split(line));

    [Fact]
    public void A_quoted_word_reads_back_the_same()
    {
        string word = string.Concat(Enumerable.Range(1, 0x17f).Select(i => (char)i));
        Assert.Equal([word], ConfigWords.Split(ConfigWords.Quote(word))!);
    }
}
