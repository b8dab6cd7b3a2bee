using System.Text;
using Hexad.Core;

namespace Hexad.Engine;

/// <summary>What LOLWUT draws: a comb of hexagonal cells, some of them full of honey, as chance will have it.</summary>
internal static class Honeycomb
{
    private const int Columns = 12;
    private const int Rows = 6;

    /// <summary>Draws a comb.</summary>
    public static string Draw(Dice dice)
    {
        var text = new StringBuilder();
        for (int row = 0; row < Rows; row++)
        {
            string indent = row % 2 == 0 ? "" : "  ";
            text.Append(indent).Append(Repeat(" / \\", Columns)).Append('\n');
            text.Append(indent);
            for (int column = 0; column < Columns; column++) text.Append('|').Append(Cell(dice.Below(5)));
            text.Append("|\n");
        }

        text.Append(Repeat(" \\ /", Columns)).Append("\n\n");
        return text.ToString();
    }

    private static string Cell(int fill) => fill switch
    {
        0 => " ● ",
        1 => "███",
        2 => " ▄ ",
        _ => "   ",
    };

    private static string Repeat(string part, int times)
    {
        var text = new StringBuilder();
        for (int i = 0; i < times; i++) text.Append(part);
        return text.ToString();
    }
}
