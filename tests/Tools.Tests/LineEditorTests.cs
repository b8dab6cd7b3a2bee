using System.Collections.Generic;
using System.Linq;
using Hexad.Cli;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class LineEditorTests
{
    private const string Left = "\x1b[D", Right = "\x1b[C", Up = "\x1b[A", Down = "\x1b[B", Home = "\x1b[H", End = "\x1b[F", DeleteKey = "\x1b[3~";

    [Theory]
    [InlineData("get a\r", "get a")]
    [InlineData("gt a" + Home + Right + "e\r", "get a")]
    [InlineData("get ab\x7f\r", "get a")]
    [InlineData("xget a\x01\x04\r", "get a")]
    [InlineData("xget a" + Home + DeleteKey + "\r", "get a")]
    [InlineData("get a bc def\x17\x17\r", "get a ")]
    [InlineData("one two\x15\x19\r", "one two")]
    [InlineData("one two\x01\x0b" + "x\x19\r", "xone two")]
    [InlineData("gte\x14\r", "get")]
    [InlineData("one two\x1b" + "bX\r", "one Xtwo")]
    [InlineData("one two\x01\x1b" + "fX\r", "oneX two")]
    [InlineData("one two\x01\x1b" + "d\r", " two")]
    [InlineData("hé日" + Left + "\x7f\r", "h日")]
    [InlineData("ab" + Left + Left + Left + "c" + End + "d\r", "cabd")]
    public void Keys_edit_the_line(string keys, string line)
    {
        Assert.Equal(line, new LineEditor(new ScriptedTerminal(keys), History.InMemory(), null).Read("> "));
    }

    [Fact]
    public void History_goes_back_and_forth_and_returns_to_what_was_begun()
    {
        History history = Remembering("first", "second");
        Assert.Equal("first", Read(history, "x" + Up + Up + Up + "\r"));
        Assert.Equal("second", Read(history, "x" + Up + Up + Down + "\r"));
        Assert.Equal("x", Read(history, "x" + Up + Down + "\r"));
    }

    [Fact]
    public void A_search_finds_the_last_line_that_contains_the_text()
    {
        History history = Remembering("set foo 1", "get foo", "ping");
        Assert.Equal("get foo", Read(history, "\x12" + "foo\r"));
        Assert.Equal("set foo 1", Read(history, "\x12" + "foo\x12\r"));
        Assert.Equal("begun", Read(history, "begun\x12" + "foo\x07\r"));
    }

    [Fact]
    public void Tab_goes_through_the_completions_and_back_to_what_was_typed()
    {
        var advisor = new Words("GET", "GETDEL");
        Assert.Equal("GET", new LineEditor(new ScriptedTerminal("ge\t\r"), History.InMemory(), advisor).Read("> "));
        Assert.Equal("GETDEL x", new LineEditor(new ScriptedTerminal("ge\t\t x\r"), History.InMemory(), advisor).Read("> "));
        Assert.Equal("ge", new LineEditor(new ScriptedTerminal("ge\t\t\t\r"), History.InMemory(), advisor).Read("> "));
    }

    [Fact]
    public void A_hint_is_shown_behind_the_line_and_gone_when_it_is_taken()
    {
        var terminal = new ScriptedTerminal("get\r");
        new LineEditor(terminal, History.InMemory(), new Words("get")).Read("> ");
        Assert.Equal("> get key", terminal.Pictures[^1]);
        Assert.Equal("> get", terminal.Picture);
    }

    [Fact]
    public void A_line_longer_than_a_row_is_drawn_whole_and_edited_anywhere()
    {
        var terminal = new ScriptedTerminal("abcdefghijkl" + Home + "X\r", columns: 8);
        Assert.Equal("Xabcdefghijkl", new LineEditor(terminal, History.InMemory(), null).Read("> "));
        Assert.Equal("> Xabcde\nfghijkl", terminal.Picture);
    }

    [Fact]
    public void A_line_that_fills_its_row_puts_the_cursor_on_the_next()
    {
        var terminal = new ScriptedTerminal("abcdef" + "\x7f\x7f" + "\r", columns: 8);
        Assert.Equal("abcd", new LineEditor(terminal, History.InMemory(), null).Read("> "));
        Assert.Equal("> abcd", terminal.Picture);
    }

    [Fact]
    public void The_end_of_the_input_is_no_line()
    {
        Assert.Null(Read(History.InMemory(), ""));
        Assert.Null(Read(History.InMemory(), "\x04"));
        Assert.Null(Read(History.InMemory(), "abc\x03"));
    }

    [Fact]
    public void A_password_is_never_shown()
    {
        var terminal = new ScriptedTerminal("secret\r");
        Assert.Equal("secret", new LineEditor(terminal, History.InMemory(), null) { Masked = true }.Read("Password: "));
        Assert.Equal("Password: ******", terminal.Picture);
        Assert.DoesNotContain(terminal.Pictures, p => p.Contains("se"));
    }

    private static string? Read(History history, string keys) => new LineEditor(new ScriptedTerminal(keys), history, null).Read("> ");

    private static History Remembering(params string[] lines)
    {
        History history = History.InMemory();
        foreach (string line in lines) history.Add(line);
        return history;
    }

    private sealed class Words(params string[] words) : ILineAdvisor
    {
        public IReadOnlyList<string> Complete(string line) =>
            words.Where(w => w.StartsWith(line, System.StringComparison.OrdinalIgnoreCase)).ToList();

        public string? Hint(string line) => line == words[0] ? " key" : null;
    }
}
