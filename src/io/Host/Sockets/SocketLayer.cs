using System;

using Hexad.Host.Native;
using Hexad.Wire;

namespace Hexad.Host.Sockets;

/// <summary>
/// Everything a loop asks of the system about sockets: the seam between the loop, which is one, and its two grounds,
/// <see cref="EpollSockets"/> on Linux and <see cref="PortableSockets"/> elsewhere.
/// <para>A socket is a small number, given out anew after <see cref="Close"/>, so that the loop keeps its links in an
/// array. No call blocks but <see cref="Wait"/>. Calls that give a number give a negative
/// <see cref="SystemError"/> where they fail, as the kernel does, so that nothing is allocated on the way.
/// All but <see cref="Wake"/> belong to the loop's own thread.</para>
/// </summary>
public abstract class SocketLayer : IDisposable
{
    /// <summary>What <see cref="Receive"/>, <see cref="Send"/> and <see cref="Accept"/> answer when there is nothing to do now.</summary>
    public const int WouldBlock = -(int)SystemError.WouldBlock;

    /// <summary>What <see cref="Connect"/> answers through <see cref="Finish"/> while it is still under way.</summary>
    public const int InProgress = -(int)SystemError.InProgress;

    /// <summary>Opens a listening socket; its number, or a negative error. Accepted sockets are watched for input at once.</summary>
    public abstract int Listen(in SocketAddress address, int backlog);

    /// <summary>Takes one waiting connection: its number, <see cref="WouldBlock"/>, or a negative error.</summary>
    public abstract int Accept(int listener, out SocketAddress peer);

    /// <summary>
    /// Starts to connect, from <paramref name="source"/> unless that is nothing. A number means under way: the socket
    /// is reported writable when it is decided, and then <see cref="Finish"/> tells how.
    /// </summary>
    public abstract int Connect(in SocketAddress target, in SocketAddress source);

    /// <summary>How a started connect ended: 0, <see cref="InProgress"/>, or a negative error.</summary>
    public abstract int Finish(int socket);

    /// <summary>Bytes read into <paramref name="buffer"/>, 0 at the end of the stream, or a negative error.</summary>
    public abstract int Receive(int socket, Span<byte> buffer);

    /// <summary>Bytes taken, at least one, or a negative error.</summary>
    public abstract int Send(int socket, ReadOnlySpan<byte> bytes);

    /// <summary>Bytes taken of several parts in one call, at least one, or a negative error.</summary>
    public abstract int Send(int socket, ReadOnlySpan<OutputPart> parts);

    /// <summary>
    /// Says what the socket is watched for from now on, and has it reported again if it is ready for that. Input of a
    /// connection is reported once, when it comes: who then reads neither until <see cref="WouldBlock"/> nor until a read
    /// filled its buffer only in part, or was told of <see cref="Readiness.More"/>, must call this to hear of the rest.
    /// </summary>
    public abstract void Watch(int socket, bool input, bool output);

    /// <summary>Sets TCP_NODELAY, and keep-alive probes after <paramref name="keepAliveSeconds"/> unless that is 0.</summary>
    public abstract void Tune(int socket, int keepAliveSeconds);

    /// <summary>The local address of the socket, nothing when the system has none.</summary>
    public abstract SocketAddress Local(int socket);

    /// <summary>Closes the socket; its number may be given out again.</summary>
    public abstract void Close(int socket);

    /// <summary>
    /// Waits until a socket is ready, <see cref="Wake"/> was called or <paramref name="timeoutMs"/> has passed (-1: for
    /// ever, 0: not at all), and says how many entries of <paramref name="ready"/> it filled.
    /// </summary>
    public abstract int Wait(int timeoutMs, Span<ReadySocket> ready);

    /// <summary>Whether <see cref="Wake"/> has been called since the wait before the last.</summary>
    public bool WasWoken { get; protected set; }

    /// <summary>Ends the current or the next <see cref="Wait"/>; from any thread.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A socket that can be read or written now.</summary>
public readonly record struct ReadySocket(int Socket, Readiness What)
{
    /// <summary>Whether it can be read.</summary>
    public bool Input => (What & Readiness.Input) != 0;

    /// <summary>Whether it can be written.</summary>
    public bool Output => (What & Readiness.Output) != 0;
}

/// <summary>What a socket is ready for.</summary>
[Flags]
public enum Readiness : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There are bytes, the end of the stream or an error to read.</summary>
    Input = 1,

    /// <summary>There is room to write, or an error that a write finds out.</summary>
    Output = 2,

    /// <summary>A short read does not prove that the socket is empty: the end, an error or an urgent byte stands behind the bytes.</summary>
    More = 4,

    /// <summary>The connection is broken in both directions. This is reported whether the socket is watched or not.</summary>
    Failed = 8,
}
