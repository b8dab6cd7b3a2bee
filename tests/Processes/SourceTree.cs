using System;
using System.IO;

namespace Hexad.Processes;

/// <summary>Where things are that tests need beside themselves.</summary>
public static class SourceTree
{
    /// <summary>Names another program under test than the one that was built here.</summary>
    public const string BinaryVariable = "HEXAD_BINARY";

    /// <summary>The folder of the whole tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The program under test: the one that HEXAD_BINARY names, else the build for the .NET runtime.</summary>
    public static string Hexad { get; } = Environment.GetEnvironmentVariable(BinaryVariable) ?? PathTo("src/Hexad/bin/Release/net10.0/hexad");

    /// <summary>A path within the tree.</summary>
    public static string PathTo(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hexad.slnx"))) return folder.FullName;
        throw new InvalidOperationException("No Hexad.slnx above " + AppContext.BaseDirectory);
    }
}
