using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;

namespace Hexad.Architecture.Tests;

/// <summary>The source tree that these tests read, found by its solution file above the running test program.</summary>
internal static class Repository
{
    private static readonly ConcurrentDictionary<string, string> Texts = [];

    public static string Root { get; } = FindRoot();

    /// <summary>Files under the folders, by name pattern, as paths relative to the root; nothing that a build made.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders)
    {
        foreach (string folder in folders)
        {
            string full = Path.Combine(Root, folder);
            if (!Directory.Exists(full)) continue;
            foreach (string file in Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Root, file).Replace('\\', '/');
                if (!relative.Contains("/obj/") && !relative.Contains("/bin/") && !relative.Contains("/node_modules/")) yield return relative;
            }
        }
    }

    public static string Read(string relative) => Texts.GetOrAdd(relative, static name => File.ReadAllText(Path.Combine(Root, name)));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hexad.slnx"))) return folder.FullName;
        throw new InvalidOperationException("No Hexad.slnx above " + AppContext.BaseDirectory);
    }
}
