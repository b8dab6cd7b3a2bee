using System;
using System.IO;
using System.Text;
using System.Text.Json;
using Hexad.Client;
using Xunit;

namespace Hexad.Tools.Tests;

/// <summary>
/// <c>data/printed-replies.json</c> holds replies and what redis-cli 7.0.15 printed for each in every mode, recorded with
/// a server that answers with exactly those bytes.
/// </summary>
public sealed class ReplyFormatterTests
{
    public static TheoryData<string> Recorded
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (JsonElement one in Data().RootElement.EnumerateArray()) names.Add(one.GetProperty("name").GetString()!);
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_reply_is_printed_as_redis_cli_prints_it(string name)
    {
        var formatter = new ReplyFormatter("\n"u8.ToArray(), "\n"u8.ToArray());
        foreach (JsonElement one in Data().RootElement.EnumerateArray())
        {
            if (one.GetProperty("name").GetString() != name) continue;
            Reply reply = Parse(one.GetProperty("reply").GetString()!);
            foreach (JsonProperty printed in one.GetProperty("printed").EnumerateObject())
            {
                (OutputMode mode, bool verbatim) = printed.Name switch
                {
                    "raw" => (OutputMode.Raw, false),
                    "csv" => (OutputMode.Csv, false),
                    "json" => (OutputMode.Json, false),
                    "quoted-json" => (OutputMode.QuotedJson, false),
                    "verbatim" => (OutputMode.Standard, true),
                    _ => (OutputMode.Standard, false),
                };
                string ours = Encoding.Latin1.GetString(formatter.Format(reply, mode, verbatim).Bytes);
                Assert.Equal((printed.Name, printed.Value.GetString()), (printed.Name, ours));
            }
        }
    }

    [Fact]
    public void An_invalidation_is_announced_on_one_line()
    {
        var formatter = new ReplyFormatter([], []);
        Reply push = Parse(">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
        Assert.Equal("-> invalidate: 'a', 'b'\n", formatter.Format(push, OutputMode.Standard, verbatim: false).ToString());
    }

    [Fact]
    public void Delimiters_of_raw_output_can_be_chosen()
    {
        var formatter = new ReplyFormatter(","u8.ToArray(), ";"u8.ToArray());
        Assert.Equal("1,2;", formatter.Format(Parse("*2\r\n:1\r\n:2\r\n"), OutputMode.Raw, verbatim: false).ToString());
    }

    private static JsonDocument Data() => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "printed-replies.json")));

    internal static Reply Parse(string bytes)
    {
        var reader = new ReplyReader();
        reader.Append(Encoding.Latin1.GetBytes(bytes));
        Assert.True(reader.TryRead(out Reply reply));
        return reply;
    }
}
