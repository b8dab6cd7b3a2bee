// The memory in which the system put this process's arguments, which is what ps and /proc show of it.
//
//   arg start              arg end = env start                 env end
//   | src/server 0 a.conf 0 |  PATH=/bin 0 HOME=/root 0 ...    |
//
// A title may take the arguments' place. Where it is longer it goes on into the variables behind them, which are copied
// elsewhere before (setenv does that); the kernel shows text that runs over the end of the arguments to its first zero.
using System;
using System.Globalization;
using System.IO;

namespace Hexad.Host.Native;

/// <summary>
/// Writes over the arguments of the process. Contract: the addresses are those that the kernel itself names for this
/// process, writes stay between them, and nobody reads arguments or the first copies of variables from there afterwards.
/// </summary>
internal sealed unsafe class ArgumentArea
{
    private const int StartField = 47; // In /proc/self/stat, counted from 0.
    private const nint LargestBytes = 1 << 21;

    private readonly byte* _start;
    private readonly nint _argumentBytes;
    private nint _bytes;

    private ArgumentArea(nint start, nint argumentBytes)
    {
        _start = (byte*)start;
        _argumentBytes = _bytes = argumentBytes;
    }

    /// <summary>The area of this process; null where the system does not tell.</summary>
    internal static ArgumentArea? Find()
    {
        if (!TryRead("/proc/self/stat", out byte[] bytes)) return null;
        string stat = System.Text.Encoding.Latin1.GetString(bytes);

        // The second field is the program's name in brackets, which may hold anything.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        const int Named = 2;
        if (fields.Length < StartField - Named + 4) return null;
        Span<nint> places = stackalloc nint[4];
        for (int i = 0; i < places.Length; i++)
            if (!nint.TryParse(fields[StartField - Named + i].AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out places[i])) return null;
        (nint start, nint end, nint variables, nint last) = (places[0], places[1], places[2], places[3]);
        if (start == 0 || end <= start || end - start > LargestBytes) return null;
        var area = new ArgumentArea(start, end - start);
        if (variables == end && last > end && last - start <= LargestBytes && MoveVariables()) area._bytes = last - start;
        return area;
    }

    /// <summary>Shows these bytes, as many as there is room for, in place of the arguments.</summary>
    internal void Write(ReadOnlySpan<byte> title)
    {
        var area = new Span<byte>(_start, (int)_bytes);
        int length = (int)Math.Min(title.Length, _bytes - 1);
        area.Clear();
        title[..length].CopyTo(area);

        // A byte that is not zero at the arguments' end tells the kernel to look on; a title of just that length needs one more.
        if (length == _argumentBytes - 1 && _bytes > _argumentBytes) area[length] = (byte)' ';
    }

    private static bool MoveVariables()
    {
        if (!TryRead("/proc/self/environ", out byte[] bytes)) return false;
        int start = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != 0) continue;
            int equals = Array.IndexOf(bytes, (byte)'=', start, i - start);
            if (equals > start)
            {
                bytes[equals] = 0;
                fixed (byte* name = &bytes[start], value = &bytes[equals + 1])
                    if (LibC.SetVariable(name, value, overwrite: 1) != 0) return false;
            }

            start = i + 1;
        }

        return true;
    }

    private static bool TryRead(string path, out byte[] bytes)
    {
        try
        {
            bytes = File.ReadAllBytes(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bytes = [];
            return false;
        }
    }
}
