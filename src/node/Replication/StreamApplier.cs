// Takes the stream of our primary apart and has it applied, unit by unit.
//
//   unit = command | MULTI command* EXEC
//
// A unit counts when all of it has been applied: then its bytes are part of our history, and go on to our own replicas
// as they came. A transaction is kept until its EXEC is there, so a link that breaks in the middle of one leaves
// nothing of it behind, and we ask for it again from its MULTI on.
using System;
using System.Text;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Replication;

/// <summary>Where the commands of a stream are carried out.</summary>
public interface IStreamTarget
{
    /// <summary>Whether a command may be applied now. If not, the rest is kept until <see cref="StreamApplier.Resume"/>.</summary>
    bool MayApply { get; }

    /// <summary>Carries out one command of <paramref name="size"/> bytes.</summary>
    void Apply(in Arguments call, int size);

    /// <summary>The commands of a transaction follow: to everybody else they are one, until <see cref="Applied"/>.</summary>
    void BeginTransaction();

    /// <summary>A whole unit has been carried out; these are its bytes.</summary>
    void Applied(ReadOnlySpan<byte> unit);
}

/// <summary>Applies the stream of one link.</summary>
public sealed class StreamApplier(IStreamTarget target)
{
    private static readonly RequestLimits Limits = new() { MaxBulkLength = 1L << 40 };
    private readonly RequestParser _parser = new();
    private readonly RequestParser _inner = new();
    private byte[] _kept = new byte[1024];
    private int _keptLength;
    private byte[] _transaction = [];
    private int _transactionLength;
    private bool _busy;

    /// <summary>Bytes that have come and are not part of a whole unit yet.</summary>
    public long Pending => (long)_keptLength + _transactionLength;

    /// <summary>Why the stream is no stream of commands, or empty.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Takes the next bytes.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (_busy || _keptLength > 0 || !target.MayApply)
        {
            Keep(bytes);
            Resume();
            return;
        }

        int used = Consume(bytes);
        if (used < bytes.Length) Keep(bytes[used..]);
    }

    /// <summary>Goes on with what is kept.</summary>
    public void Resume()
    {
        if (_busy || _keptLength == 0) return;
        int used = Consume(_kept.AsSpan(0, _keptLength));
        _keptLength -= used;
        if (used > 0) _kept.AsSpan(used, _keptLength).CopyTo(_kept);
        if (_keptLength == 0 && _kept.Length > 1 << 20) _kept = new byte[1024];
    }

    private int Consume(ReadOnlySpan<byte> bytes)
    {
        _busy = true;
        int total = 0;
        while (target.MayApply && Fault.Length == 0)
        {
            ParseOutcome outcome = _parser.Parse(bytes, Limits);
            int end = 0;
            int done = 0;
            for (; done < _parser.Count && target.MayApply; done++)
            {
                int next = _parser.EndOf(done);
                Unit(_parser.Request(done, bytes), bytes[end..next]);
                end = next;
            }

            if (done == _parser.Count) _parser.Shift(end);
            else _parser.Reset();
            total += end;
            bytes = bytes[end..];
            if (outcome == ParseOutcome.NeedMore) break;
            if (outcome == ParseOutcome.Malformed) Fault = _parser.Fault;
        }

        _busy = false;
        return total;
    }

    private void Unit(in Arguments call, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> name = call[0];
        if (_transactionLength > 0)
        {
            KeepInTransaction(bytes);
            if (Is(name, "EXEC")) ApplyTransaction();
        }
        else if (Is(name, "MULTI"))
        {
            KeepInTransaction(bytes);
        }
        else
        {
            target.Apply(call, bytes.Length);
            target.Applied(bytes);
        }
    }

    private void ApplyTransaction()
    {
        Span<byte> all = _transaction.AsSpan(0, _transactionLength);
        ReadOnlySpan<byte> rest = all;
        _inner.Reset();
        target.BeginTransaction();
        while (rest.Length > 0)
        {
            ParseOutcome outcome = _inner.Parse(rest, Limits);
            Invariant.That(outcome != ParseOutcome.Malformed && _inner.Count > 0);
            int end = 0;
            for (int i = 0; i < _inner.Count; i++)
            {
                Arguments call = _inner.Request(i, rest);
                if (!Is(call[0], "MULTI") && !Is(call[0], "EXEC")) target.Apply(call, _inner.EndOf(i) - end);
                end = _inner.EndOf(i);
            }

            _inner.Shift(end);
            rest = rest[end..];
        }

        target.Applied(all);
        _transactionLength = 0;
        if (_transaction.Length > 1 << 20) _transaction = [];
    }

    private static bool Is(ReadOnlySpan<byte> word, string name) => Ascii.EqualsIgnoreCase(word, name);

    private void KeepInTransaction(ReadOnlySpan<byte> bytes)
    {
        Room(ref _transaction, _transactionLength, bytes.Length);
        bytes.CopyTo(_transaction.AsSpan(_transactionLength));
        _transactionLength += bytes.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Room(ref _kept, _keptLength, bytes.Length);
        bytes.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += bytes.Length;
    }

    private static void Room(ref byte[] buffer, int used, int more)
    {
        if (buffer.Length - used < more) Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(buffer.Length * 2L, (long)used + more)));
    }
}
