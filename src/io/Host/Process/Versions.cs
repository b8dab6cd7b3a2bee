namespace Hexad.Host.Process;

/// <summary>The versions that the programs print.</summary>
public static class Versions
{
    /// <summary>Ours.</summary>
    public const string Hexad = "0.1.0";

    /// <summary>The newest Redis whose whole command set we mean to have; what tools that ask a server's version understand.</summary>
    public const string Redis = "7.2.6";
}
