using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class SlotClaimTests
{
    [Fact]
    public void A_claim_wins_over_a_smaller_epoch_and_loses_against_a_greater_one()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001), b = lone.Meet(7002);
        (a.CurrentEpoch, a.ConfigEpoch) = (5, 5);
        a.Own(0, 99);
        a.Ping();
        Assert.Equal(a.View, lone.Machine.Slots.Owner(50));
        (b.CurrentEpoch, b.ConfigEpoch) = (5, 4);
        b.Own(50, 60);
        b.Ping();
        Assert.Equal(a.View, lone.Machine.Slots.Owner(50));
        (b.CurrentEpoch, b.ConfigEpoch) = (6, 6);
        b.Ping();
        Assert.Equal(b.View, lone.Machine.Slots.Owner(50));
        Assert.Equal(a.View, lone.Machine.Slots.Owner(49));
        Assert.Equal(89, a.View.Slots.Count);
    }

    [Fact]
    public void Whoever_claims_slots_of_a_greater_epoch_is_told_who_owns_them()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001), b = lone.Meet(7002);
        (a.CurrentEpoch, a.ConfigEpoch) = (9, 9);
        a.Own(0, 99);
        a.Ping();
        lone.ForgetSent();
        (b.CurrentEpoch, b.ConfigEpoch) = (9, 4);
        b.Own(0, 99);
        b.Ping();
        Assert.Equal(1, lone.CountSent(PacketType.Update));
        foreach ((_, byte[] bytes) in lone.Sent)
        {
            BusPacket.TryRead(bytes, out BusPacket packet);
            if (packet.Type != PacketType.Update) continue;
            Assert.Equal(a.Id, packet.UpdateNode);
            Assert.Equal(9ul, packet.UpdateEpoch);
            Assert.Equal(100, SlotSet.CountOf(packet.UpdateSlots));
        }
    }

    [Fact]
    public void An_UPDATE_changes_owners_only_with_a_greater_epoch()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001), b = lone.Meet(7002);
        a.CurrentEpoch = b.CurrentEpoch = 9;
        a.ConfigEpoch = 8;
        a.Own(0, 9);
        a.Ping();
        var slots = new SlotSet();
        for (int slot = 0; slot < 10; slot++) slots.Add(slot);
        b.Say(b.ItsLink, PacketWriter.Update(b.Header(), b.Id, 7, slots.Bits));
        Assert.Equal(a.View, lone.Machine.Slots.Owner(3));
        b.Say(b.ItsLink, PacketWriter.Update(b.Header(), b.Id, 9, slots.Bits));
        Assert.Equal(b.View, lone.Machine.Slots.Owner(3));
    }

    [Fact]
    public void A_primary_with_slots_whose_epoch_is_anothers_too_takes_a_new_one_when_a_majority_had_time_to_object()
    {
        (LoneMachine lone, Peer a, Peer b) = WithCollision();
        Assert.Equal(5ul, lone.Machine.Myself.ConfigEpoch);
        lone.Pass(900);
        b.Ping();
        a.Ping();
        Assert.Equal(5ul, lone.Machine.Myself.ConfigEpoch);
        lone.Pass(200);
        a.Ping();
        Assert.Equal(8ul, lone.Machine.Myself.ConfigEpoch);
    }

    [Fact]
    public void A_primary_that_a_majority_does_not_talk_to_takes_no_new_epoch()
    {
        (LoneMachine lone, Peer a, Peer b) = WithCollision(others: 3);
        for (int i = 0; i < 6; i++)
        {
            lone.Pass(300);
            a.Ping();
        }

        Assert.Equal(5ul, lone.Machine.Myself.ConfigEpoch);
        b.Ping();
        a.Ping();
        Assert.Equal(8ul, lone.Machine.Myself.ConfigEpoch);
    }

    [Fact]
    public void A_primary_that_has_been_replaced_follows_its_successor_and_takes_no_new_epoch()
    {
        (LoneMachine lone, Peer a, Peer b) = WithCollision();
        lone.Pass(300);
        var slots = new SlotSet();
        for (int slot = 0; slot < 10; slot++) slots.Add(slot);
        b.Say(b.ItsLink, PacketWriter.Update(b.Header(), b.Id, 7, slots.Bits));
        Assert.True(lone.Machine.Myself.IsReplica);
        lone.Pass(1_200);
        a.Ping();
        Assert.Equal(7ul, b.View.ConfigEpoch);
        Assert.Equal(b.View, lone.Machine.Slots.Owner(3));
    }

    [Fact]
    public void Equal_epochs_for_one_slot_are_settled_at_once()
    {
        var lone = new LoneMachine();
        Peer a = Greater(lone);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        (a.CurrentEpoch, a.ConfigEpoch) = (7, lone.Machine.Myself.ConfigEpoch);
        a.Own(5, 20);
        a.Ping();
        Assert.Equal(8ul, lone.Machine.Myself.ConfigEpoch);
    }

    [Fact]
    public void Of_two_who_claim_a_slot_in_one_epoch_the_elected_one_keeps_it()
    {
        var lone = new LoneMachine();
        Peer a = Greater(lone);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        (a.CurrentEpoch, a.ConfigEpoch, a.Standing) = (7, lone.Machine.Myself.ConfigEpoch, Standing.Elected);
        a.Own(5, 20);
        a.Ping();
        Assert.Equal(a.ConfigEpoch, lone.Machine.Myself.ConfigEpoch);
        a.ConfigEpoch = 8;
        a.Ping();
        Assert.Equal(a.View, lone.Machine.Slots.Owner(5));
    }

    // We have slots 0 to 9 and epoch 5, and so has a node of a greater id with other slots.
    private static (LoneMachine Lone, Peer A, Peer B) WithCollision(int others = 1)
    {
        var lone = new LoneMachine();
        Assert.Null(lone.Machine.Operate(lone.Time, op => op.SetConfigEpoch(5)));
        Peer a = Greater(lone), b = lone.Meet(7900);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        for (int i = 0; i < others; i++)
        {
            Peer other = i == 0 ? b : lone.Meet(7900 + i);
            (other.CurrentEpoch, other.ConfigEpoch) = (7, 1 + (ulong)i);
            other.Own(100 + (i * 10), 109 + (i * 10));
            other.Ping();
        }

        lone.Pass(10);
        (a.CurrentEpoch, a.ConfigEpoch) = (7, 5);
        a.Own(200, 209);
        a.Ping();
        return (lone, a, b);
    }

    // Of two nodes with one epoch the one with the smaller id gives way.
    private static Peer Greater(LoneMachine lone)
    {
        for (int port = 7001; ; port++)
        {
            Peer peer = lone.Meet(port);
            if (peer.Id.CompareTo(lone.Machine.Myself.Id) > 0) return peer;
        }
    }

    [Fact]
    public void A_primary_that_loses_its_last_slot_follows_the_one_who_took_it()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        (a.CurrentEpoch, a.ConfigEpoch) = (5, 5);
        a.Own(0, 9);
        a.Ping();
        Assert.True(lone.Machine.Myself.IsReplica);
        Assert.Equal(a.Id, lone.Follows);
    }

    [Fact]
    public void A_primary_that_loses_some_slots_drops_their_keys()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        lone.HasNoKeys = false;
        (a.CurrentEpoch, a.ConfigEpoch) = (5, 5);
        a.Own(4, 5);
        a.Ping();
        Assert.Equal([new SlotIndex(4), new SlotIndex(5)], lone.Dropped);
        Assert.True(lone.Machine.Myself.IsPrimary);
    }

    [Fact]
    public void Of_two_primaries_with_one_epoch_the_smaller_id_takes_a_new_one_at_once_if_it_has_no_slots()
    {
        var lone = new LoneMachine();
        for (int port = 7001; port < 7010; port++)
        {
            Peer a = lone.Meet(port);
            ulong epoch = lone.Machine.Myself.ConfigEpoch;
            bool iAmSmaller = lone.Machine.Myself.Id.CompareTo(a.Id) < 0;
            (a.CurrentEpoch, a.ConfigEpoch) = (epoch + 5, epoch);
            a.Own(port, port);
            a.Ping();
            Assert.Equal(iAmSmaller ? epoch + 6 : epoch, lone.Machine.Myself.ConfigEpoch);
        }
    }

    [Fact]
    public void An_overtaken_packet_of_a_Hexad_node_changes_neither_role_nor_slots()
    {
        var lone = new LoneMachine();
        Peer old = lone.Meet(7001), heir = lone.Meet(7002);
        (old.CurrentEpoch, old.ConfigEpoch) = (5, 5);
        old.Own(0, 9);
        old.Ping();
        heir.CurrentEpoch = 6;
        heir.Follow(old);
        byte[] overtaken = heir.PingBytes(PacketType.Pong);
        (heir.Role, heir.Primary, heir.ConfigEpoch) = (NodeFlags.Primary, default, 6);
        heir.Ping();
        Assert.Equal(heir.View, lone.Machine.Slots.Owner(3));
        heir.Say(heir.OurLink, overtaken);
        Assert.True(heir.View.IsPrimary);
        Assert.Equal(heir.View, lone.Machine.Slots.Owner(3));
        Assert.Equal(1, lone.Machine.Counters.StalePackets);
    }

    [Fact]
    public void With_the_bug_injected_an_overtaken_packet_takes_the_slots_away_again()
    {
        var lone = new LoneMachine(bugs: new InjectedBugs { StalePacketsAreAccepted = true });
        Peer old = lone.Meet(7001), heir = lone.Meet(7002);
        (old.CurrentEpoch, old.ConfigEpoch) = (5, 5);
        old.Own(0, 9);
        old.Ping();
        heir.CurrentEpoch = 6;
        heir.Follow(old);
        byte[] overtaken = heir.PingBytes(PacketType.Pong);
        (heir.Role, heir.Primary, heir.ConfigEpoch) = (NodeFlags.Primary, default, 6);
        heir.Ping();
        heir.Say(heir.OurLink, overtaken);
        Assert.True(heir.View.IsReplica);
    }

    [Fact]
    public void An_overtaken_packet_of_another_server_is_known_by_epoch_and_offset()
    {
        var lone = new LoneMachine();
        Peer old = lone.Meet(7001, hexad: false), heir = lone.Meet(7002, hexad: false);
        (old.CurrentEpoch, old.ConfigEpoch) = (5, 5);
        old.Own(0, 9);
        old.Ping();
        (heir.CurrentEpoch, heir.Offset) = (5, 100);
        heir.Follow(old);
        heir.Answer();
        byte[] overtaken = heir.PingBytes(PacketType.Pong);
        (heir.Role, heir.Primary, heir.CurrentEpoch, heir.ConfigEpoch, heir.Offset) = (NodeFlags.Primary, default, 6, 6, 120);
        heir.Ping();
        heir.Say(heir.OurLink, overtaken);
        Assert.True(heir.View.IsPrimary);
    }

    [Fact]
    public void A_server_whose_offset_falls_is_believed_since_its_link_keeps_order()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001, hexad: false), b = lone.Meet(7002, hexad: false);
        a.Offset = 5_000;
        a.Ping();
        a.Offset = 10;
        a.Follow(b);
        Assert.True(a.View.IsReplica);
    }

    [Fact]
    public void A_slot_that_its_owner_stopped_claiming_goes_to_whoever_claims_it()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001), b = lone.Meet(7002);
        (a.CurrentEpoch, a.ConfigEpoch) = (9, 9);
        a.Own(0, 9);
        a.Ping();
        a.Slots.Remove(3);
        a.Ping();
        Assert.Equal(a.View, lone.Machine.Slots.Owner(3));
        (b.CurrentEpoch, b.ConfigEpoch) = (9, 2);
        b.Own(3, 3);
        b.Ping();
        Assert.Equal(b.View, lone.Machine.Slots.Owner(3));
    }

    [Fact]
    public void The_route_of_a_slot_follows_roles_and_moves()
    {
        var lone = new LoneMachine();
        Peer a = lone.Meet(7001);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 1)]));
        SlotMap slots = lone.Machine.Slots;
        Assert.True(slots.IsMine(new SlotIndex(0)));
        lone.Machine.Operate(lone.Time, op => op.SetSlotMigrating(0, a.Id.ToString()));
        Assert.False(slots.IsMine(new SlotIndex(0)));
        Assert.Equal(SlotRoute.Mine | SlotRoute.Moving, slots.Route(new SlotIndex(0)));
        lone.Machine.Operate(lone.Time, op => op.SetSlotStable(0));
        Assert.True(slots.IsMine(new SlotIndex(0)));
        (a.CurrentEpoch, a.ConfigEpoch) = (7, 7);
        a.Own(0, 1);
        a.Ping();
        Assert.Equal(SlotRoute.MyPrimarys, slots.Route(new SlotIndex(0)));
        var owners = new List<ClusterNode?> { slots.Owner(0), slots.Owner(1), slots.Owner(2) };
        Assert.Equal([a.View, a.View, null], owners);
    }
}
