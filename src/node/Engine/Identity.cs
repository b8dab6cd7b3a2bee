using System;

namespace Hexad.Engine;

/// <summary>What the server says that it is.</summary>
public static class Identity
{
    /// <summary>Our own version.</summary>
    public const string Version = "0.1.0";

    /// <summary>The newest Redis whose whole command set we mean to have.</summary>
    public static ReadOnlySpan<byte> RedisVersion => "7.2.6"u8;

    /// <summary>The same as text.</summary>
    public const string RedisVersionText = "7.2.6";
}
