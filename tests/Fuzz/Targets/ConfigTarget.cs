using System;
using System.Text;
using Hexad.Options;

namespace Hexad.Fuzz.Targets;

/// <summary>Configuration files: one that loads says the same when it was written out anew.</summary>
internal sealed class ConfigTarget : FuzzTarget
{
    public override string Name => "config";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        ConfigLoader loader = Load(text);
        if (loader.Error is not null) return;
        ConfigLoader again = Load(ConfigRewriter.Rewrite(text, loader.Options, null));
        Must(again.Error is null, "what was written out anew does not load: " + again.Error);
        foreach (OptionRow row in NodeOptions.Rows)
            Must(loader.Options.GetText(row) == again.Options.GetText(row), $"{row.Name} was {loader.Options.GetText(row)} and is {again.Options.GetText(row)}");
    }

    private static ConfigLoader Load(string text) => ConfigLoader.Load(new ConfigSources
    {
        Path = "fuzz.conf",
        Version = "7.2.6",
        Read = name => [name == "fuzz.conf" ? new ConfigFileText("/fuzz.conf", text, null) : new ConfigFileText(name, null, "No such file or directory")],
    });
}
