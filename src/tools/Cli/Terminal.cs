using System;
using System.Runtime.InteropServices;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>What a line editor needs of a terminal. Tests script one.</summary>
public interface ITerminal
{
    /// <summary>How many columns a row has.</summary>
    int Columns { get; }

    /// <summary>The next byte that was typed; -1 at the end.</summary>
    int ReadByte();

    /// <summary>Shows text or sends control sequences.</summary>
    void Write(string text);
}

/// <summary>
/// The terminal of this process. While a line is edited it passes every key on at once and shows nothing by itself;
/// <see cref="Dispose"/> puts it back as it was, and so does the end of the process.
/// </summary>
public sealed class Terminal : ITerminal, IDisposable
{
    // struct termios on Linux is 60 bytes: four words of flags (input, output, control, local), then characters.
    private const int TermiosSize = 60;
    private const int InputFlags = 0;
    private const int OutputFlags = 4;
    private const int ControlFlags = 8;
    private const int LocalFlags = 12;
    private const int MinimumBytes = 17 + 6;
    private const int WaitTenths = 17 + 5;
    private const uint InputProcessing = 0x2 | 0x10 | 0x20 | 0x100 | 0x400; // BRKINT INPCK ISTRIP ICRNL IXON
    private const uint EightBits = 0x30; // CS8
    private const uint LineProcessing = 0x1 | 0x2 | 0x8 | 0x8000; // ISIG ICANON ECHO IEXTEN
    private const int AfterOutput = 1; // TCSADRAIN
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    private readonly ToolConsole _console;
    private readonly byte[] _before = new byte[TermiosSize];
    private readonly bool _changed;

    private Terminal(ToolConsole console)
    {
        _console = console;
        if (GetAttributes(0, _before) != 0) return;
        byte[] raw = (byte[])_before.Clone();
        Clear(raw, InputFlags, InputProcessing);
        Clear(raw, OutputFlags, 0);
        Clear(raw, LocalFlags, LineProcessing);
        BitConverter.TryWriteBytes(raw.AsSpan(ControlFlags), BitConverter.ToUInt32(raw, ControlFlags) | EightBits);
        raw[MinimumBytes] = 1;
        raw[WaitTenths] = 0;
        _changed = SetAttributes(0, AfterOutput, raw) == 0;
    }

    public int Columns
    {
        get
        {
            var size = new ushort[4];
            return WindowSize(1, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : 80;
        }
    }

    /// <summary>Takes the terminal over for editing.</summary>
    public static Terminal Take(ToolConsole console) => new(console);

    public int ReadByte()
    {
        _console.Flush();
        return _console.Input.ReadByte();
    }

    public void Write(string text)
    {
        _console.Write(text);
        _console.Flush();
    }

    public void Dispose()
    {
        if (_changed) _ = SetAttributes(0, AfterOutput, _before);
    }

    private static void Clear(byte[] termios, int offset, uint bits) =>
        BitConverter.TryWriteBytes(termios.AsSpan(offset), BitConverter.ToUInt32(termios, offset) & ~bits);

    [DllImport("libc", EntryPoint = "tcgetattr")]
    private static extern int GetAttributes(int descriptor, [Out] byte[] termios);

    [DllImport("libc", EntryPoint = "tcsetattr")]
    private static extern int SetAttributes(int descriptor, int when, [In] byte[] termios);

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int WindowSize(int descriptor, nuint request, [Out] ushort[] size);
}
