using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Simulator.Load;
using Hexad.Simulator.Virtual;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Checks;

/// <summary>A primary that started again: it serves its slots with what its file had.</summary>
/// <param name="AtUs">When its data was loaded.</param>
/// <param name="Node">Who.</param>
/// <param name="Name">What the run calls its process.</param>
/// <param name="Epoch">With which config epoch.</param>
/// <param name="Loaded">What it had then.</param>
/// <param name="Slots">Which slots it owned, as they travel.</param>
/// <param name="Replicas">What its living replicas had at that moment.</param>
public sealed record PrimaryRestart(long AtUs, NodeId Node, string Name, ulong Epoch, DataState Loaded, byte[] Slots, IReadOnlyList<DataState> Replicas);

/// <summary>
/// Judges the values that are left in the end. A write that was acknowledged and is gone is excused only if, after it, its
/// slot was taken over by data without it: by a replica that was elected and had not got it, or by its own primary,
/// started again from a file that did not have it, and gone on as the primary. What an elected replica had is what its status said before; what a
/// restarted primary had must be what is on its disk, and that must be what was last saved (<see cref="Started"/>).
/// </summary>
public sealed class LossCheck(World world, Verdict verdict, Lineage lineage)
{
    private const string SnapshotName = "/dump.rdb";

    /// <summary>All restarts of primaries in their order.</summary>
    public List<PrimaryRestart> Restarts { get; } = [];

    /// <summary>
    /// A process has loaded its data. It may not have less than its file says, and the file may not be older than the last
    /// one of which the process was told that it is on disk. (It may be a newer one, of another history even, of which the
    /// process was told that it could not be saved: its name was there already, and only the sync of the folder failed.)
    /// </summary>
    public void Started(Process process, DataState loaded)
    {
        string path = process.Folder + SnapshotName;
        DataState? promised = process.Machine.Disk.LastKept(path) is { } kept ? DataState.OfFile(kept) : null;
        DataState? there = process.Machine.Disk.Peek(path) is { } file ? DataState.OfFile(file) : null;
        if (there is not null) world.Counters.Count(Counter.StartsFromSnapshots);
        bool newer = process.Machine.Disk.IsNewerThanKept(path);
        if (promised is { } saved && (there is not { } found || (!newer && !lineage.Holds(found, saved))))
            verdict.Violated($"{process.Name} saved offset {saved.Offset} of {saved.History}, and its file has {there?.ToString() ?? "nothing"}");
        if (there is { } has && !lineage.Holds(loaded, has))
            verdict.Violated($"the file of {process.Name} has offset {has.Offset} of {has.History}, and it started with {loaded.Offset} of {loaded.History}");
    }

    /// <summary>Judges one key.</summary>
    public void Judge(KeyHistory key, IReadOnlyList<Promotion> promotions)
    {
        if (key.Final < 0)
        {
            verdict.Violated($"{key.Key} (slot {key.Slot}) could not be read in the end");
            return;
        }

        for (int i = key.Acknowledged.Count - 1; i >= 0; i--)
        {
            AcknowledgedWrite write = key.Acknowledged[i];
            if (write.Value <= key.Final) return;
            Promotion? winner = WinnerWithout(key.Slot, write, promotions);
            PrimaryRestart? restart = RestartWithout(key.Slot, write);
            if (winner is null && restart is null) Blame(key, write, promotions);
            else if (restart is null || winner?.AtUs < restart.AtUs) world.Counters.Count(Counter.LostWritesExcused);
            else CountRestart(restart, write);
        }
    }

    /// <summary>The first that took the slot over after the write and had not got it.</summary>
    private Promotion? WinnerWithout(SlotIndex slot, in AcknowledgedWrite write, IReadOnlyList<Promotion> promotions)
    {
        if (write.Mark is not { } mark) return null;
        foreach (Promotion promotion in promotions)
        {
            // By epoch, not by time: a primary that is cut off goes on for a while after another has been elected. Only of
            // those that took its own place time counts too: a new epoch of its own may not have reached its disk.
            bool later = promotion.Epoch > mark.ConfigEpoch || (promotion.Replaced == mark.Node && promotion.AtUs >= write.InvokedUs);
            if (later && SlotSet.Has(promotion.Slots, slot.Value) && !lineage.Holds(promotion.Had, mark.State)) return promotion;
        }

        return null;
    }

    private PrimaryRestart? RestartWithout(SlotIndex slot, in AcknowledgedWrite write)
    {
        if (write.Mark is not { } mark) return null;
        foreach (PrimaryRestart restart in Restarts)
        {
            bool later = restart.AtUs >= write.InvokedUs && (restart.Epoch >= mark.ConfigEpoch || restart.Node == mark.Node);
            if (later && SlotSet.Has(restart.Slots, slot.Value) && !lineage.Holds(restart.Loaded, mark.State)) return restart;
        }

        return null;
    }

    private void CountRestart(PrimaryRestart restart, in AcknowledgedWrite write)
    {
        world.Counters.Count(Counter.LostWithRestart);
        foreach (DataState replica in restart.Replicas)
        {
            if (!lineage.Holds(replica, write.Mark!.State)) continue;
            world.Counters.Count(Counter.LostThoughReplicated);
            return;
        }
    }

    private void Blame(KeyHistory key, in AcknowledgedWrite write, IReadOnlyList<Promotion> promotions)
    {
        var text = new System.Text.StringBuilder();
        text.Append($"the write {write.Value} of {key.Key} (slot {key.Slot}), acknowledged at {write.AcknowledgedUs / 1000} ms ");
        text.Append(write.Mark is { } mark ? $"at offset {mark.Offset} of {mark.History} in epoch {mark.ConfigEpoch} by {mark.Node}" : "without a mark");
        text.Append($", is lost: {key.Final} is left");
        foreach (Promotion promotion in promotions)
            if (SlotSet.Has(promotion.Slots, key.Slot.Value))
                text.Append($"; {promotion.Name} promoted at {promotion.AtUs / 1000} ms in epoch {promotion.Epoch} at offset {promotion.Had.Offset} of {promotion.Had.History}");
        foreach (PrimaryRestart restart in Restarts)
            if (SlotSet.Has(restart.Slots, key.Slot.Value))
                text.Append($"; {restart.Name} restarted at {restart.AtUs / 1000} ms in epoch {restart.Epoch} at offset {restart.Loaded.Offset} of {restart.Loaded.History}");
        verdict.Violated(text.ToString());
    }
}
