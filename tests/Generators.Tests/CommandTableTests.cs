using System;
using System.Linq;
using System.Reflection;
using Hexad.Generators.Commands;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Hexad.Generators.Tests;

/// <summary>The command generator, run as the compiler runs it; what it writes is compiled, loaded and asked.</summary>
public sealed class CommandTableTests
{
    private const string Context = "namespace Hexad.Commands { public ref struct CommandContext { public int Seen; } }";
    private const string Session = "namespace Hexad.Engine { public sealed class Session { public int Seen; } }";
    private const string Table = "namespace T { [Hexad.Commands.CommandTable] public static partial class All; }";

    private static Compiled Compile(string commands) => Compiled.With(
        new CommandTableGenerator(), "Hexad.Test",
        [.. Compiled.Embedded("Declaration"), .. Compiled.Embedded("Core"), Context, Session, Table,
         "using Hexad.Commands; using Hexad.Engine; namespace T { public static class Family { " + commands + " } }"]);

    private static string Complaint(string commands) =>
        string.Join("; ", Compile(commands).Complaints.Select(d => d.Id + " " + d.GetMessage(null)));

    private static object? Find(Assembly assembly, string name)
    {
        // Spans cannot pass through reflection, so a delegate of the exact type does.
        MethodInfo find = assembly.GetType("T.All")!.GetMethod("FindFull")!;
        Func<ReadOnlySpan<byte>, object?> call = find.CreateDelegate<Func<ReadOnlySpan<byte>, object?>>();
        return call(System.Text.Encoding.ASCII.GetBytes(name));
    }

    private static object? Property(object? row, string name) => row!.GetType().GetProperty(name)!.GetValue(row);

    [Fact]
    public void A_name_is_found_in_any_case_and_nothing_like_it_is()
    {
        Compiled compiled = Compile("""
            [Command("GET", 2, Flags.ReadOnly | Flags.Fast, Group.String, "1.0.0", "key:key")] [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
            internal static void Get(ref CommandContext call) { }
            [Command("GEORADIUSBYMEMBER_RO", 2, Flags.ReadOnly, Group.Geo, "1.0.0", "key:key")] [Key(1, KeyFlags.ReadOnly)]
            internal static void Long(ref CommandContext call) { }
            [Command("BGREWRITEAOF", 1, Flags.Admin, Group.Server, "1.0.0")]
            internal static void Middle(ref CommandContext call, Session session) { }
            """);
        Assert.Empty(compiled.Complaints);
        Assert.Empty(compiled.Errors());
        Assembly loaded = compiled.Load();
        foreach (string name in (string[])["get", "GET", "gEt", "georadiusbymember_ro", "GEORADIUSBYMEMBER_RO", "BgRewriteAof"])
            Assert.Equal(name.ToLowerInvariant(), Property(Find(loaded, name), "Name"));
        foreach (string name in (string[])["", "ge", "gets", "get\0", "GE\u0034", "georadiusbymember\u007fro", "georadiusbymember_r", "bgrewriteao", "bgrewriteaoff", new string('g', 25)])
            Assert.Null(Find(loaded, name));
    }

    [Fact]
    public void A_row_carries_what_follows_from_its_declaration()
    {
        Compiled compiled = Compile("""
            [Command("MSET", -3, Flags.Write | Flags.DenyOom, Group.String, "1.0.1", "data:{key:key value}+", Tips = "request_policy:multi_shard response_policy:all_succeeded")]
            [Key(1, KeyFlags.Overwrite | KeyFlags.Update, Last = -1, Step = 2)]
            internal static void MSet(ref CommandContext call) { }
            """);
        Assert.Empty(compiled.Errors());
        object row = Find(compiled.Load(), "mset")!;
        Assert.Equal(1, Property(row, "FirstKey"));
        Assert.Equal(-1, Property(row, "LastKey"));
        Assert.Equal(2, Property(row, "KeyStep"));
        Assert.Equal("Write, String, Slow", Property(row, "Categories")!.ToString());
        Assert.Equal(["request_policy:multi_shard", "response_policy:all_succeeded"], (string[])Property(row, "Tips")!);
    }

