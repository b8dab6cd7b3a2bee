namespace Hexad.Cli;

/// <summary>The version that the client names: the Redis whose client it behaves as, and our own.</summary>
public static class CliVersion
{
    /// <summary>The text behind the program's name.</summary>
    public const string Text = "7.2.6 (hexad 0.1.0)";
}
