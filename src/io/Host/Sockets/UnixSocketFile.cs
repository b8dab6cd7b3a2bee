using Hexad.Engine.Seam;
using Hexad.Host.Native;

namespace Hexad.Host.Sockets;

/// <summary>The file of a unix socket: who may open it.</summary>
internal static unsafe class UnixSocketFile
{
    private const uint SameUser = uint.MaxValue;

    /// <summary>Gives it its mode and its group; null, or what the system had against the group.</summary>
    internal static string? Dress(string path, Listener listener)
    {
        if (listener.UnixMode != 0) LibC.ChangeMode(path, (uint)listener.UnixMode);
        if (listener.UnixGroup is not { Length: > 0 } name) return null;
        LibC.GroupEntry* group = LibC.FindGroup(name);
        if (group == null) return $"there is no group '{name}' for the unix socket";
        return LibC.ChangeOwner(path, SameUser, group->Number) == 0 ? null : $"the group '{name}' cannot own the unix socket: {LibC.Error.Text()}";
    }
}
