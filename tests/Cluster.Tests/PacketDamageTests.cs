using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class PacketDamageTests
{
    [Fact]
    public void Packets_of_real_servers_whole_and_damaged_never_break_an_invariant()
    {
        var dice = new Dice(3);
        List<byte[]> packets = Packets();
        Assert.True(packets.Count > 80);
        for (int world = 0; world < 12; world++)
        {
            var lone = new LoneMachine(Real(world));
            var links = new List<long>();
            for (int i = 0; i < 4; i++) links.Add(lone.Machine.Accept(lone.Time, "127.0.0.1", "127.0.0.1"));
            for (int round = 0; round < 1_500; round++)
            {
                byte[] bytes = (byte[])packets[dice.Below(packets.Count)].Clone();
                if (dice.Below(3) > 0) Damage(bytes, dice);
                int at = dice.Below(links.Count);
                if (!lone.Machine.Receive(lone.Time, links[at], bytes)) links[at] = lone.Machine.Accept(lone.Time, "127.0.0.1", "127.0.0.1");
                lone.Settle();
                foreach (ClusterNode node in new List<ClusterNode>(lone.Machine.Nodes.All))
                {
                    if (node.Link is { Up: true } link && dice.Below(40) == 0) lone.Machine.Receive(lone.Time, link.Id, bytes);
                }

                lone.Machine.Validate();
                if (round % 50 == 0) lone.Pass(200);
            }

            lone.Machine.DescribeConfig();
            lone.Machine.DescribeHealth();
        }
    }

    [Fact]
    public void An_epoch_beyond_all_reason_is_not_believed()
    {
        var lone = new LoneMachine();
        Peer peer = lone.Meet(7001);
        peer.CurrentEpoch = ulong.MaxValue;
        peer.ConfigEpoch = ulong.MaxValue;
        peer.Ping();
        Assert.InRange(lone.Machine.CurrentEpoch, 0ul, 1ul);
    }

    private static void Damage(byte[] bytes, Dice dice)
    {
        for (int hits = 1 + dice.Below(6); hits > 0; hits--)
        {
            int[] telling = [12, 13, 15, 23, 31, 39, 40 + dice.Below(40), 80 + dice.Below(2048), 2128 + dice.Below(40), 2215, 2247, 2249, 2250, 2251, 2253];
            int at = dice.Below(2) == 0 ? telling[dice.Below(telling.Length)] : dice.Below(bytes.Length);
            if (at >= bytes.Length) continue;
            bytes[at] = dice.Below(3) == 0 ? (byte)dice.Next() : "0123456789abcdef"u8[dice.Below(16)];
        }
    }

    private static string? Real(int world) => (world % 4) switch
    {
        0 => null,
        1 => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "nodes-redis-7.0.15.conf")),
        2 => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "nodes-redis-unstable.conf")),
        _ => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "nodes-valkey-unstable.conf")),
    };

    private static List<byte[]> Packets()
    {
        var packets = new List<byte[]>();
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "bus"), "*.bin", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files) packets.Add(File.ReadAllBytes(file));
        return packets;
    }
}
