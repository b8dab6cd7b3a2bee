using System;
using System.IO;
using System.Text;

namespace Hexad.Client;

/// <summary>
/// What a tool reads from and writes to: the three standard streams, and whether a person sits at them. Tests give it
/// streams of their own. Output is kept until <see cref="Flush"/>, or until enough has gathered.
/// </summary>
public sealed class ToolConsole(Stream input, Stream output, Stream error)
{
    private const int PendingLimitBytes = 32 * 1024;
    private readonly ByteText _line = new();
    private readonly ByteText _pending = new();

    /// <summary>The standard input.</summary>
    public Stream Input { get; } = input;

    /// <summary>Whether the input is a terminal.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether the output is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>The console of this process.</summary>
    public static ToolConsole OfProcess() => new(new StandardInputStream(), Console.OpenStandardOutput(), Console.OpenStandardError())
    {
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
    };

    /// <summary>Writes to the output.</summary>
    public void Write(string text)
    {
        _pending.Add(text);
        if (_pending.Length > PendingLimitBytes) Flush();
    }

    /// <summary>Writes to the output.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _pending.Add(bytes);
        if (_pending.Length > PendingLimitBytes) Flush();
    }

    /// <summary>Writes a line to the output.</summary>
    public void WriteLine(string text) => Write(text + "\n");

    /// <summary>Writes to the error output, after everything that was written to the output before it.</summary>
    public void WriteError(string text)
    {
        Flush();
        error.Write(Encoding.UTF8.GetBytes(text));
        error.Flush();
    }

    /// <summary>Sends what was written on its way.</summary>
    public void Flush()
    {
        if (_pending.Length == 0) return;
        output.Write(_pending.Bytes);
        output.Flush();
        _pending.Clear();
    }

    /// <summary>Reads the next line without its end; null at the end of the input.</summary>
    public string? ReadLine()
    {
        Flush();
        _line.Clear();
        Span<byte> one = stackalloc byte[1];
        while (Input.Read(one) == 1)
        {
            if (one[0] == (byte)'\n') return _line.ToString();
            _line.Add(one);
        }

        return _line.Length > 0 ? _line.ToString() : null;
    }

    /// <summary>Everything that the input still holds.</summary>
    public byte[] ReadToEnd()
    {
        Flush();
        var all = new MemoryStream();
        Input.CopyTo(all);
        return all.ToArray();
    }
}
