// How a command waits for a key (BLPOP, BZPOPMIN, XREAD BLOCK, …).
//
// A blocking command is written as if it did not block. It looks for something to take; if it finds it, it takes it,
// replies, and says what it changed. If it finds nothing, its last act is:
//
//   if (!call.TryTimeoutSeconds(call.Count - 1, out long timeoutMs)) return;     // always before anything else
//   …
//   call.Block(ObjectType.List, firstKey: 1, keyCount: call.Count - 2, timeoutMs);
//
// The engine then keeps the words of the call. Whoever creates or changes a key says so with call.Changed(key), as
// every write does: that alone makes the key ready, there is nothing else to signal. When the running command (or the
// whole transaction) has ended, the ready keys are looked at in the order in which they became ready. If the key
// holds a value of the wanted type, the calls that wait for it are run again from their beginning, in the order in which
// they began to wait, with all checks of a new call. A call that finds nothing still blocks again and keeps
// its deadline. So a command needs no second way to serve a client, and what it propagates (a BLPOP that took
// something is an LPOP elsewhere) it says in one place.
//
// A call may also want to be run again at some moment, whether or not a key changed until then (XREADGROUP CLAIM: an entry
// will have been pending for long enough); it may name another moment each time it blocks.
//
// Within a transaction or a script Block writes a null array at once. Commands whose null is another one there
// (BLMOVE, BRPOPLPUSH) ask call.MayBlock first.
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What a call waits for.</summary>
/// <param name="Type">A key serves when it holds a value of this type.</param>
/// <param name="FirstKey">The index of the first key among the words of the call.</param>
/// <param name="KeyCount">How many keys there are, one word each.</param>
/// <param name="TimeoutMs">How long at most, in ms; 0: for ever.</param>
/// <param name="AlsoWithoutKey">Whether the call is also run again when a key goes away or holds another type.</param>
/// <param name="AgainInMs">After how many ms the call is run again, whatever happened; <see cref="long.MaxValue"/>: never.</param>
public readonly record struct KeyWait(ObjectType Type, int FirstKey, int KeyCount, long TimeoutMs, bool AlsoWithoutKey, long AgainInMs);
