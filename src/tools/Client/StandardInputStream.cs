using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Hexad.Client;

/// <summary>
/// The standard input read as it is, byte by byte if need be. The stream that .NET offers edits lines by itself when a
/// terminal is there, which a line editor cannot use.
/// </summary>
public sealed class StandardInputStream : Stream
{
    private const int InterruptedCall = 4;
    private readonly byte[] _buffer = new byte[4096];
    private int _next;
    private int _end;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_next == _end)
        {
            nint got;
            do
            {
                got = ReadFile(0, _buffer, _buffer.Length);
            }
            while (got < 0 && Marshal.GetLastPInvokeError() == InterruptedCall);

            if (got <= 0) return 0;
            (_next, _end) = (0, (int)got);
        }

        int count = Math.Min(buffer.Length, _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(buffer);
        _next += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint ReadFile(int descriptor, [Out] byte[] buffer, nint count);
}
