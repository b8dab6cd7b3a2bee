using System;
using System.Collections.Generic;
using Hexad.Fuzz.Targets;
using Xunit;

namespace Hexad.Fuzz;

/// <summary>A short, always equal run of every target: seeds, corpus, and mutations of them from a fixed seed.</summary>
public sealed class FuzzTests
{
    public static IEnumerable<TheoryDataRow<string>> Names()
    {
        foreach (FuzzTarget target in FuzzTarget.All()) yield return new TheoryDataRow<string>(target.Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_the_bytes_a_reader_takes_them_or_refuses_them(string name)
    {
        FuzzTarget target = Array.Find(FuzzTarget.All(), one => one.Name == name)!;
        Findings findings = new Campaign(target, seed: 20_261_122).Run(1_500, TimeSpan.FromSeconds(20));
        Assert.True(findings.Runs > 100, "too few runs to say anything");
        foreach ((byte[] input, string what) in findings.Bad) Assert.Fail($"{what}\ninput: {Convert.ToBase64String(input)}");
    }
}
