using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Hexad.Cli;

/// <summary>The lines that were typed before, oldest first, kept in a file that only its owner may read.</summary>
public sealed class History
{
    private const int Limit = 100;
    private readonly List<string> _lines = [];
    private readonly string? _file;

    private History(string? file) => _file = file;

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>A history that is forgotten at the end.</summary>
    public static History InMemory() => new(null);

    /// <summary>The history of a file, which need not exist. A file that cannot be read counts as empty.</summary>
    public static History Load(string? file)
    {
        var history = new History(file);
        try
        {
            if (file is not null && File.Exists(file))
            {
                foreach (string line in File.ReadLines(file).TakeLast(Limit)) history._lines.Add(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without its past the prompt works all the same.
        }

        return history;
    }

    /// <summary>Adds a line, unless it repeats the last one, and saves.</summary>
    public void Add(string line)
    {
        if (_lines.Count > 0 && _lines[^1] == line) return;
        _lines.Add(line);
        if (_lines.Count > Limit) _lines.RemoveAt(0);
        Save();
    }

    private void Save()
    {
        if (_file is null) return;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(_file, options);
            foreach (string line in _lines) writer.Write(line + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only home is no reason to disturb the conversation.
        }
    }
}
