// Everything that the command generator can object to. Each is a build error at the place of the declaration.
using Microsoft.CodeAnalysis;

namespace Hexad.Generators.Commands;

internal static class Complaints
{
    public static readonly DiagnosticDescriptor Duplicate = Error("HEX001", "A command is declared twice", "The command '{0}' is declared twice: by {1} and by {2}");
    public static readonly DiagnosticDescriptor Syntax = Error("HEX002", "A syntax text cannot be read", "The syntax of '{0}' cannot be read: {1}");
    public static readonly DiagnosticDescriptor Arity = Error("HEX003", "Arity and syntax disagree", "The arity {1} of '{0}' contradicts its syntax: {2}");
    public static readonly DiagnosticDescriptor Shape = Error("HEX004", "A command's method cannot be called", "'{0}' cannot carry out a command: {1}");
    public static readonly DiagnosticDescriptor Key = Error("HEX005", "A key specification is wrong", "A key specification of '{0}' is wrong: {1}");
    public static readonly DiagnosticDescriptor Name = Error("HEX006", "A command's name cannot be used", "The name '{0}' cannot be used: {1}");
    public static readonly DiagnosticDescriptor Orphan = Error("HEX007", "A sub-command without its container", "The sub-command '{0}' belongs to '{1}', which is not declared");
    public static readonly DiagnosticDescriptor NoHash = Error("HEX008", "No perfect hash was found", "No perfect hash was found for the {0} names of '{1}' in {2} tries: has the hash function been changed?");
    public static readonly DiagnosticDescriptor Table = Error("HEX009", "A command table cannot be written", "'{0}' cannot hold the command table: {1}");

    private static DiagnosticDescriptor Error(string id, string title, string format) =>
        new DiagnosticDescriptor(id, title, format, "Hexad.Commands", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
