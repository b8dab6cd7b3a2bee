using System;
using Hexad.Commands;
using Hexad.Engine.Tests.Cluster;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Engine.Tests.Blocking;

/// <summary>Two blocking commands over strings, so that waiting can be tested without any other type.</summary>
internal static unsafe class BlockingCommands
{
    /// <summary>
    /// Teaches a node TAKE key… seconds, which answers with the first key that there is and its value and removes it, and
    /// AWAIT key seconds, which waits until the key holds "go" and fails when there is no such key.
    /// </summary>
    public static void Teach(NetHost host)
    {
        Add(host, "take", &Take, -3, lastKey: -2);
        Add(host, "await", &Await, 3, lastKey: 1);
    }

    private static void Add(NetHost host, string name, delegate*<ref CommandContext, void> entry, int arity, int lastKey)
    {
        CommandRow stand = CommandTable.Find("getdel"u8)!;
        host.Node.Dispatcher.Names.Add(name, new CommandRow(stand.Id, name, name, arity, Flags.Write | Flags.Blocking, Group.String, Acl.Write, "0")
        {
            DataEntry = entry,
            FirstKey = 1,
            LastKey = lastKey,
            KeyStep = 1,
            Keys = [new KeySpec { Begin = KeyBegin.Index, Index = 1, Find = KeyFind.Range, Last = lastKey == 1 ? 0 : lastKey, Step = 1 }],
        });
    }

    private static void Take(ref CommandContext call)
    {
        if (!call.TryTimeoutSeconds(call.Count - 1, out long timeoutMs)) return;
        for (int i = 1; i < call.Count - 1; i++)
        {
            EntryRef entry = call.FindForWrite(call[i]);
            if (!entry.Found) continue;
            call.Reply.Array(2);
            call.Reply.Bulk(call[i]);
            call.Reply.Bulk(entry.GetString(stackalloc byte[Database.ScratchBytes]));
            call.Db.Delete(entry);
            call.Changed(call[i]);
            call.Propagation.Instead(call.Db.Index, 2);
            call.Propagation.Add("DEL"u8);
            call.Propagation.Add(call[i]);
            return;
        }

        call.Block(ObjectType.String, 1, call.Count - 2, timeoutMs);
    }

    private static void Await(ref CommandContext call)
    {
        if (!call.TryTimeoutSeconds(2, out long timeoutMs)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found) call.Reply.Error("NOGROUP gone"u8);
        else if (entry.GetString(stackalloc byte[Database.ScratchBytes]).SequenceEqual("go"u8)) call.Reply.Ok();
        else
        {
            // As XREADGROUP, which makes a consumer even when it waits.
            call.Changed(call[1]);
            call.Block(ObjectType.String, 1, 1, timeoutMs, alsoWithoutKey: true);
        }
    }
}
