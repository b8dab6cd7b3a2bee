using System.Collections.Generic;
using Hexad.Core;
using Hexad.Simulator.Load;
using Hexad.Simulator.Virtual;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Checks;

/// <summary>A primary that started again with less data than it had, and served its slots as if nothing were missing.</summary>
public sealed record EmptyRestart(long AtUs, NodeId Node, byte[] Slots);

/// <summary>
/// Judges the values that are left in the end. A write that was acknowledged and is gone is excused only if a later
/// election of its slot was won by a node whose offset was smaller than the write's: then replication had not brought
/// it there. (A primary that is restarted without a copy of its data on disk has won an election, so to speak, with
/// what it loaded.)
/// </summary>
public sealed class LossCheck(World world, Verdict verdict)
{
    public List<EmptyRestart> EmptyRestarts { get; } = [];

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
            // Restarts first: they begin histories anew, and offsets of two histories cannot be compared.
            if (WentWithARestart(key.Slot, write, promotions)) world.Counters.Count(Counter.LostWithRestart);
            else if (IsBehindAWinner(key.Slot, write, promotions)) world.Counters.Count(Counter.LostWritesExcused);
            else Blame(key, write, promotions);
        }
    }

    private static bool IsBehindAWinner(SlotIndex slot, in AcknowledgedWrite write, IReadOnlyList<Promotion> promotions)
    {
        if (write.Mark is not { } mark) return false;
        foreach (Promotion promotion in promotions)
        {
            // By epoch, not by time: a primary that is cut off goes on for a while after another has been elected.
            if (promotion.Epoch > mark.ConfigEpoch && SlotSet.Has(promotion.Slots, slot.Value) && promotion.Offset < mark.Offset) return true;
        }

        return false;
    }

    private bool WentWithARestart(SlotIndex slot, in AcknowledgedWrite write, IReadOnlyList<Promotion> promotions)
    {
        foreach (EmptyRestart restart in EmptyRestarts)
        {
            if (!SlotSet.Has(restart.Slots, slot.Value)) continue;
            if (restart.AtUs >= write.InvokedUs) return true;
            if (write.Mark is not { } mark || mark.Node != restart.Node) continue;

            // It began a history of its own; a replica that was elected later still had the one before.
            foreach (Promotion promotion in promotions)
                if (promotion.Epoch > mark.ConfigEpoch && promotion.History != mark.History && SlotSet.Has(promotion.Slots, slot.Value)) return true;
        }

        return false;
    }

    private void Blame(KeyHistory key, in AcknowledgedWrite write, IReadOnlyList<Promotion> promotions)
    {
        var text = new System.Text.StringBuilder();
        text.Append($"the write {write.Value} of {key.Key} (slot {key.Slot}), acknowledged at {write.AcknowledgedUs / 1000} ms ");
        text.Append(write.Mark is { } mark ? $"at offset {mark.Offset} in epoch {mark.ConfigEpoch} by {mark.Node}" : "without a mark");
        text.Append($", is lost: {key.Final} is left");
        foreach (Promotion promotion in promotions)
            if (SlotSet.Has(promotion.Slots, key.Slot.Value))
                text.Append($"; {promotion.Name} promoted at {promotion.AtUs / 1000} ms in epoch {promotion.Epoch} at offset {promotion.Offset}");
        verdict.Violated(text.ToString());
    }
}
