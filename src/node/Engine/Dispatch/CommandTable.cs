using System.Collections.Generic;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>Every command of the server; the generator writes the other half from the declarations.</summary>
[CommandTable(IncludeReferenced = true)]
public static partial class CommandTable
{
    /// <summary>All rows, each container before its sub-commands.</summary>
    public static List<CommandRow> AllRows()
    {
        var all = new List<CommandRow>(RowCount);
        foreach (CommandRow row in Rows)
        {
            all.Add(row);
            if (row.Subcommands is not null) all.AddRange(row.Subcommands.Rows);
        }

        return all;
    }
}
