using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

using Hexad.Host.Native;

namespace Hexad.Host.Process;

/// <summary>
/// Puts the server into the background. A managed process cannot fork, so it starts itself anew: the same program with the
/// same arguments in a session of its own, without terminal, told by an environment variable that it is the daemon.
/// <para>Unsafe contract: the native argument block is freed when the call is over.</para>
/// </summary>
internal static unsafe partial class Daemon
{
    private const string Mark = "HEXAD_DAEMON";
    private const short NewSession = 0x80;
    private const int AttributeBytes = 512; // glibc: posix_spawnattr_t has 336, posix_spawn_file_actions_t 80

    /// <summary>Whether this process is the one that was started to be the daemon.</summary>
    internal static bool IsDaemon => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>
    /// Starts the daemon. <paramref name="input"/> is what this process has read from its standard input, for the
    /// daemon to read again.
    /// </summary>
    internal static bool TryStart(string? input, out string error)
    {
        string[] arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        var environment = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) environment.Add($"{entry.Key}={entry.Value}");
        environment.Add(Mark + "=1");

        int source = OpenInput(input);
        byte* attributes = stackalloc byte[AttributeBytes];
        byte* actions = stackalloc byte[AttributeBytes];
        int failure = InitAttributes(attributes) | SetFlags(attributes, NewSession) | InitActions(actions)
            | AddDuplicate(actions, source, 0)
            | AddOpen(actions, 1, "/dev/null", LibC.OpenWriteOnly, 0)
            | AddOpen(actions, 2, "/dev/null", LibC.OpenWriteOnly, 0);
        byte** argumentBlock = Block(arguments);
        byte** environmentBlock = Block(environment);
        int child;
        if (failure == 0) failure = Spawn(&child, Environment.ProcessPath!, actions, attributes, argumentBlock, environmentBlock);
        Free(argumentBlock);
        Free(environmentBlock);
        _ = DestroyActions(actions);
        _ = DestroyAttributes(attributes);
        LibC.Close(source);
        error = failure == 0 ? "" : ((SystemError)failure).Text();
        return failure == 0;
    }

    /// <summary>A descriptor that gives the text: of a file without a name, gone with its last reader.</summary>
    private static int OpenInput(string? input)
    {
        if (input is null) return LibC.Open("/dev/null", LibC.OpenReadOnly | LibC.OpenCloseOnExec, 0);
        string path = Path.GetTempFileName();
        File.WriteAllText(path, input);
        int fd = LibC.Open(path, LibC.OpenReadOnly | LibC.OpenCloseOnExec, 0);
        File.Delete(path);
        return fd;
    }

    private static byte** Block(IReadOnlyList<string> texts)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(texts[i]);
            block[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(block[i], bytes.Length));
        }

        return block;
    }

    private static void Free(byte** block)
    {
        for (byte** at = block; *at is not null; at++) NativeMemory.Free(*at);
        NativeMemory.Free(block);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(int* child, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);
}
