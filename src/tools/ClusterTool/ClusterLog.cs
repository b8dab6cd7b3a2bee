using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>What the tool says while it works; in colours only where a person looks at a terminal.</summary>
public sealed class ClusterLog(ToolConsole console, CommandLineForm form)
{
    /// <summary>The console behind it.</summary>
    public ToolConsole Console => console;

    /// <summary>Which program's notation is used.</summary>
    public CommandLineForm Form => form;

    /// <summary>How many errors were said.</summary>
    public int Errors { get; private set; }

    /// <summary>A step begins.</summary>
    public void Step(string text) => Coloured("\x1b[29;1m", text);

    /// <summary>Something is as it should be.</summary>
    public void Good(string text) => Coloured("\x1b[32;1m", text);

    /// <summary>Something deserves a look.</summary>
    public void Warn(string text) => Coloured("\x1b[33;1m", text);

    /// <summary>Something is wrong.</summary>
    public void Bad(string text)
    {
        Errors++;
        Coloured("\x1b[31;1m", text);
    }

    /// <summary>Something is wrong with the way the tool was called, or with reaching a node.</summary>
    public void Refuse(string text)
    {
        Errors++;
        console.WriteError(text + "\n");
    }

    /// <summary>A plain line.</summary>
    public void Line(string text) => console.WriteLine(text);

    /// <summary>A part of a line, shown at once.</summary>
    public void Part(string text)
    {
        console.Write(text);
        console.Flush();
    }

    private void Coloured(string colour, string text)
    {
        console.Write(console.OutputIsTerminal ? $"{colour}{text}\x1b[0m\n" : text + "\n");
        console.Flush();
    }
}
