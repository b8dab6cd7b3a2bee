using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Wire.Tests.Bus;

public sealed class BusPacketTests
{
    [Fact]
    public void Every_recorded_packet_is_read_as_its_index_says()
    {
        int packets = 0;
        foreach (Recording recording in Recordings.All())
        {
            Assert.Equal(PacketFault.None, BusPacket.TryRead(recording.Bytes, out BusPacket packet));
            JsonElement want = recording.Decoded;
            int rawType = want.GetProperty("raw_type").GetInt32();
            Assert.Equal(rawType & 0x7FFF, (int)packet.Type);
            Assert.Equal((rawType & 0x8000) != 0, packet.IsLight);
            packets++;
            if (packet.IsLight) continue;
            CompareHeader(want, packet);
            CompareGossip(want, packet);
            CompareBody(want, packet);
            CompareExtensions(want, packet);
        }

        Assert.True(packets > 80);
    }

    [Fact]
    public void Every_recorded_packet_is_written_again_byte_for_byte()
    {
        foreach (Recording recording in Recordings.All())
        {
            Assert.Equal(PacketFault.None, BusPacket.TryRead(recording.Bytes, out BusPacket packet));
            byte[] again = Rewrite(packet);
            Assert.True(recording.Bytes.AsSpan().SequenceEqual(again), $"{recording.Server}/{recording.File} differs");
        }
    }

