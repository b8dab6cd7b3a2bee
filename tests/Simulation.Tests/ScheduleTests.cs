using System;
using System.Diagnostics;
using System.Text;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.Virtual;
using Xunit;

namespace Hexad.Simulation.Tests;

/// <summary>Whole schedules: some that are always the same, some of today, and the proof that the simulator finds bugs.</summary>
public sealed class ScheduleTests
{
    private const int FixedSchedules = 24;
    private const int FreshSchedules = 4;

    [Fact]
    public void Fixed_schedules_find_no_violation_and_everything_that_is_counted_happens()
    {
        var total = new Counters();
        for (ulong seed = 1; seed <= FixedSchedules; seed++) total.Add(Clean(seed));
        var missing = new StringBuilder();
        foreach (Counter counter in Enum.GetValues<Counter>())
            if (total[counter] == 0) missing.Append(counter).Append(' ');
        Assert.Equal("", missing.ToString());
    }

    [Fact]
    public void Fresh_schedules_find_no_violation()
    {
        ulong first = (ulong)Stopwatch.GetTimestamp();
        for (ulong i = 0; i < FreshSchedules; i++) Clean(first + i);
    }

    /// <summary>
    /// Seeds that found something once. 1286: a takeover in a minority made a majority there, which elected somebody in the
    /// epoch in which the others elected somebody else. 964: a primary started again without data, learned from others that it
    /// had been replaced, and was elected in its successor's place, since it had never heard that there was data. 83, 151, 370, 389 and 1090: a
    /// replica had emptied itself for a snapshot when its primary died, and was elected with the offset of before. 2260: a primary
    /// voted for its successor, was cut off, and voted on, so that two majorities elected in one epoch. 2080: a vote
    /// was lost again and again on a link that had died unnoticed. 3398: an old word of a primary made a replica stand that then
    /// emptied itself for a snapshot, and won. 4684: a primary that was still loading said that it had no data, so that a replica that had emptied itself was
    /// elected in its place. 8284: as 2260, cut off for longer. 21092: a
    /// primary that had been replaced took a new epoch, because its own was another's too, before it had heard of that. 1842: a snapshot whose rename was not synced is there all the same, and is newer.
    /// 37891: a replica without data replaced its primary, of which it heard that it was empty, from itself: it was back. 31006: a machine cut off for
    /// more than a minute held a majority and elected among the replicas there; the judge took that for a calm time.
    /// 55859: a replica took over in a minority, in the epoch in which the majority had elected another, and its id was the smaller one.
    /// 65456: as 2260, but the primary that had been replaced started again beside one that had voted for its successor and was cut off.
    /// 90654: the operator's takeover came in the two milliseconds in which the replica had dropped its data and loaded its primary's.
    /// </summary>
    [Theory]
    [InlineData(83)]
    [InlineData(151)]
    [InlineData(370)]
    [InlineData(389)]
    [InlineData(964)]
    [InlineData(1090)]
    [InlineData(1286)]
    [InlineData(1842)]
    [InlineData(2080)]
    [InlineData(2260)]
    [InlineData(3398)]
    [InlineData(4684)]
    [InlineData(8284)]
    [InlineData(21092)]
    [InlineData(31006)]
    [InlineData(37891)]
    [InlineData(55859)]
    [InlineData(65456)]
    [InlineData(90654)]
    public void A_schedule_that_found_something_is_clean(int seed) => Clean((ulong)seed);

    [Fact]
    public void A_seed_replays_byte_by_byte()
    {
        ScheduleResult one = new Schedule(77).Run(), two = new Schedule(77).Run();
        Assert.Equal(one.Events, two.Events);
        Assert.Equal(one.Trace, two.Trace);
        Assert.Equal(one.Story, two.Story);
    }

    [Theory]
    [InlineData(InjectedBug.VoteBeforeStored, 200)]
    [InlineData(InjectedBug.StalePacketAccepted, 100)]
    [InlineData(InjectedBug.StaleReplicaElected, 200)]
    [InlineData(InjectedBug.EpochReused, 100)]
    [InlineData(InjectedBug.TornConfigTrusted, 100)]
    public void An_injected_bug_is_found_within_a_bounded_number_of_schedules(InjectedBug bug, int most)
    {
        for (int i = 1; i <= most; i++)
            if (new Schedule((ulong)i, bug).Run().Violations.Count > 0) return;
        Assert.Fail($"{bug} was not found in {most} schedules");
    }

    private static Counters Clean(ulong seed)
    {
        ScheduleResult result = new Schedule(seed).Run();
        Assert.True(result.Violations.Count == 0, $"again: make sim SEED={seed}\n{result.Story}{string.Join("\n", result.Violations)}");
        return result.Counters;
    }
}
