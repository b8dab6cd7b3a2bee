using System;
using System.IO;
using System.Text;

namespace Hexad.Client;

/// <summary>The arguments of this process as bytes. A key on the command line need not be UTF-8; .NET's strings are.</summary>
public static class ProcessArguments
{
    /// <summary>
    /// The bytes of the last arguments. Where decoding lost something they are taken from the system instead, which
    /// keeps what was really passed.
    /// </summary>
    public static byte[][] ToBytes(string[] arguments)
    {
        byte[][] encoded = Array.ConvertAll(arguments, Encoding.UTF8.GetBytes);
        if (!Array.Exists(arguments, a => a.Contains('\uFFFD'))) return encoded;
        byte[] raw;
        try
        {
            raw = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (IOException)
        {
            return encoded;
        }

        byte[][] all = SplitAtZero(raw);
        for (int i = 1; i <= arguments.Length && i <= all.Length; i++)
        {
            // What does not decode to the same text is not this argument: a launcher stands in between.
            if (Encoding.UTF8.GetString(all[^i]) != arguments[^i]) return encoded;
            encoded[^i] = all[^i];
        }

        return encoded;
    }

    private static byte[][] SplitAtZero(byte[] raw)
    {
        var parts = new System.Collections.Generic.List<byte[]>();
        int start = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != 0) continue;
            parts.Add(raw[start..i]);
            start = i + 1;
        }

        return [.. parts];
    }
}
