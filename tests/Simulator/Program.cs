namespace Hexad.Simulator;

/// <summary>The simulator as a program.</summary>
public static class Program
{
    public static int Main(string[] arguments) => arguments.Length;
}
