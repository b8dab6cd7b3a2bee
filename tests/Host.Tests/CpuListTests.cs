using System;
using System.Collections.Generic;

using Hexad.Host.Process;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The CPU lists of the options server_cpulist and bio_cpulist.</summary>
public sealed class CpuListTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0,2-3", "0 2 3")]
    [InlineData("0-6:2, 9", "0 2 4 6 9")]
    public void A_list_has_numbers_ranges_and_steps(string list, string cpus)
    {
        var bits = new byte[8];
        Assert.True(CpuList.TryParse(list, bits));
        var set = new List<int>();
        for (int cpu = 0; cpu < 64; cpu++)
            if ((bits[cpu >> 3] >> (cpu & 7) & 1) != 0) set.Add(cpu);
        Assert.Equal(cpus, string.Join(' ', set));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("3-1")]
    [InlineData("0-8:0")]
    [InlineData("64")]
    [InlineData("1,")]
    public void What_is_no_list_is_refused(string list) => Assert.False(CpuList.TryParse(list, new byte[8]));
}
