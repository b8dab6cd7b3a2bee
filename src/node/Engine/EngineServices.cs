using System;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>The services of data commands, carried out by the node.</summary>
public sealed class EngineServices(Node node, Databases databases, Dice dice) : CommandServices(databases, node.Options, dice)
{
    private readonly KeyspaceNotifier _notifier = new(node);

    /// <inheritdoc/>
    public override void KeyChanged(Database db, ReadOnlySpan<byte> key)
    {
        if (node.Conditions != 0) node.ReplicaExpiry.KeyChanged(db, key);
        if (node.KeyWaits.Any) node.KeyWaits.KeyChanged(db, key);
        if (node.Watches.Count > 0) node.Watches.KeyChanged(db, key);
    }

    /// <inheritdoc/>
    public override void KeyReady(Database db, ReadOnlySpan<byte> key)
    {
        if (node.KeyWaits.Any) node.KeyWaits.KeyChanged(db, key);
    }

    /// <inheritdoc/>
    public override void DatabaseChanged(Database? db)
    {
        if (db is null) node.Persistence.Flushed();
        if (node.KeyWaits.Any) node.KeyWaits.DatabaseChanged(db);
        if (node.Watches.Count > 0) node.Watches.DatabaseChanged(db);
    }

    /// <inheritdoc/>
    public override void Block(in CommandContext call, in KeyWait wait) => node.KeyWaits.Block(node.Dispatcher.Running!, call, wait);

    /// <inheritdoc/>
    public override void Notify(EventClass eventClass, string what, ReadOnlySpan<byte> key, Database db) => _notifier.Notify(what, key, db.Index);
}
