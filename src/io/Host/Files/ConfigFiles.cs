using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;

using Hexad.Host.Native;
using Hexad.Options;

namespace Hexad.Host.Files;

/// <summary>Reads configuration files for the loader: one by name, or all that match a pattern with * ? [ ] in its last part.</summary>
internal static class ConfigFiles
{
    internal static IReadOnlyList<ConfigFileText> Read(string pathOrPattern)
    {
        if (pathOrPattern.AsSpan().IndexOfAny('*', '?', '[') < 0) return [ReadOne(pathOrPattern)];
        string folder = Path.GetDirectoryName(pathOrPattern) is { Length: > 0 } named ? named : ".";
        string pattern = Path.GetFileName(pathOrPattern);
        if (!Directory.Exists(folder)) return [];
        var texts = new List<ConfigFileText>();
        string[] files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
            if (FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false)) texts.Add(ReadOne(file));
        return texts;
    }

    private static ConfigFileText ReadOne(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            return new ConfigFileText(full, File.ReadAllText(full), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ConfigFileText(path, null, SystemError.NotFound.Text());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ConfigFileText(path, null, SystemError.AccessDenied.Text());
        }
    }
}
