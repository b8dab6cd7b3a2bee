using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Wire.Tests.Bus;

public sealed class SlotSetTests
{
    [Fact]
    public void The_next_slot_in_a_set_or_out_of_it_is_the_one_that_looking_at_each_finds()
    {
        var dice = new Dice(1);
        var set = new SlotSet();
        for (int i = 0; i < 200; i++)
        {
            int first = dice.Below(SlotIndex.Count), count = dice.Below(4) == 0 ? dice.Below(1000) : 1;
            for (int slot = first; slot < first + count && slot < SlotIndex.Count; slot++) set.Add(slot);
        }

        int present = SlotIndex.Count, absent = SlotIndex.Count;
        for (int slot = SlotIndex.Count - 1; slot >= 0; slot--)
        {
            if (set.Has(slot)) present = slot;
            else absent = slot;
            Assert.Equal(present, set.Next(slot, present: true));
            Assert.Equal(absent, set.Next(slot, present: false));
        }

        Assert.Equal(SlotIndex.Count, set.Next(SlotIndex.Count, present: true));
    }
}
