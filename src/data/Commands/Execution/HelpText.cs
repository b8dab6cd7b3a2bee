using System;
using System.Text;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>Replies of the HELP subcommands: one line of text an element.</summary>
public static class HelpText
{
    /// <summary>Writes the frame that clients know, with the lines about the subcommands in it.</summary>
    public static void Write(ReplyWriter reply, string container, ReadOnlySpan<string> lines)
    {
        reply.Array(lines.Length + 3);
        Line(reply, $"{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        foreach (string line in lines) Line(reply, line);
        Line(reply, "HELP");
        Line(reply, "    Print this help.");
    }

    private static void Line(ReplyWriter reply, string text) => reply.Simple(Encoding.ASCII.GetBytes(text));
}