    [Fact]
    public void Sub_commands_hang_under_their_container()
    {
        Compiled compiled = Compile("""
            [Command("CLIENT|LIST", -2, Flags.Admin, Group.Connection, "2.4.0")]
            internal static void List(ref CommandContext call, Session session) { }
            [Command("CLIENT|ID", 2, Flags.None, Group.Connection, "5.0.0")]
            internal static void Id(ref CommandContext call, Session session) { }
            } [Command("CLIENT", -2, Flags.None, Group.Connection, "2.4.0")] public static class Client {
            """);
        Assert.Empty(compiled.Errors());
        Assembly loaded = compiled.Load();
        Assert.Equal("client|list", Property(Find(loaded, "Client|List"), "FullName"));
        Assert.Equal("Slow", Property(Find(loaded, "client"), "Categories")!.ToString());
        Assert.Equal("Slow, Connection", Property(Find(loaded, "client|id"), "Categories")!.ToString());
        Assert.Null(Find(loaded, "client|nope"));
        Assert.Null(Find(loaded, "list"));
    }

    [Fact]
    public void The_entry_of_a_row_runs_the_method()
    {
        Compiled compiled = Compile("""
            [Command("A", 1, Flags.Fast, Group.Server, "1.0.0")] internal static void A(ref CommandContext call) => call.Seen += 1;
            [Command("B", 1, Flags.Fast, Group.Server, "1.0.0")] internal static void B(ref CommandContext call, Session session) { call.Seen += 10; session.Seen += 100; }
            public static int Run()
            {
                CommandContext call = default;
                Session session = new Session();
                All.Invoke(All.Find("a"u8)!, ref call, session);
                All.Invoke(All.Find("B"u8)!, ref call, session);
                return call.Seen + session.Seen;
            }
            """);
        Assert.Empty(compiled.Errors());
        Assert.Equal(111, compiled.Load().GetType("T.Family")!.GetMethod("Run")!.Invoke(null, null));
    }

    [Fact]
    public void Commands_of_a_referenced_assembly_join_the_table()
    {
        Compiled floor = Compiled.With(new CommandTableGenerator(), "Hexad.Floor",
            [.. Compiled.Embedded("Declaration"), .. Compiled.Embedded("Core"), Context,
             "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Hexad.Upper\")] [assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Hexad.Upper2\")]",
             """
             using Hexad.Commands; static class Strings {
                 [Command("GET", 2, Flags.ReadOnly, Group.String, "1.0.0", "key:key")] [Key(1, KeyFlags.ReadOnly)] internal static void Get(ref CommandContext call) { }
                 [Command("OBJECT|FREQ", 3, Flags.ReadOnly, Group.Generic, "4.0.0", "key:key")] [Key(2, KeyFlags.ReadOnly)] internal static void Freq(ref CommandContext call) { } }
             """]);
        MetadataReference reference = MetadataReference.CreateFromImage(floor.Image());
        string upper = Session + " namespace T { [Hexad.Commands.CommandTable(IncludeReferenced = true)] static partial class All; "
            + "[Hexad.Commands.Command(\"OBJECT\", -2, Hexad.Commands.Flags.None, Hexad.Commands.Group.Generic, \"2.2.3\")] static class Engine { "
            + "[Hexad.Commands.Command(\"PING\", 1, Hexad.Commands.Flags.Fast, Hexad.Commands.Group.Connection, \"1.0.0\")] "
            + "internal static void Ping(ref Hexad.Commands.CommandContext call, Hexad.Engine.Session session) { } } }";
        Compiled both = Compiled.With(new CommandTableGenerator(), "Hexad.Upper", [upper], reference);
        Assert.Empty(both.Complaints);
        Assert.Empty(both.Errors());
        string written = both.Compilation.SyntaxTrees.Last().ToString();
        Assert.Contains("&global::Strings.Get", written, StringComparison.Ordinal);
        Assert.Contains("&global::T.Engine.Ping", written, StringComparison.Ordinal);
        Assert.Contains("object|freq", written, StringComparison.Ordinal);

        Compiled orphaned = Compiled.With(new CommandTableGenerator(), "Hexad.Upper2", [upper.Replace("\"OBJECT\"", "\"SUBJECT\"", StringComparison.Ordinal)], reference);
        Assert.Contains(orphaned.Complaints, d => d.Id == "HEX007");
    }

