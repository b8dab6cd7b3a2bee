// Consumers come to be when they are first named: by XREADGROUP, XCLAIM, XAUTOCLAIM, or by XGROUP CREATECONSUMER.
using System;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Makes consumers and says that they were made.</summary>
internal static class StreamConsumers
{
    /// <summary>Makes a consumer if there is none of that name; the caller says so (<see cref="Made"/>) when its edit has ended.</summary>
    public static bool TryMake(in CommandContext call, nint root, StreamGroup group, ReadOnlySpan<byte> name, out StreamConsumer consumer) =>
        call.Services.Databases.Collections.Streams.Groups.TryAddConsumer(root, group, name, call.Now.Value, StreamConsumer.NeverActive, out consumer);

    /// <summary>A consumer was made.</summary>
    public static void Made(in CommandContext call, ReadOnlySpan<byte> key)
    {
        call.Services.Changes++;
        call.Notify(EventClass.Stream, "xgroup-createconsumer", key);
    }
}
