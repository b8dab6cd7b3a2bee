using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Core;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// RESTORE with any payload, on a whole node: what it takes must be a value that every command of its type can read and
/// change, that can be dumped, restored from that dump and deleted, and the memory is whole afterwards.
/// </summary>
internal sealed class PayloadTarget : NodeTarget
{
    private const int Steps = 12;

    public override string Name => "payload";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        var dice = DiceOf(bytes);
        QuietNode node = Empty(dice);
        if (!Restore(node, bytes.ToArray())) return;
        node.Node.Databases.Validate();
        byte[] digest = node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), "key"u8.ToArray());
        Must(Replies.Integer(node.Run("COPY"u8.ToArray(), "key"u8.ToArray(), "other"u8.ToArray())) == 1, "a restored key cannot be copied");
        Must(node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), "other"u8.ToArray()).AsSpan().SequenceEqual(digest), "a copy is another value");
        new ValueUse(node, dice).Run(Steps);
        Finish(node);
        if (!Restore(node, bytes.ToArray())) throw new System.IO.InvalidDataException("a payload is taken once and not again");
        Finish(node);
    }

    // A value of each type and representation, as recorded servers and a node of ours dump it.
    protected override IEnumerable<byte[]> OwnSeeds()
    {
        foreach (byte[] dump in RecordedDumps()) yield return dump;
        var node = new QuietNode();
        foreach (string line in (string[])
        [
            "SET k 12345", "SET k hello", "SET k " + new string('a', 200),
            "RPUSH k a b 3 dddd", "RPUSH k " + string.Join(' ', Enumerable.Range(0, 900)),
            "SADD k 1 2 70000", "SADD k a b 3", "SADD k " + string.Join(' ', Enumerable.Range(0, 600)) + " x",
            "HSET k f 1 g 2", "HSET k f " + new string('v', 100), "ZADD k 1 a 2.5 b inf c", "ZADD k 1 " + new string('m', 100),
            "XADD k 1-1 a b c d",
        ])
        {
            yield return Dumped(node, line);
        }

        yield return Dumped(node, "HSET k f 1 g 2", "HEXPIRE k 1000 FIELDS 1 f");
        yield return Dumped(node, "HSET k f 1 g " + new string('v', 100), "HEXPIRE k 1000 FIELDS 1 f");
        yield return Dumped(node, "XADD k 1-1 a b", "XADD k 2-1 a c", "XGROUP CREATE k g 0", "XREADGROUP GROUP g c STREAMS k >", "XDEL k 1-1");
        node.Node.Dispose();
    }
}
