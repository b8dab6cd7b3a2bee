using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Simulator.Virtual;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Checks;

/// <summary>
/// Judges the cluster by what its nodes say on the wire, knowing nothing of their insides:
/// a node votes for one candidate an epoch, for ever, crashes included; a slot has one owner an epoch; the epochs that a
/// process says never fall, and the config epoch with which a node owns slots does not fall over a restart either.
/// </summary>
public sealed class WireCheck(World world, Verdict verdict)
{
    private const long TakeoverUs = 30_000_000;
    private readonly Dictionary<(NodeId Voter, ulong Epoch), string> _votes = [];
    private readonly Dictionary<NodeId, Sender> _senders = [];
    private readonly Dictionary<ulong, List<Claim>> _claims = [];
    private readonly HashSet<NodeId> _withoutConsent = [];
    private long _lastTakeoverUs;

    /// <summary>Told of each vote as it leaves.</summary>
    public Action<Process>? VoteLeaves { get; set; }

    /// <summary>
    /// A node was told to take over without asking anybody: its epochs may meet others'. And so may those of whoever it
    /// votes for: in a minority its vote can make a majority that those outside have not agreed to.
    /// </summary>
    public void TookOver(NodeId node)
    {
        _withoutConsent.Add(node);
        _lastTakeoverUs = world.NowUs;
    }

    /// <summary>All agree again: whoever has slots now has them with everybody's consent.</summary>
    public void Settled()
    {
        // The command itself may still be on its way.
        if (world.NowUs - _lastTakeoverUs > TakeoverUs) _withoutConsent.Clear();
    }

    /// <summary>A message leaves a process.</summary>
    public void Sent(Process from, Socket socket, in BusPacket packet, NodeId id)
    {
        if (packet.Type == PacketType.Vote) Voted(from, socket, packet);
        if (!_senders.TryGetValue(id, out Sender? sender)) _senders.Add(id, sender = new Sender());
        CheckEpochs(from, sender, packet);
        if (packet.Type is PacketType.Ping or PacketType.Pong && packet.ClaimsPrimary) CheckClaims(from, sender, packet);
    }

    private void Voted(Process from, Socket socket, in BusPacket packet)
    {
        string candidate = ((socket.Peer?.Owner as Process)?.Name) ?? socket.Remote.ToString();
        VoteLeaves?.Invoke(from);
        var vote = (packet.Sender, packet.CurrentEpoch);
        if (_withoutConsent.Contains(packet.Sender) && socket.Peer?.Owner is Process { Occupant: ClusterOccupant { Cluster: { } elected } }) _withoutConsent.Add(elected.Myself.Id);
        if (_votes.TryAdd(vote, candidate) || _votes[vote] == candidate) return;
        verdict.Violated($"{from.Name} voted twice in epoch {packet.CurrentEpoch}: for {_votes[vote]} and for {candidate}");
    }

    private void CheckEpochs(Process from, Sender sender, in BusPacket packet)
    {
        // A link whose window is full sends later what was said earlier; the badge's sequence tells.
        ulong sequence = packet.Badge?.Sequence ?? ulong.MaxValue;
        if (sender.Process == from && sequence < sender.Sequence) return;
        sender.Sequence = sequence;
        if (sender.Process == from && packet.CurrentEpoch < sender.CurrentEpoch)
            verdict.Violated($"{from.Name} said current epoch {packet.CurrentEpoch} after {sender.CurrentEpoch}");
        sender.Process = from;
        sender.CurrentEpoch = packet.CurrentEpoch;
        if (!packet.ClaimsPrimary) return;
        if (packet.ConfigEpoch < sender.ConfigEpoch)
            verdict.Violated($"{from.Name} said config epoch {packet.ConfigEpoch} after {sender.ConfigEpoch}");
        sender.ConfigEpoch = packet.ConfigEpoch;
    }

    private void CheckClaims(Process from, Sender sender, in BusPacket packet)
    {
        if (packet.ConfigEpoch == sender.ClaimEpoch && packet.Slots.SequenceEqual(sender.Slots)) return;
        sender.ClaimEpoch = packet.ConfigEpoch;
        packet.Slots.CopyTo(sender.Slots);
        if (packet.ConfigEpoch == 0) return;
        if (!_claims.TryGetValue(packet.ConfigEpoch, out List<Claim>? claims)) _claims.Add(packet.ConfigEpoch, claims = []);
        Claim? own = null;
        foreach (Claim claim in claims)
        {
            if (claim.Owner == packet.Sender)
            {
                own = claim;
                continue;
            }

            int both = Common(claim.Slots, packet.Slots);
            if (both < 0 && packet.Slots.ContainsAnyExcept((byte)0)) world.Counters.Count(Counter.EpochCollisions);
            if (both < 0 || claim.WithoutConsent || _withoutConsent.Contains(packet.Sender)) continue;
            verdict.Violated($"slot {both} has two owners in epoch {packet.ConfigEpoch}: {claim.Name} and {from.Name}");
        }

        if (own is null) claims.Add(own = new Claim(packet.Sender, from.Name));
        own.WithoutConsent |= _withoutConsent.Contains(packet.Sender);
        for (int i = 0; i < SlotSet.Bytes; i++) own.Slots[i] |= packet.Slots[i];
    }

    private static int Common(byte[] one, ReadOnlySpan<byte> other)
    {
        for (int i = 0; i < SlotSet.Bytes; i++)
            if ((one[i] & other[i]) != 0) return i * 8 + int.TrailingZeroCount(one[i] & other[i]);
        return -1;
    }

    private sealed class Sender
    {
        public readonly byte[] Slots = new byte[SlotSet.Bytes];
        public Process? Process;
        public ulong Sequence;
        public ulong CurrentEpoch;
        public ulong ConfigEpoch;
        public ulong ClaimEpoch;
    }

    private sealed class Claim(NodeId owner, string name)
    {
        public readonly NodeId Owner = owner;
        public readonly string Name = name;
        public bool WithoutConsent;
        public readonly byte[] Slots = new byte[SlotSet.Bytes];
    }
}
