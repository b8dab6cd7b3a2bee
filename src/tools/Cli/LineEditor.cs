using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Cli;

/// <summary>What the editor asks while somebody types.</summary>
public interface ILineAdvisor
{
    /// <summary>The lines that this one could become.</summary>
    IReadOnlyList<string> Complete(string line);

    /// <summary>What is still to be typed, shown in grey behind the line; null or empty for nothing.</summary>
    string? Hint(string line);
}

/// <summary>
/// Edits one line on a terminal, with the keys of Emacs: moving by character and word, deleting, killing and yanking,
/// history, search through it, completion. The line may be longer than a row.
///
/// <code>
///   prompt | _line: runes ... ^ _cursor ... | hint
/// </code>
///
/// Every change draws the whole line again: to the first row, clear to the end of the screen, print, go back to the
/// cursor. Only the number of rows between the first one and the cursor has to be remembered.
/// </summary>
public sealed class LineEditor(ITerminal terminal, History history, ILineAdvisor? advisor)
{
    private const int End = -1, ControlA = 1, ControlB = 2, ControlC = 3, ControlD = 4, ControlE = 5, ControlF = 6, ControlG = 7, ControlH = 8,
        Tab = 9, LineFeed = 10, ControlK = 11, ControlL = 12, Return = 13, ControlN = 14, ControlP = 16, ControlR = 18, ControlT = 20,
        ControlU = 21, ControlW = 23, ControlY = 25, Escape = 27, Delete = 127;

    private readonly List<Rune> _line = [];
    private List<Rune> _killed = [];
    private string _prompt = "";
    private string _unfinished = "";
    private int _cursor;
    private int _rowOfCursor;
    private int _back;

    /// <summary>Shows stars instead of what is typed, for passwords; no history, no hints.</summary>
    public bool Masked { get; init; }

    /// <summary>Reads a line; null at the end of the input (Ctrl-D on an empty line) and on Ctrl-C.</summary>
    public string? Read(string prompt)
    {
        _prompt = prompt;
        _line.Clear();
        (_cursor, _rowOfCursor, _back) = (0, 0, 0);
        Draw(withHint: true);
        while (true)
        {
            int key = terminal.ReadByte();
            if (key == Tab && advisor is not null && !Masked) key = Complete();
            switch (key)
            {
                case Return or LineFeed:
                    _cursor = _line.Count;
                    Draw(withHint: false);
                    terminal.Write("\r\n");
                    return Text();
                case ControlC:
                    terminal.Write("\r\n");
                    return null;
                case -1 when _line.Count == 0:
                    terminal.Write("\r\n");
                    return null;
                case -1:
                    return Text();
                case ControlD when _line.Count == 0:
                    terminal.Write("\r\n");
                    return null;
                case ControlR when !Masked:
                    if (Search()) return Text();
                    break;
                default:
                    Press(key);
                    break;
            }

            Draw(withHint: true);
        }
    }

    private string Text() => ToText(_line);

    private static string ToText(List<Rune> runes)
    {
        var text = new StringBuilder();
        foreach (Rune rune in runes) text.Append(rune.ToString());
        return text.ToString();
    }

    private void Press(int key)
    {
        switch (key)
        {
            case ControlA: _cursor = 0; break;
            case ControlE: _cursor = _line.Count; break;
            case ControlB: _cursor = Math.Max(0, _cursor - 1); break;
            case ControlF: _cursor = Math.Min(_line.Count, _cursor + 1); break;
            case ControlH or Delete: Remove(_cursor - 1, _cursor); break;
            case ControlD: Remove(_cursor, _cursor + 1); break;
            case ControlK: Kill(_cursor, _line.Count); break;
            case ControlU: Kill(0, _line.Count); break;
            case ControlW: Kill(WordStart(static r => !Rune.IsWhiteSpace(r)), _cursor); break;
            case ControlY: Insert(_killed); break;
            case ControlT: Swap(); break;
            case ControlP: Recall(1); break;
            case ControlN: Recall(-1); break;
            case ControlL:
                terminal.Write("\x1b[H\x1b[2J");
                _rowOfCursor = 0;
                break;
            case Escape: PressSequence(); break;
            case >= 32: Type(key); break;
        }
    }

