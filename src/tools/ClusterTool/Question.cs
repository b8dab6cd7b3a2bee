namespace Hexad.ClusterTool;

/// <summary>Asks the person at the terminal.</summary>
internal static class Question
{
    /// <summary>Whether the answer is yes, in full; or nobody wants to be asked.</summary>
    public static bool Confirm(ClusterLog log, string question, bool yes)
    {
        if (yes) return true;
        log.Part($"{question} (type 'yes' to accept): ");
        return log.Console.ReadLine()?.Trim() == "yes";
    }

    /// <summary>An answer in words; null when the input has ended.</summary>
    public static string? Ask(ClusterLog log, string question)
    {
        log.Part(question);
        return log.Console.ReadLine()?.Trim();
    }
}
