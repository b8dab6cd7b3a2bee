using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>Every command of the server; the generator writes the other half from the declarations.</summary>
[CommandTable(IncludeReferenced = true)]
public static partial class CommandTable;
