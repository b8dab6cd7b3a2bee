// What XADD and XTRIM have in common: how much of the stream's beginning is to go.
//
//   MAXLEN|MINID [=|~] threshold [LIMIT count] [KEEPREF|DELREF|ACKED]
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>The options of XADD up to the id, or those of XTRIM.</summary>
internal ref struct StreamTrimArguments
{
    private const long NodesPerTrim = 100;
    private const long DefaultLimit = 10_000;
    private const long GreatestDefaultLimit = 1_000_000;

    private bool _limitGiven;

    /// <summary>What is to go.</summary>
    public StreamTrim Trim;

    /// <summary>Whether anything is to go at all.</summary>
    public bool HasTrim { get; private set; }

    /// <summary>The index of the threshold; the word before it is <c>~</c> when the trim is approximate.</summary>
    public int ThresholdAt { get; private set; }

    /// <summary>What becomes of groups' references to the entries that go.</summary>
    public StreamReferencePolicy Policy { get; private set; }

    /// <summary>XADD: whether a stream that is not there is left so.</summary>
    public bool NeedsStream { get; private set; }

    /// <summary>XADD: the index of the id.</summary>
    public int IdAt { get; private set; }

    /// <summary>XADD: the id, if <see cref="HasId"/>.</summary>
    public StreamId Id { get; private set; }

    /// <summary>XADD: whether an id was given at all.</summary>
    public bool HasId { get; private set; }

    /// <summary>XADD: whether the id that was given has a sequence.</summary>
    public bool HasSeq { get; private set; }

    /// <summary>Reads the words from the third on; false when one of them was wrong, which was replied.</summary>
    public static bool TryRead(in CommandContext call, bool adds, out StreamTrimArguments arguments)
    {
        arguments = default;
        int i = 2;
        for (; i < call.Count; i++)
        {
            int more = call.Count - 1 - i;
            if (adds && call[i].SequenceEqual("*"u8)) break;
            if (more > 0 && (call.Says(i, "MAXLEN"u8) || call.Says(i, "MINID"u8)))
            {
                if (!arguments.TryStrategy(call, ref i)) return false;
            }
            else if (more > 0 && call.Says(i, "LIMIT"u8))
            {
                if (!call.TryLong(++i, out arguments.Trim.Limit)) return false;
                if (arguments.Trim.Limit < 0) return Refuse(call, ErrorReplies.NegativeTrimLimit);
                arguments._limitGiven = true;
            }
            else if (StreamReferences.PolicyOf(call, i) is var policy and not StreamReferencePolicy.NotSaid)
            {
                if (arguments.Policy != StreamReferencePolicy.NotSaid) return Refuse(call, ErrorReplies.Syntax);
                arguments.Policy = policy;
            }
            else if (adds && call.Says(i, "NOMKSTREAM"u8))
            {
                arguments.NeedsStream = true;
            }
            else if (adds)
            {
                if (!StreamIdText.TryParse(call[i], 0, mayLackSeq: true, out StreamId id, out bool hasSeq)) return Refuse(call, ErrorReplies.InvalidStreamId);
                (arguments.Id, arguments.HasId, arguments.HasSeq) = (id, true, hasSeq);
                break;
            }
            else return Refuse(call, ErrorReplies.Syntax);
        }

        arguments.IdAt = i;
        return arguments.TryLimit(call, adds);
    }

    private bool TryStrategy(in CommandContext call, ref int i)
    {
        if (HasTrim) return Refuse(call, ErrorReplies.TwoTrimStrategies);
        Trim.ByMinId = call.Says(i, "MINID"u8);
        if (call.Count - 1 - i >= 2)
        {
            Trim.IsApproximate = call[i + 1].SequenceEqual("~"u8);
            if (Trim.IsApproximate || call[i + 1].SequenceEqual("="u8)) i++;
        }

        i++;
        if (Trim.ByMinId)
        {
            if (!StreamIdText.TryId(call, i, out Trim.MinId)) return false;
        }
        else
        {
            if (!call.TryLong(i, out Trim.MaxLength)) return false;
            if (Trim.MaxLength < 0) return Refuse(call, ErrorReplies.NegativeMaxLength);
        }

        HasTrim = true;
        ThresholdAt = i;
        return true;
    }

    private bool TryLimit(in CommandContext call, bool adds)
    {
        if (Trim.Limit != 0 && !HasTrim) return Refuse(call, ErrorReplies.LimitWithoutTrim);
        if (!adds && !HasTrim) return Refuse(call, ErrorReplies.TrimWithoutStrategy);
        if (call.Services.Databases.Expired == ExpiredKeys.Ignore)
        {
            // What a primary sends has been made exact already.
            Trim.Limit = 0;
        }
        else if (_limitGiven)
        {
            if (!Trim.IsApproximate) return Refuse(call, ErrorReplies.LimitOfExactTrim);
        }
        else if (Trim.IsApproximate)
        {
            long entries = call.Services.Options.StreamNodeMaxEntries;
            Trim.Limit = entries <= 0 ? DefaultLimit : Math.Min(GreatestDefaultLimit, entries > GreatestDefaultLimit ? entries : NodesPerTrim * entries);
        }

        return true;
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