    /// <summary>Arrow keys and the like, and keys pressed together with Alt.</summary>
    private void PressSequence()
    {
        int second = terminal.ReadByte();
        switch (second)
        {
            case 'b': _cursor = WordStart(static r => Rune.IsLetterOrDigit(r)); return;
            case 'f': _cursor = WordEnd(); return;
            case 'd': Kill(_cursor, WordEnd()); return;
            case Delete or ControlH: Kill(WordStart(static r => Rune.IsLetterOrDigit(r)), _cursor); return;
            case not ('[' or 'O'): return;
        }

        // CSI: parameters (digits and semicolons), then one letter or '~'.
        var parameters = new StringBuilder();
        int final = terminal.ReadByte();
        while (final is (>= '0' and <= '9') or ';')
        {
            parameters.Append((char)final);
            final = terminal.ReadByte();
        }

        bool byWord = parameters.ToString() is "1;5" or "1;3";
        switch ((char)final)
        {
            case 'A': Recall(1); break;
            case 'B': Recall(-1); break;
            case 'C': _cursor = byWord ? WordEnd() : Math.Min(_line.Count, _cursor + 1); break;
            case 'D': _cursor = byWord ? WordStart(static r => Rune.IsLetterOrDigit(r)) : Math.Max(0, _cursor - 1); break;
            case 'H': _cursor = 0; break;
            case 'F': _cursor = _line.Count; break;
            case '~' when parameters.ToString() is "1" or "7": _cursor = 0; break;
            case '~' when parameters.ToString() is "4" or "8": _cursor = _line.Count; break;
            case '~' when parameters.ToString() == "3": Remove(_cursor, _cursor + 1); break;
        }
    }

    /// <summary>Adds the character that begins with this byte; the rest of its UTF-8 bytes follow.</summary>
    private void Type(int first)
    {
        int length = first switch { < 0x80 => 1, >= 0xf0 => 4, >= 0xe0 => 3, >= 0xc0 => 2, _ => 0 };
        if (length == 0) return;
        Span<byte> bytes = stackalloc byte[4];
        bytes[0] = (byte)first;
        for (int i = 1; i < length; i++)
        {
            int next = terminal.ReadByte();
            if (next < 0) return;
            bytes[i] = (byte)next;
        }

        if (Rune.DecodeFromUtf8(bytes[..length], out Rune rune, out _) == System.Buffers.OperationStatus.Done) Insert([rune]);
    }

    private void Insert(List<Rune> runes)
    {
        _line.InsertRange(_cursor, runes);
        _cursor += runes.Count;
    }

    private void Remove(int from, int to)
    {
        if (from < 0 || to > _line.Count || from >= to) return;
        _line.RemoveRange(from, to - from);
        _cursor = from;
    }

    private void Kill(int from, int to)
    {
        if (from < to) _killed = _line.GetRange(from, to - from);
        Remove(from, to);
    }

    private void Swap()
    {
        if (_cursor == 0 || _line.Count < 2) return;
        if (_cursor == _line.Count) _cursor--;
        (_line[_cursor - 1], _line[_cursor]) = (_line[_cursor], _line[_cursor - 1]);
        _cursor++;
    }

    private int WordStart(Func<Rune, bool> inWord)
    {
        int at = _cursor;
        while (at > 0 && !inWord(_line[at - 1])) at--;
        while (at > 0 && inWord(_line[at - 1])) at--;
        return at;
    }

    private int WordEnd()
    {
        int at = _cursor;
        while (at < _line.Count && !Rune.IsLetterOrDigit(_line[at])) at++;
        while (at < _line.Count && Rune.IsLetterOrDigit(_line[at])) at++;
        return at;
    }

    private void Recall(int further)
    {
        int back = _back + further;
        if (Masked || back < 0 || back > history.Lines.Count) return;
        if (_back == 0) _unfinished = Text();
        _back = back;
        Set(back == 0 ? _unfinished : history.Lines[^back]);
    }