    [Theory]
    [InlineData("key:key", 3, "HEX003 The arity 3 of 'X' contradicts its syntax: it takes 2 words")]
    [InlineData("key:key [value]", 2, "HEX003 The arity 2 of 'X' contradicts its syntax: it takes a varying number of words, so the arity must be negative")]
    [InlineData("key:key", -3, "HEX003 The arity -3 of 'X' contradicts its syntax: it takes 2 words, never as many as that")]
    [InlineData("key:key value", 0, "HEX003 The arity 0 of 'X' contradicts its syntax: 0 is no arity, a command has at least its name")]
    [InlineData("key:kye", 2, "HEX002 The syntax of 'X' cannot be read: 'kye' is no type, at character 7 of \"key:kye\"")]
    [InlineData("[key", -1, "HEX002 The syntax of 'X' cannot be read: ']' expected: brackets hold one item, several go into name:{…}, at character 4 of \"[key\"")]
    [InlineData("a:(B)", 2, "HEX002 The syntax of 'X' cannot be read: a choice needs two alternatives or more, at character 5 of \"a:(B)\"")]
    [InlineData("a a", 3, "HEX002 The syntax of 'X' cannot be read: two arguments are named 'a', at character 3 of \"a a\"")]
    public void Syntax_and_arity_must_agree(string syntax, int arity, string complaint)
    {
        Assert.Equal(complaint, Complaint(
            "[Command(\"X\", " + arity + ", Flags.Fast, Group.String, \"1.0.0\", \"" + syntax + "\")] [Key(1, KeyFlags.ReadOnly)] internal static void X(ref CommandContext call) { }"));
    }

    [Fact]
    public void What_cannot_work_is_a_build_error_that_says_why()
    {
        const string head = "[Command(\"X\", 1, Flags.Fast, Group.String, \"1.0.0\")] ";
        Assert.StartsWith("HEX004 'global::T.Family.X' cannot carry out a command: the table cannot reach it", Complaint(head + "private static void X(ref CommandContext call) { }"), StringComparison.Ordinal);
        Assert.StartsWith("HEX004 'global::T.Family.X' cannot carry out a command: it must take", Complaint(head + "internal static void X(CommandContext call) { }"), StringComparison.Ordinal);
        Assert.StartsWith("HEX004 'global::T.Family.X' cannot carry out a command: its second", Complaint(head + "internal static void X(ref CommandContext call, int session) { }"), StringComparison.Ordinal);
        Assert.Equal("HEX001 The command 'X' is declared twice: by global::T.Family.X and by global::T.Family.Y",
            Complaint(head + "internal static void X(ref CommandContext call) { } " + head + "internal static void Y(ref CommandContext call) { }"));
        Assert.StartsWith("HEX006", Complaint("[Command(\"get\", 1, Flags.Fast, Group.String, \"1.0.0\")] internal static void X(ref CommandContext call) { }"), StringComparison.Ordinal);
        Assert.StartsWith("HEX006", Complaint("[Command(\"ABCDEFGHIJKLMNOPQRSTUVWXY\", 1, Flags.Fast, Group.String, \"1.0.0\")] internal static void X(ref CommandContext call) { }"), StringComparison.Ordinal);
        Assert.StartsWith("HEX005", Complaint(head + "[Key(0, KeyFlags.ReadOnly)] internal static void X(ref CommandContext call) { }"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_names_find_their_perfect_hash_within_the_bound()
    {
        string[] names = Enumerable.Range(0, 1000).Select(i => "COMMAND-" + i).ToArray();
        Assert.True(PerfectHash.TryFind(names, out _, out int shift));
        Assert.True(shift > 64 - 16);
    }

    [Fact]
    public void Every_command_of_7_2_can_be_declared_and_its_keys_and_categories_follow_as_in_the_real_server()
    {
        Compiled compiled = Compile(Compiled.Embedded("data/declarations-7.2.txt").Single());
        Assert.Empty(compiled.Complaints.Select(c => c.GetMessage(null)));
        Assert.Empty(compiled.Errors());
        Assembly loaded = compiled.Load();
        int compared = 0;
        foreach (string line in Compiled.Embedded("data/ranges-7.0.15.tsv").Single().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] field = line.Split('\t');
            object? row = Find(loaded, field[0]);
            Assert.True(row is not null, field[0]);
            string categories = string.Join(',', Property(row, "Categories")!.ToString()!.ToLowerInvariant().Split(", ").Order(StringComparer.Ordinal));
            string movable = Property(row, "Flags")!.ToString()!.Contains("MovableKeys", StringComparison.Ordinal) ? "1" : "0";
            string ours = string.Join('\t', field[0], Property(row, "FirstKey"), Property(row, "LastKey"), Property(row, "KeyStep"), categories, movable);
            Assert.Equal(line, ours);
            compared++;
        }
        Assert.True(compared > 350);
    }
}
