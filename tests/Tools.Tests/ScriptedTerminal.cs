using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Cli;

namespace Hexad.Tools.Tests;

/// <summary>A terminal on which the keys are typed beforehand, and which keeps the picture that was drawn.</summary>
internal sealed class ScriptedTerminal(string keys, int columns = 80) : ITerminal
{
    private readonly byte[] _keys = Encoding.UTF8.GetBytes(keys);
    private readonly List<StringBuilder> _rows = [new()];
    private int _next;
    private int _row;
    private int _column;

    public int Columns => columns;

    /// <summary>The rows on the screen as they were before each key was read.</summary>
    public List<string> Pictures { get; } = [];

    public int ReadByte()
    {
        Pictures.Add(Picture);
        return _next < _keys.Length ? _keys[_next++] : -1;
    }

    public string Picture => string.Join('\n', _rows.Select(r => r.ToString().TrimEnd())).TrimEnd('\n');

    public void Write(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\r': _column = 0; break;
                case '\n': Down(); break;
                case '\a': break;
                case '\x1b': i = Sequence(text, i + 2); break;
                default: Put(text[i]); break;
            }
        }
    }

    private void Put(char c)
    {
        // As terminals do: what is printed behind the last column begins the next row.
        if (_column == columns)
        {
            _column = 0;
            Down();
        }

        StringBuilder row = _rows[_row];
        while (row.Length <= _column) row.Append(' ');
        row[_column++] = c;
    }

    private void Down()
    {
        if (++_row == _rows.Count) _rows.Add(new StringBuilder());
    }

    private int Sequence(string text, int at)
    {
        int start = at;
        while (!char.IsLetter(text[at])) at++;
        int count = int.TryParse(text[start..at], out int given) ? given : 1;
        switch (text[at])
        {
            case 'A': _row -= count; break;
            case 'C': _column += count; break;
            case 'D': _column -= count; break;
            case 'J':
                if (_rows[_row].Length > _column) _rows[_row].Length = _column;
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
        }

        return at;
    }
}
