// How a replica introduces itself to its primary.
//
//   we ──▶ PING                                                ◀── +PONG (or an error that means "who are you")
//   we ──▶ [AUTH …]  REPLCONF listening-port …  [REPLCONF ip-address …]  REPLCONF capa eof capa psync2 capa hexad  REPLCONF version …
//                                                              ◀── one reply each, of which only AUTH's matters
//   we ──▶ PSYNC id offset                                     ◀── +CONTINUE [id] | +FULLRESYNC id offset | error
//
// A primary that does not know PSYNC is asked with SYNC. A primary that cannot now (it loads, it has lost its own
// primary) is asked again later.
using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>What is said in the introduction.</summary>
/// <param name="User">For AUTH; empty: the default user.</param>
/// <param name="Password">For AUTH; empty: none is needed.</param>
/// <param name="Port">Where we listen for clients, or are announced to.</param>
/// <param name="AnnouncedAddress">The address at which we want to be known, or empty.</param>
/// <param name="History">The history of which we hold a part, or none.</param>
/// <param name="Next">The first byte of it that we lack.</param>
/// <param name="Failover">Whether the primary that we ask is to give up its role to us being asked (FAILOVER).</param>
public readonly record struct Introduction(
    string User, string Password, int Port, string AnnouncedAddress, ReplicationId History, ReplicationOffset Next, bool Failover);

/// <summary>What the introduction came to.</summary>
public enum HandshakeOutcome
{
    /// <summary>More replies are to come.</summary>
    More,

    /// <summary>The stream follows from where we are.</summary>
    Continues,

    /// <summary>A snapshot follows.</summary>
    SendsSnapshot,

    /// <summary>Not now: try again soon.</summary>
    TryLater,

    /// <summary>It will not work as things are: <see cref="Handshake.Fault"/>; try again all the same, from the start.</summary>
    Failed,
}

/// <summary>One introduction over one link.</summary>
public sealed class Handshake(Introduction introduction)
{
    private const int LongestLine = 4096;
    private readonly Queue<Step> _awaited = new();
    private readonly byte[] _line = new byte[LongestLine];
    private readonly List<byte> _toSend = [];
    private int _lineLength;
    private bool _askedWithSync;

    private enum Step
    {
        Ping, Auth, Port, Address, Abilities, Version, Psync,
    }

    /// <summary>The history that the primary goes on with; none if it did not say (an old one).</summary>
    public ReplicationId History { get; private set; }

    /// <summary>After <see cref="HandshakeOutcome.SendsSnapshot"/>: the place at which the snapshot stands.</summary>
    public ReplicationOffset Offset { get; private set; }

    /// <summary>Whether the primary knows neither offsets nor acknowledgements (SYNC).</summary>
    public bool IsOld => _askedWithSync;

    /// <summary>Why it failed, or what is worth a line in the log.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Remarks for the log that stopped nothing.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>What ROLE calls this stage.</summary>
    public static string StageName => "handshake";

    /// <summary>The link stands: begins.</summary>
    public void Begin() => Say(Step.Ping, "PING");

    /// <summary>What is to be sent now; empties it.</summary>
    public byte[] TakeToSend()
    {
        byte[] bytes = [.. _toSend];
        _toSend.Clear();
        return bytes;
    }

    /// <summary>Takes bytes of the primary; <paramref name="used"/> of them belonged to the introduction.</summary>
    public HandshakeOutcome Receive(ReadOnlySpan<byte> bytes, out int used)
    {
        for (used = 0; used < bytes.Length;)
        {
            byte b = bytes[used++];
            if (b != '\n')
            {
                if (_lineLength == LongestLine) return Fail("MASTER sent a reply that is too long");
                _line[_lineLength++] = b;
                continue;
            }

            string line = Encoding.Latin1.GetString(_line, 0, _lineLength).TrimEnd('\r');
            _lineLength = 0;
            // A primary that prepares its answer to PSYNC sends empty lines meanwhile.
            if (line.Length == 0) continue;
            HandshakeOutcome outcome = Reply(line);
            if (outcome != HandshakeOutcome.More) return outcome;
        }

        return HandshakeOutcome.More;
    }

