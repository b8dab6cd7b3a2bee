using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

using Xunit;

namespace Hexad.Architecture.Tests;

/// <summary>
/// The look of the code, as far as a machine can judge it. Longer files and methods than the rule allows stand in the
/// two tables with their length, and may only get shorter: the test fails when one grows, and when it has shrunk well
/// below its entry and nobody lowered that.
/// </summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 600;
    private const int MaxMethodLines = 70;
    private const int Slack = 20;

    private static readonly Dictionary<string, int> LongFiles = new()
    {
        ["tests/Simulator/Virtual/Process.cs"] = 620,
    };

    private static readonly Dictionary<string, int> LongMethods = new()
    {
    };

    private static readonly string[] Sources = [.. Repository.Files("*.cs", "src", "gen", "tests", "bench").Order(StringComparer.Ordinal)];

    [Fact]
    public void Files_stay_short_and_the_long_ones_get_shorter()
    {
        IEnumerable<(string, int)> lengths = Sources.Select(file => (file, Repository.Read(file).Count(c => c == '\n')));
        Assert.Empty(Ratchet(lengths, MaxFileLines, LongFiles));
    }

    [Fact]
    public void Methods_stay_short_and_the_long_ones_get_shorter()
    {
        IEnumerable<(string, int)> lengths = Sources
            .SelectMany(file => SourceText.Methods(Repository.Read(file)).Select(method => ($"{file}:{method.Name}", method.Lines)))
            .GroupBy(entry => entry.Item1).Select(group => (group.Key, group.Max(entry => entry.Lines)));
        Assert.Empty(Ratchet(lengths, MaxMethodLines, LongMethods));
    }

    [Fact]
    public void Every_declared_command_is_named_by_a_test()
    {
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string file in Sources)
            if (file.StartsWith("tests/", StringComparison.Ordinal)) named.UnionWith(Words().Matches(Repository.Read(file)).Select(match => match.Value));
        IEnumerable<string> declared = Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => Declaration().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value));
        Assert.Empty(declared.Where(name => !name.Split(' ', '|').All(named.Contains)).Distinct());
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        string[] forbidden = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:", "NotImplemented" + "Exception"];
        Assert.DoesNotContain(Sources, file => forbidden.Any(word => Repository.Read(file).Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_type_is_not_named_for_what_it_fails_to_be()
    {
        string[] endings = ["Manager", "Helper", "Helpers", "Utils", "Util"];
        IEnumerable<string> names = Sources.SelectMany(file => SourceText.Types(Repository.Read(file)).Select(type => $"{file}: {type.Name}"));
        Assert.DoesNotContain(names, name => endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_partial_type_has_one_file_and_its_other_half_is_generated()
    {
        IEnumerable<string> spread = Sources
            .SelectMany(file => SourceText.Types(Repository.Read(file)).Where(type => type.Partial).Select(type => (type.Name, File: file)))
            .Distinct()
            .GroupBy(entry => (entry.Name, Project: string.Join('/', entry.File.Split('/').Take(3))))
            // The options are so many that each section of the configuration is a file.
            .Where(group => group.Key.Name != "NodeOptions")
            .Where(group => group.Select(entry => entry.File).Distinct().Count() > 1)
            .Select(group => $"{group.Key.Name}: {string.Join(", ", group.Select(entry => entry.File))}");
        Assert.Empty(spread);
    }

    [Fact]
    public void Lines_end_cleanly()
    {
        Assert.DoesNotContain(Sources, file =>
        {
            string text = Repository.Read(file);
            return text.Contains('\r') || text.Contains(" \n", StringComparison.Ordinal) || text.Contains('\t') || !text.EndsWith('\n');
        });
    }

    [GeneratedRegex(@"^\s*\[(?:Sub)?[Cc]ommand\(""([^""]+)""", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9_-]*")]
    private static partial Regex Words();

    private static IEnumerable<string> Ratchet(IEnumerable<(string Name, int Lines)> lengths, int limit, Dictionary<string, int> known)
    {
        var seen = new HashSet<string>();
        foreach ((string name, int lines) in lengths)
        {
            int allowed = known.GetValueOrDefault(name, limit);
            if (known.ContainsKey(name)) seen.Add(name);
            if (lines > allowed) yield return $"{name} has {lines} lines, {allowed} are allowed";
            else if (allowed > limit && lines < allowed - Slack) yield return $"{name} has {lines} lines now: lower its entry";
        }

        foreach (string name in known.Keys)
            if (!seen.Contains(name)) yield return $"{name} is gone: remove its entry";
    }
}
