// Writes the commented sample configuration from the declarations: a section for each file of NodeOptions, for each
// option its help, and a line. Most lines are comments that show the default; the few that people edit are live.
using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Options;

public static class SampleConfig
{
    private const int Width = 100;

    // The file names in the order in which the sample has them.
    private static readonly (string Section, string Title)[] sections =
    [
        ("Network", "Network and access"), ("Process", "Process, log and diagnosis"), ("Cluster", "Cluster"), ("Replication", "Replication"),
        ("Persistence", "Files"), ("Memory", "Memory and layout"), ("Tls", "Encryption"),
    ];

    public static string Write()
    {
        StringBuilder text = new();
        text.Append("# Hexad: sample configuration.\n#\n");
        text.Append("# A line is a name and its values. Values with blanks go in quotes. '#' at the start makes a comment.\n");
        text.Append("# Lines that are comments below show what holds without them. \"include FILE\" reads another file in its place,\n");
        text.Append("# patterns allowed; \"rename-command NAME NEWNAME\" renames a command, or removes it if NEWNAME is \"\".\n");
        text.Append("# Sizes may be written 10k, 10kb, 5m, 5mb, 1g, 1gb: k is 1000 bytes, kb is 1024.\n");
        foreach ((string section, string title) in sections)
        {
            text.Append("\n############ ").Append(title).Append(" ############\n");
            foreach (OptionRow row in NodeOptions.Rows)
            {
                if (row.Section == section && !row.Is(OptionTraits.Hidden))
                    Entry(text, row);
            }
        }
        return text.ToString();
    }

    private static void Entry(StringBuilder text, OptionRow row)
    {
        text.Append('\n');
        string help = row.Help ?? "";
        if (row.Pending is not null)
            help += " (Accepted, without effect yet: " + row.Pending + ".)";
        Wrap(text, help);
        if (row.Sample is not null)
        {
            text.Append(row.Sample).Append('\n');
            return;
        }
        foreach (string line in DefaultLines(row))
            text.Append("# ").Append(row.Name).Append(' ').Append(line).Append('\n');
    }

    private static IEnumerable<string> DefaultLines(OptionRow row)
    {
        List<string> lines = [.. new NodeOptions().FileLines(row)];
        return lines.Count > 0 ? lines : ["\"\""];
    }

    private static void Wrap(StringBuilder text, string help)
    {
        int column = 0;
        foreach (string word in help.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0 && column + word.Length + 1 > Width)
            {
                text.Append('\n');
                column = 0;
            }
            text.Append(column == 0 ? "# " : " ").Append(word);
            column += word.Length + (column == 0 ? 2 : 1);
        }
        text.Append('\n');
    }
}
