using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

using Xunit;

namespace Hexad.Architecture.Tests;

/// <summary>An option either does something or says that it does not yet.</summary>
public sealed partial class OptionTests
{
    /// <summary>Pending, and yet read: others are told the value although the feature is not there.</summary>
    private static readonly string[] ReadThoughPending = ["enable-module-command", "tls-port", "tls-cluster"];

    /// <summary>Read by nobody, on purpose.</summary>
    private static readonly string[] NeedNoReader =
    [
        "sanitize-dump-payload", // values are always checked
        "disable-thp", // huge pages cost a process that forks; this one does not
    ];

    [Fact]
    public void An_option_that_nobody_reads_is_pending_and_one_that_is_read_is_not()
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in Repository.Files("*.cs", "src"))
            if (!file.StartsWith("src/base/Options/", StringComparison.Ordinal)) words.UnionWith(Reads().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value));
        var wrong = new List<string>();
        int options = 0;
        foreach (string file in Repository.Files("NodeOptions.*.cs", "src/base/Options"))
        {
            foreach (Match declaration in Declaration().Matches(Repository.Read(file)))
            {
                options++;
                string name = declaration.Groups[1].Value;
                bool pending = declaration.Groups[2].Value.Contains("Pending = ", StringComparison.Ordinal);
                bool read = words.Contains(declaration.Groups[3].Value);
                if (!read && !pending && !NeedNoReader.Contains(name)) wrong.Add(name + " is read by nobody: declare what it waits for as Pending");
                if (read && pending && !ReadThoughPending.Contains(name)) wrong.Add(name + " is read: it is not Pending any more");
            }
        }

        Assert.True(options > 180);
        Assert.Empty(wrong);
    }

    /// <summary>options.Port, node.Options.Port, and the pattern { Port: … }.</summary>
    [GeneratedRegex(@"(?:[oO]ptions\??\.|\{ )([A-Z][A-Za-z0-9]+)")]
    private static partial Regex Reads();

    [GeneratedRegex(@"\[Option\(""([^""]+)"",(.*?)\)\]\s+public partial \S+ (\w+) ", RegexOptions.Singleline)]
    private static partial Regex Declaration();
}
