using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Hexad.Core;

/// <summary>
/// Facts that must hold, checked in Release too. One fact a call, on both sides of a boundary.
/// What a client or a peer sends is never asserted: it is checked and refused.
/// </summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantFailedException"/> unless <paramref name="fact"/> is true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That(
        [DoesNotReturnIf(false)] bool fact,
        [CallerArgumentExpression(nameof(fact))] string text = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!fact) Fail(text, file, line);
    }

    /// <summary>Marks a place that cannot be reached.</summary>
    [DoesNotReturn]
    public static void Unreachable(
        string why, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Fail(why, file, line);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string text, string file, int line) =>
        throw new InvariantFailedException($"{text} ({System.IO.Path.GetFileName(file)}:{line})");
}

/// <summary>An invariant did not hold: a bug in Hexad. The host reports it and ends the process.</summary>
public sealed class InvariantFailedException(string fact) : Exception("Invariant failed: " + fact);
