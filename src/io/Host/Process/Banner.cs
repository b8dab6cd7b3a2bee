using System.Text;

namespace Hexad.Host.Process;

/// <summary>
/// The picture at the start: a ring of six nodes, and the four facts that people and test suites read off it. The line
/// with " PID: " is what suites wait for.
/// </summary>
internal static class Banner
{
    /// <summary>The banner, ending in an empty line.</summary>
    internal static string Text(string hexadVersion, string redisVersion, string mode, int port, int processId)
    {
        string[] picture =
        [
            @"        o-------o        ",
            @"       / \     / \       ",
            @"      /   \   /   \      ",
            @"     o-----(6)-----o     ",
            @"      \   /   \   /      ",
            @"       \ /     \ /       ",
            @"        o-------o        ",
        ];
        string[] facts =
        [
            "",
            $"Hexad {hexadVersion} (Redis {redisVersion}) 64 bit",
            "",
            $"Running in {mode} mode",
            $"Port: {port}",
            $"PID: {processId}",
            "",
        ];
        var text = new StringBuilder("\n");
        for (int i = 0; i < picture.Length; i++) text.Append(picture[i]).Append("  ").Append(facts[i]).Append('\n');
        return text.Append('\n').ToString();
    }
}
