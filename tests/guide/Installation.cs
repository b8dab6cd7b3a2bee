using System;
using System.IO;
using Hexad.Processes;
using Xunit;

namespace Hexad.Guide;

/// <summary>
/// The programs under test, installed into a folder of their own under all their names: what "make" left in out/, or the
/// build beside this test. HEXAD_BINARY names another one.
/// </summary>
public sealed class Installation
{
    private Installation(string folder) => Folder = folder;

    /// <summary>The folder with bin/ and etc/.</summary>
    public string Folder { get; }

    /// <summary>The main program.</summary>
    public string Hexad => Program("hexad");

    /// <summary>A program by its name.</summary>
    public string Program(string name) => Path.Combine(Folder, "bin", name);

    /// <summary>The sample configuration that came with it.</summary>
    public string Sample => File.ReadAllText(Path.Combine(Folder, "etc", "hexad.conf"));

    /// <summary>Installs into a folder.</summary>
    public static Installation Make(string folder)
    {
        if (Environment.GetEnvironmentVariable(SourceTree.BinaryVariable) is null && File.Exists(SourceTree.PathTo("out/hexad")))
        {
            Outcome installed = Shell.Run("/bin/sh", [SourceTree.PathTo("scripts/install"), folder]);
            Assert.True(installed.Code == 0, installed.ToString());
            return new Installation(folder);
        }

        string binary = SourceTree.Hexad;
        Assert.True(File.Exists(binary), $"There is no {binary}: build it first.");
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        foreach (string name in (string[])["hexad", "redis-server", "redis-cli", "redis-trib", "redis-trib.rb"])
        {
            // A link would be resolved by the build for the .NET runtime, which looks for its libraries beside itself.
            string script = $"#!/bin/sh\nexec '{binary}'{(name == "hexad" ? "" : " " + Word(name))} \"$@\"\n";
            string file = Path.Combine(folder, "bin", name);
            File.WriteAllText(file, script);
            Shell.Run("/bin/chmod", ["755", file]);
        }

        File.WriteAllText(Path.Combine(folder, "etc", "hexad.conf"), Shell.Run(binary, ["sample-config"]).Output);
        return new Installation(folder);
    }

    private static string Word(string name) => name switch { "redis-server" => "server", "redis-cli" => "cli", _ => "trib" };
}
