using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>docs/compatibility.md, and that it leaves nothing out.</summary>
public sealed class CompatibilityTests
{
    private const string Variable = "HEXAD_WRITE_COMPATIBILITY";

    [Fact]
    public void The_page_in_the_repository_is_the_generated_one()
    {
        string page = CompatibilityPage.Write(CommandFact.Told(new Conversation()));
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
            File.WriteAllText(path, page);
        else
            Assert.True(page == Conversation.Data("compatibility.md"), $"docs/compatibility.md is stale: run this test with {Variable} set to the path of the page");
    }

    [Fact]
    public void Every_command_of_another_server_is_here_or_has_a_reason_and_no_reason_is_left_over()
    {
        var notes = new CompatibilityNotes();
        Dictionary<string, CommandFact> ours = CommandFact.Told(new Conversation());
        string[] absent = [.. ((string[])["7.2.6", "8.4", "valkey-9.1.2"]).SelectMany(s => CommandFact.Recorded(s).Keys).Distinct().Where(n => !ours.ContainsKey(n))];
        Assert.Equal([], absent.Where(n => notes.FeatureOf(n) is null));
        Assert.Equal([], notes.Missing.Where(m => !absent.Any(n => CompatibilityNotes.Matches(m[0], n))).Select(m => m[0]));
        Assert.Equal([], notes.Missing.Select(m => m[1]).Except(notes.Features.Select(f => f[0])));
        Assert.Equal([], notes.Differences.Select(d => d[0]).Where(n => !ours.ContainsKey(n)));
    }
}
