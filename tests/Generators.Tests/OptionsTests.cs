using System;
using System.Linq;
using Hexad.Generators.Options;
using Xunit;

namespace Hexad.Generators.Tests;

/// <summary>What the options generator refuses. What it writes is tested by the options themselves.</summary>
public sealed class OptionsTests
{
    private const string Declaration = """
        namespace Hexad.Options
        {
            [System.AttributeUsage(System.AttributeTargets.Property)]
            public sealed class OptionAttribute : System.Attribute
            {
                public OptionAttribute(string name, object? defaultValue) { }
                public string? Alias { get; set; }
                public long Min { get; set; }
                public long Max { get; set; }
                public string? Help { get; set; }
            }
        }
        """;

    private static string Complaint(string properties) => string.Join("; ", Compiled.With(new OptionsGenerator(), "Hexad.Test",
        [Declaration, "namespace T { using Hexad.Options; public sealed partial class NodeOptions { " + properties + " } }"]).Complaints.Select(c => c.GetMessage(null)));

    [Theory]
    [InlineData("[Option(\"a\", 1, Help = \"x\")] public partial int A { get; set; }", "")]
    [InlineData("[Option(\"a\", \"1\", Help = \"x\")] public partial int A { get; set; }", "The option 'a' is declared wrongly: the default does not fit the type int")]
    [InlineData("[Option(\"a\", 5, Max = 3, Help = \"x\")] public partial int A { get; set; }", "The option 'a' is declared wrongly: the default 5 lies outside 0 to 3")]
    [InlineData("[Option(\"a\", -1, Help = \"x\")] public partial int A { get; set; }", "The option 'a' is declared wrongly: the default -1 lies outside 0 to 2147483647")]
    [InlineData("[Option(\"A b\", 1, Help = \"x\")] public partial int A { get; set; }", "The option 'A b' is declared wrongly: a name has small letters, digits, hyphens")]
    [InlineData("[Option(\"a\", true)] public partial bool A { get; set; }", "The option 'a' is declared wrongly: it has no Help")]
    [InlineData("[Option(\"a\", true, Help = \"x\")] public partial bool A { get; set; } [Option(\"b\", true, Alias = \"a\", Help = \"x\")] public partial bool B { get; set; }",
        "The option 'b' is declared wrongly: the name or the alias is taken")]
    public void A_declaration_that_contradicts_itself_is_a_build_error(string properties, string complaint) => Assert.Equal(complaint, Complaint(properties));
}