    [Fact]
    public void A_packet_cut_at_any_byte_is_incomplete()
    {
        foreach (Recording recording in Recordings.All())
        {
            for (int length = 0; length < recording.Bytes.Length; length++)
                Assert.Equal(PacketFault.Incomplete, BusPacket.TryRead(recording.Bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void A_packet_that_is_cut_and_says_so_is_refused()
    {
        foreach (Recording recording in Recordings.All())
        {
            for (int length = 8; length < recording.Bytes.Length; length += 7)
            {
                byte[] cut = recording.Bytes.AsSpan(0, length).ToArray();
                BinaryPrimitives.WriteUInt32BigEndian(cut.AsSpan(4), (uint)length);
                Assert.NotEqual(PacketFault.None, BusPacket.TryRead(cut, out _));
            }
        }
    }

    [Fact]
    public void What_follows_a_packet_is_left_alone()
    {
        foreach (Recording recording in Recordings.All())
        {
            byte[] longer = [.. recording.Bytes, .. "RCmb"u8];
            Assert.Equal(PacketFault.None, BusPacket.TryRead(longer, out BusPacket packet));
            Assert.Equal(recording.Bytes.Length, packet.Bytes.Length);
        }
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var dice = new Dice(7);
        foreach (Recording recording in Recordings.All())
        {
            for (int round = 0; round < 200; round++)
            {
                byte[] bytes = (byte[])recording.Bytes.Clone();
                int hits = 1 + dice.Below(4);
                for (int i = 0; i < hits; i++)
                {
                    bool atCounts = dice.Below(2) == 0;
                    int at = atCounts ? new[] { 6, 7, 12, 13, 14, 15, 2214, 2215, 2253 }[dice.Below(9)] : dice.Below(bytes.Length);
                    if (at < bytes.Length) bytes[at] = (byte)dice.Next();
                }

                if (BusPacket.TryRead(bytes, out BusPacket packet) == PacketFault.None) Touch(packet);
            }
        }
    }

    [Fact]
    public void Another_signature_is_refused_at_its_first_byte()
    {
        Assert.Equal(PacketFault.BadSignature, BusPacket.TryRead("X"u8, out _));
        Assert.Equal(PacketFault.BadSignature, BusPacket.TryRead("RCmc"u8, out _));
        Assert.Equal(PacketFault.Incomplete, BusPacket.TryRead("RCmb"u8, out _));
    }

    [Fact]
    public void An_absurd_length_is_refused_before_anything_is_waited_for()
    {
        Assert.Equal(PacketFault.BadLength, BusPacket.TryRead([.. "RCmb"u8, 0xFF, 0xFF, 0xFF, 0xFF], out _));
        Assert.Equal(PacketFault.BadLength, BusPacket.TryRead([.. "RCmb"u8, 0, 0, 0, 15], out _));
    }

    [Fact]
    public void Extension_type_four_is_told_apart_by_its_length()
    {
        byte[] secret = WithExtension(4, new byte[40]);
        byte[] address = WithExtension(4, [.. "10.0.0.1"u8, 0, 0, 0, 0, 0, 0, 0, 0]);
        byte[] future = WithExtension(77, new byte[8]);
        Assert.Equal(ExtensionType.InternalSecret, OnlyExtension(secret));
        Assert.Equal(ExtensionType.ClientAddressV4, OnlyExtension(address));
        Assert.Equal(ExtensionType.Unknown, OnlyExtension(future));
    }

    [Fact]
    public void A_badge_goes_there_and_back_and_real_servers_have_none()
    {
        var badge = new HexadBadge(Standing.MayStand | Standing.InSync, 0x0123456789ABCDEF, 42, 99);
        byte[] bytes = PacketWriter.Bare(PacketType.VoteRequest, new PacketHeader { Badge = badge, Address = "" });
        Assert.Equal(PacketFault.None, BusPacket.TryRead(bytes, out BusPacket packet));
        Assert.Equal(badge, packet.Badge);
        foreach (Recording recording in Recordings.All())
        {
            BusPacket.TryRead(recording.Bytes, out BusPacket real);
            if (!real.IsLight) Assert.Null(real.Badge);
        }
    }

    private static void CompareHeader(JsonElement want, BusPacket packet)
    {
        Assert.Equal(want.GetProperty("port").GetInt32(), packet.Port);
        Assert.Equal(want.GetProperty("pport").GetInt32(), packet.OtherPort);
        Assert.Equal(want.GetProperty("cport").GetInt32(), packet.BusPort);
        Assert.Equal(want.GetProperty("currentEpoch").GetUInt64(), packet.CurrentEpoch);
        Assert.Equal(want.GetProperty("configEpoch").GetUInt64(), packet.ConfigEpoch);
        Assert.Equal(want.GetProperty("offset").GetInt64(), packet.Offset.Value);
        Assert.Equal(want.GetProperty("sender").GetString(), packet.Sender.ToString());
        string primary = want.GetProperty("slaveof").GetString()!;
        Assert.Equal(primary.Length == 0, packet.ClaimsPrimary);
        if (primary.Length > 0) Assert.Equal(primary, packet.Primary.ToString());
        Assert.Equal(want.GetProperty("myip").GetString(), packet.Address);
        Assert.Equal(want.GetProperty("raw_flags").GetInt32(), (int)packet.Flags);
        Assert.Equal(want.GetProperty("state").GetInt32() != 0, packet.ClusterDown);
        Assert.Equal(Convert.ToInt32(want.GetProperty("mflags").GetString()![..2], 16), (int)packet.MessageFlags);
        int slots = 0;
        foreach (JsonElement range in want.GetProperty("myslots").EnumerateArray())
        {
            for (int slot = range[0].GetInt32(); slot <= range[1].GetInt32(); slot++, slots++) Assert.True(SlotSet.Has(packet.Slots, slot));
        }

        Assert.Equal(slots, SlotSet.CountOf(packet.Slots));
    }

    private static void CompareGossip(JsonElement want, BusPacket packet)
    {
        if (!want.TryGetProperty("gossip", out JsonElement entries)) return;
        Assert.Equal(entries.GetArrayLength(), packet.GossipCount);
        for (int i = 0; i < packet.GossipCount; i++)
        {
            JsonElement entry = entries[i];
            GossipEntry got = packet.Gossip(i);
            Assert.Equal(entry.GetProperty("nodename").GetString(), got.Node.ToString());
            Assert.Equal(entry.GetProperty("ping_sent").GetUInt32(), got.PingSentSeconds);
            Assert.Equal(entry.GetProperty("pong_received").GetUInt32(), got.PongReceivedSeconds);
            Assert.Equal(entry.GetProperty("ip").GetString(), got.Address);
            Assert.Equal(entry.GetProperty("port").GetInt32(), got.Port);
            Assert.Equal(entry.GetProperty("pport").GetInt32(), got.OtherPort);
            Assert.Equal(entry.GetProperty("cport").GetInt32(), got.BusPort);
            Assert.Equal(entry.GetProperty("flags").GetInt32(), (int)got.Flags);
        }
    }

    private static void CompareBody(JsonElement want, BusPacket packet)
    {
        if (want.TryGetProperty("fail_node", out JsonElement failed)) Assert.Equal(failed.GetString(), packet.FailedNode.ToString());
        if (want.TryGetProperty("channel", out JsonElement channel))
        {
            Assert.Equal(channel.GetString(), Encoding.Latin1.GetString(packet.Channel));
            Assert.Equal(want.GetProperty("message").GetString(), Encoding.Latin1.GetString(packet.Message));
        }

        if (want.TryGetProperty("update", out JsonElement update))
        {
            Assert.Equal(update.GetProperty("configEpoch").GetUInt64(), packet.UpdateEpoch);
            Assert.Equal(update.GetProperty("nodename").GetString(), packet.UpdateNode.ToString());
            Assert.Equal(update.GetProperty("slots_set").GetInt32(), SlotSet.CountOf(packet.UpdateSlots));
        }
    }

    private static void CompareExtensions(JsonElement want, BusPacket packet)
    {
        if (!want.TryGetProperty("ext", out JsonElement extensions)) return;
        int at = 0;
        foreach (Extension extension in packet.Extensions)
        {
            JsonElement entry = extensions[at++];
            Assert.Equal(entry.GetProperty("type").GetInt32(), (int)extension.Type);
            if (extension.Type == ExtensionType.Hostname) Assert.Equal(entry.GetProperty("text").GetString(), extension.Text);
            if (extension.Type == ExtensionType.ShardId) Assert.Equal(entry.GetProperty("text").GetString(), extension.Id.ToString());
            if (extension.Type == ExtensionType.ForgottenNode) Assert.StartsWith(extension.Id.ToString(), entry.GetProperty("text").GetString());
        }

        Assert.Equal(extensions.GetArrayLength(), at);
    }

    private static byte[] Rewrite(BusPacket packet)
    {
        if (packet.IsLight) return PacketWriter.LightPublish(packet.Type, packet.Channel, packet.Message);
        var header = new PacketHeader
        {
            Sender = packet.Sender,
            Primary = packet.Primary,
            Slots = packet.Slots,
            CurrentEpoch = packet.CurrentEpoch,
            ConfigEpoch = packet.ConfigEpoch,
            Offset = packet.Offset,
            Address = packet.Address,
            Port = packet.Port,
            OtherPort = packet.OtherPort,
            BusPort = packet.BusPort,
            Flags = packet.Flags,
            MessageFlags = packet.MessageFlags,
            ClusterDown = packet.ClusterDown,
        };
        return packet.Type switch
        {
            PacketType.Ping or PacketType.Pong or PacketType.Meet => RewriteGossip(packet, header),
            PacketType.Fail => PacketWriter.Fail(header, packet.FailedNode),
            PacketType.Publish or PacketType.PublishShard => PacketWriter.Publish(packet.Type, header, packet.Channel, packet.Message),
            PacketType.Update => PacketWriter.Update(header, packet.UpdateNode, packet.UpdateEpoch, packet.UpdateSlots),
            _ => PacketWriter.Bare(packet.Type, header),
        };
    }

    private static byte[] RewriteGossip(BusPacket packet, PacketHeader header)
    {
        var gossip = new List<GossipEntry>();
        for (int i = 0; i < packet.GossipCount; i++) gossip.Add(packet.Gossip(i));
        var extensions = new List<ExtensionData>();
        foreach (Extension extension in packet.Extensions)
        {
            extensions.Add(extension.Type switch
            {
                ExtensionType.Hostname => ExtensionData.Hostname(extension.Text),
                ExtensionType.HumanName => ExtensionData.HumanName(extension.Text),
                ExtensionType.ForgottenNode => ExtensionData.Forgotten(new NodeId(extension.Id), extension.ForgetSeconds),
                _ => ExtensionData.Shard(extension.Id),
            });
        }

        return PacketWriter.Gossip(packet.Type, header, gossip, extensions);
    }

    private static byte[] WithExtension(ushort type, byte[] data)
    {
        var header = new PacketHeader { Address = "", MessageFlags = MessageFlags.ExtensionData };
        byte[] bytes = PacketWriter.Gossip(PacketType.Ping, header, [], [ExtensionData.Shard(default)]);
        byte[] packet = [.. bytes.AsSpan(0, BusPacket.HeaderLength), 0, 0, 0, (byte)(8 + data.Length), (byte)(type >> 8), (byte)type, 0, 0, .. data];
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)packet.Length);
        return packet;
    }

    private static ExtensionType OnlyExtension(byte[] bytes)
    {
        Assert.Equal(PacketFault.None, BusPacket.TryRead(bytes, out BusPacket packet));
        ExtensionReader extensions = packet.Extensions;
        Assert.True(extensions.MoveNext());
        return extensions.Current.Type;
    }

    private static void Touch(BusPacket packet)
    {
        _ = packet.Type.ToString();
        if (packet.Type is PacketType.Publish or PacketType.PublishShard) _ = packet.Channel.Length + packet.Message.Length;
        if (packet.IsLight) return;
        _ = (packet.Sender, packet.Primary, packet.Address, packet.Badge);
        for (int i = 0; i < packet.GossipCount; i++) _ = packet.Gossip(i);
        foreach (Extension extension in packet.Extensions) _ = (extension.Text, extension.Id, extension.ForgetSeconds);
        if (packet.Type == PacketType.Fail) _ = packet.FailedNode;
        if (packet.Type == PacketType.Update) _ = (packet.UpdateEpoch, packet.UpdateNode, packet.UpdateSlots.Length);
    }
}