    private void Set(string text)
    {
        _line.Clear();
        foreach (Rune rune in text.EnumerateRunes()) _line.Add(rune);
        _cursor = _line.Count;
    }

    /// <summary>
    /// Tab goes through what the line could become, and back to what was typed; any other key accepts what is shown
    /// (Escape takes it back). The key that ended it is the result, to be pressed as usual.
    /// </summary>
    private int Complete()
    {
        string typed = Text();
        IReadOnlyList<string> choices = advisor!.Complete(typed);
        if (choices.Count == 0)
        {
            terminal.Write("\a");
            return -2;
        }

        int at = 0;
        while (true)
        {
            Set(at < choices.Count ? choices[at] : typed);
            if (at == choices.Count) terminal.Write("\a");
            Draw(withHint: true);
            int key = terminal.ReadByte();
            if (key == Tab)
            {
                at = (at + 1) % (choices.Count + 1);
                continue;
            }

            if (key != Escape) return key;
            Set(typed);
            return -2;
        }
    }

    /// <summary>Searches the history backwards for what is typed now; true when Return took the line that was found.</summary>
    private bool Search()
    {
        string before = Text();
        string prompt = _prompt;
        var wanted = new StringBuilder();
        int from = history.Lines.Count - 1;
        while (true)
        {
            int found = from;
            while (found >= 0 && !history.Lines[found].Contains(wanted.ToString(), StringComparison.Ordinal)) found--;
            Set(wanted.Length > 0 && found >= 0 ? history.Lines[found] : before);
            _prompt = $"(reverse-i-search)`{wanted}': ";
            Draw(withHint: false);
            int key = terminal.ReadByte();
            switch (key)
            {
                case ControlR:
                    if (found > 0) from = found - 1;
                    continue;
                case Delete or ControlH:
                    if (wanted.Length > 0) wanted.Length--;
                    from = history.Lines.Count - 1;
                    continue;
                case >= 32 and < 127:
                    wanted.Append((char)key);
                    continue;
            }

            _prompt = prompt;
            if (key is ControlG or ControlC or End) Set(before);
            if (key is not (Return or LineFeed))
            {
                if (key is not (ControlG or ControlC or Escape or End)) Press(key);
                return false;
            }

            Draw(withHint: false);
            terminal.Write("\r\n");
            return true;
        }
    }

    private void Draw(bool withHint)
    {
        int columns = Math.Max(1, terminal.Columns);
        var screen = new StringBuilder();
        if (_rowOfCursor > 0) screen.Append($"\x1b[{_rowOfCursor}A");
        screen.Append('\r').Append("\x1b[J").Append(_prompt);
        int width = TextWidth.Of(_prompt);
        int widthToCursor = width;
        for (int i = 0; i < _line.Count; i++)
        {
            screen.Append(Masked ? "*" : _line[i].ToString());
            width += Masked ? 1 : TextWidth.Of(_line[i]);
            if (i < _cursor) widthToCursor = width;
        }

        if (withHint && !Masked && _cursor == _line.Count && advisor?.Hint(Text()) is { Length: > 0 } hint && width < columns)
        {
            // A hint never makes another row: it is cut at the edge.
            int room = columns - 1 - (width % columns);
            if (hint.Length > room) hint = hint[..Math.Max(0, room)];
            screen.Append("\x1b[0;90;49m").Append(hint).Append("\x1b[0m");
            if (hint.Length > 0) screen.Append($"\x1b[{TextWidth.Of(hint)}D");
        }
        else if (width > 0 && width % columns == 0)
        {
            // The cursor stays behind the last column until something is printed: make the next row exist.
            screen.Append("\n\r");
        }

        int rowsDown = (width / columns) - (widthToCursor / columns);
        if (rowsDown > 0) screen.Append($"\x1b[{rowsDown}A");
        screen.Append('\r');
        if (widthToCursor % columns > 0) screen.Append($"\x1b[{widthToCursor % columns}C");
        _rowOfCursor = widthToCursor / columns;
        terminal.Write(screen.ToString());
    }
}
