using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Core;

namespace Hexad.Fuzz.Targets;

/// <summary>Something that reads what strangers wrote. Whatever the bytes, it may refuse them, and it may not throw, hang or contradict itself.</summary>
internal abstract class FuzzTarget
{
    /// <summary>What it is called on the command line, and the folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>The name under which its seeds lie in the program's folder.</summary>
    protected virtual string SeedFolder => Name;

    /// <summary>Reads the bytes. An exception is a finding.</summary>
    public abstract void Run(ReadOnlySpan<byte> bytes);

    /// <summary>Inputs that mean something, to begin with: files of real servers, the kept corpus, and what the target adds.</summary>
    public IEnumerable<byte[]> Seeds()
    {
        foreach (string folder in (string[])["seeds/" + SeedFolder, "corpus/" + Name])
        {
            string path = Path.Combine(AppContext.BaseDirectory, folder);
            if (!Directory.Exists(path)) continue;
            string[] files = Directory.GetFiles(path, "*", SearchOption.AllDirectories);
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files)
            {
                byte[] bytes = File.ReadAllBytes(file);
                if (bytes.Length <= Mutator.LongestInput) yield return bytes;
            }
        }

        foreach (byte[] own in OwnSeeds()) yield return own;
    }

    /// <summary>All targets.</summary>
    public static FuzzTarget[] All() =>
    [
        new RequestTarget(), new PacketTarget(), new SnapshotTarget(), new PayloadTarget(), new ConfigTarget(), new NodesFileTarget(),
        new ListpackTarget(), new IntegerSetTarget(), new QuicklistTarget(), new HyperLogLogTarget(), new StreamTarget(),
    ];

    /// <summary>Seeds that are made, not read.</summary>
    protected virtual IEnumerable<byte[]> OwnSeeds() => [];

    /// <summary>A number that tells inputs apart. A CRC would not: that of what ends in its own is 0.</summary>
    public static ulong Fingerprint(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (byte one in bytes) hash = (hash ^ one) * 1_099_511_628_211;
        return hash;
    }

    /// <summary>Dice that fall alike for like input.</summary>
    protected static Dice DiceOf(ReadOnlySpan<byte> bytes) => new(Fingerprint(bytes));

    /// <summary>States a fact about what was read.</summary>
    protected static void Must(bool fact, string what)
    {
        if (!fact) throw new InvalidDataException(what);
    }
}
