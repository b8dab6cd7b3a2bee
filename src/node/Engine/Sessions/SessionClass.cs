using System;
using System.Text;

namespace Hexad.Engine;

/// <summary>The classes of clients that CLIENT LIST, CLIENT KILL and the output limits tell apart.</summary>
public enum SessionClass
{
    Normal,
    Replica,
    PubSub,
    Master,
}

/// <summary>Classes by the names that clients use.</summary>
public static class SessionClasses
{
    /// <summary>The class of a session. A monitor counts as a replica, as it always has.</summary>
    public static SessionClass Of(Session session)
    {
        if ((session.Flags & SessionFlags.Primary) != 0) return SessionClass.Master;
        if ((session.Flags & SessionFlags.Replica) != 0) return SessionClass.Replica;
        return (session.Flags & SessionFlags.PubSub) != 0 ? SessionClass.PubSub : SessionClass.Normal;
    }

    /// <summary>Reads a name in any case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out SessionClass value)
    {
        value = SessionClass.Normal;
        if (Ascii.EqualsIgnoreCase(name, "normal"u8)) return true;
        value = SessionClass.Replica;
        if (Ascii.EqualsIgnoreCase(name, "slave"u8) || Ascii.EqualsIgnoreCase(name, "replica"u8)) return true;
        value = SessionClass.PubSub;
        if (Ascii.EqualsIgnoreCase(name, "pubsub"u8)) return true;
        value = SessionClass.Master;
        return Ascii.EqualsIgnoreCase(name, "master"u8);
    }
}
