using System;
using System.Collections.Generic;
using System.Globalization;
using Hexad.Client;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>One line of CLUSTER NODES: what a node knows about another, or about itself.</summary>
/// <param name="Id">The 40 digits of its id.</param>
/// <param name="Host">Its address; empty when it is not known.</param>
/// <param name="Port">Its port for clients.</param>
/// <param name="BusPort">Its port for the cluster bus.</param>
/// <param name="Flags">myself, master, slave, fail?, fail, handshake, noaddr, nofailover, noflags.</param>
/// <param name="MasterId">The id of the master it follows; null for a master.</param>
/// <param name="Epoch">Its configuration epoch.</param>
/// <param name="Connected">Whether the link to it stands.</param>
/// <param name="Slots">The slots it serves.</param>
/// <param name="Migrating">Slots that it gives away, with the id of who gets them (of itself only).</param>
/// <param name="Importing">Slots that it receives, with the id of who gives them (of itself only).</param>
public sealed record NodeView(
    string Id,
    string Host,
    int Port,
    int BusPort,
    IReadOnlyList<string> Flags,
    string? MasterId,
    long Epoch,
    bool Connected,
    SlotSet Slots,
    IReadOnlyList<(int Slot, string Id)> Migrating,
    IReadOnlyList<(int Slot, string Id)> Importing)
{
    /// <summary>Whether this line is about the node that was asked.</summary>
    public bool IsMyself => Has("myself");

    /// <summary>Whether it follows a master.</summary>
    public bool IsSlave => Has("slave");

    /// <summary>Whether it was met but has not answered yet; its id is not its own then.</summary>
    public bool InHandshake => Has("handshake");

    /// <summary>Whether the node cannot be used: failed, without address.</summary>
    public bool IsGone => Has("fail") || Has("noaddr");

    /// <summary>Whether a flag is set.</summary>
    public bool Has(string flag)
    {
        foreach (string one in Flags)
        {
            if (one == flag) return true;
        }

        return false;
    }

    /// <summary>
    /// Reads the reply to CLUSTER NODES:
    /// <c>id host:port@busport[,hostname[,aux=value]*] flags master|- ping-sent pong-received epoch link slot…</c>, where a
    /// slot is a number, a range, or <c>[slot-&gt;-id]</c>, <c>[slot-&lt;-id]</c>. False when a line is not of this form.
    /// </summary>
    public static bool TryParse(string text, out List<NodeView> nodes)
    {
        nodes = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParseLine(line.TrimEnd('\r'), out NodeView? node)) return false;
            nodes.Add(node!);
        }

        return true;
    }

    private static bool TryParseLine(string line, out NodeView? node)
    {
        node = null;
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 8 || !TryParseAddress(words[1], out string host, out int port, out int busPort)) return false;
        if (!long.TryParse(words[6], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)) return false;
        var slots = new SlotSet();
        var migrating = new List<(int, string)>();
        var importing = new List<(int, string)>();
        for (int i = 8; i < words.Length; i++)
        {
            if (!TryParseSlots(words[i], slots, migrating, importing)) return false;
        }

        node = new NodeView(
            words[0], host, port, busPort, words[2].Split(','), words[3] == "-" ? null : words[3], epoch, words[7] == "connected", slots, migrating, importing);
        return true;
    }

    private static bool TryParseAddress(string text, out string host, out int port, out int busPort)
    {
        (host, port, busPort) = ("", 0, 0);
        int comma = text.IndexOf(',');
        if (comma >= 0) text = text[..comma];
        int at = text.IndexOf('@');
        if (at >= 0)
        {
            busPort = CNumber.Int32(text[(at + 1)..]);
            text = text[..at];
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0) return false;
        host = text[..colon];
        port = CNumber.Int32(text[(colon + 1)..]);
        // Before version 4 the bus port was not named: it was always 10000 above.
        if (busPort == 0) busPort = port + Layout.BusPortOffset;
        return true;
    }

    private static bool TryParseSlots(string word, SlotSet slots, List<(int Slot, string Id)> migrating, List<(int Slot, string Id)> importing)
    {
        if (word[0] == '[')
        {
            int arrow = word.IndexOf("-<-", StringComparison.Ordinal);
            bool incoming = arrow > 0;
            if (!incoming) arrow = word.IndexOf("->-", StringComparison.Ordinal);
            if (arrow < 0 || !int.TryParse(word.AsSpan(1, arrow - 1), out int open)) return false;
            (incoming ? importing : migrating).Add((open, word[(arrow + 3)..].TrimEnd(']')));
            return true;
        }

        int dash = word.IndexOf('-');
        if (!int.TryParse(dash < 0 ? word : word[..dash], out int first)) return false;
        int last = first;
        if (dash >= 0 && !int.TryParse(word[(dash + 1)..], out last)) return false;
        if (first < 0 || last >= Layout.SlotCount || first > last) return false;
        for (int slot = first; slot <= last; slot++) slots.Add(slot);
        return true;
    }
}