    private HandshakeOutcome Reply(string line)
    {
        if (!_awaited.TryDequeue(out Step step)) return Fail($"MASTER sent a reply that nothing was asked for: {line}");
        bool isError = line[0] == '-';
        switch (step)
        {
            case Step.Ping:
                return Greeted(line, isError);
            case Step.Auth:
                return isError ? Fail($"Unable to AUTH to MASTER: {line}") : HandshakeOutcome.More;
            case Step.Port:
                return Remark(isError, "listening-port", line);
            case Step.Address:
                return Remark(isError, "ip-address", line);
            case Step.Version:
                // Servers before 7.2 do not know it, and need not.
                AskForStream();
                return HandshakeOutcome.More;
            case Step.Abilities:
                return Remark(isError, "capa", line);
            default:
                return Answered(line, isError);
        }
    }

    private HandshakeOutcome Greeted(string line, bool isError)
    {
        // These errors come from a server that wants AUTH first; an older one had other words for it.
        if (isError && !line.StartsWith("-NOAUTH", StringComparison.Ordinal) && !line.StartsWith("-NOPERM", StringComparison.Ordinal)
            && !line.StartsWith("-ERR operation not permitted", StringComparison.Ordinal))
            return Fail($"Error reply to PING from master: '{line}'");
        if (introduction.Password.Length > 0)
        {
            if (introduction.User.Length > 0) Say(Step.Auth, "AUTH", introduction.User, introduction.Password);
            else Say(Step.Auth, "AUTH", introduction.Password);
        }

        Say(Step.Port, "REPLCONF", "listening-port", introduction.Port.ToString());
        if (introduction.AnnouncedAddress.Length > 0) Say(Step.Address, "REPLCONF", "ip-address", introduction.AnnouncedAddress);
        Say(Step.Abilities, "REPLCONF", "capa", "eof", "capa", "psync2", "capa", "hexad");
        Say(Step.Version, "REPLCONF", "version", "7.2.0");
        return HandshakeOutcome.More;
    }

    private void AskForStream()
    {
        string id = introduction.History.IsNone ? "?" : introduction.History.ToString();
        string next = introduction.History.IsNone ? "-1" : introduction.Next.ToString();
        if (introduction.Failover) Say(Step.Psync, "PSYNC", id, next, "FAILOVER");
        else Say(Step.Psync, "PSYNC", id, next);
    }

    private HandshakeOutcome Answered(string line, bool isError)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "+CONTINUE")
        {
            if (words.Length > 1)
            {
                if (!HexId.TryParse(words[1], out HexId id)) return Fail($"MASTER continues under a bad replication id: {line}");
                History = new ReplicationId(id);
            }

            return HandshakeOutcome.Continues;
        }

        if (words[0] == "+FULLRESYNC")
        {
            if (words.Length < 3 || !HexId.TryParse(words[1], out HexId id) || !long.TryParse(words[2], out long offset) || offset < 0)
                return Fail("Master replied with wrong +FULLRESYNC syntax.");
            History = new ReplicationId(id);
            Offset = new ReplicationOffset(offset);
            return HandshakeOutcome.SendsSnapshot;
        }

        if (line.StartsWith("-NOMASTERLINK", StringComparison.Ordinal) || line.StartsWith("-LOADING", StringComparison.Ordinal))
        {
            Fault = $"Master is currently unable to PSYNC but should be in the future: {line}";
            return HandshakeOutcome.TryLater;
        }

        if (!isError || introduction.Failover) return Fail($"Unexpected reply to PSYNC from master: {line}");
        Remarks.Add($"Master does not support PSYNC or is in error state (reply: {line})");
        _askedWithSync = true;
        _toSend.AddRange("SYNC\r\n"u8);
        return HandshakeOutcome.SendsSnapshot;
    }

    private HandshakeOutcome Remark(bool isError, string what, string line)
    {
        if (isError) Remarks.Add($"(Non critical) Master does not understand REPLCONF {what}: {line}");
        return HandshakeOutcome.More;
    }

    private void Say(Step step, params ReadOnlySpan<string> words)
    {
        _awaited.Enqueue(step);
        Header((byte)'*', words.Length);
        foreach (string word in words)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(word);
            Header((byte)'$', bytes.Length);
            _toSend.AddRange(bytes);
            _toSend.AddRange("\r\n"u8);
        }
    }

    private void Header(byte type, int value)
    {
        Span<byte> digits = stackalloc byte[12];
        Utf8Formatter.TryFormat(value, digits, out int length);
        _toSend.Add(type);
        _toSend.AddRange(digits[..length]);
        _toSend.AddRange("\r\n"u8);
    }

    private HandshakeOutcome Fail(string why)
    {
        Fault = why;
        return HandshakeOutcome.Failed;
    }
}
