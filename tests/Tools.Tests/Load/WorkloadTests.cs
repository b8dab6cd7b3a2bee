using System.Collections.Generic;
using System.Linq;
using System.Text;

using Hexad.Benchmark;
using Hexad.Core;

using Xunit;

namespace Hexad.Tools.Tests.Load;

public class WorkloadTests
{
    [Fact]
    public void A_request_is_the_array_of_its_words()
    {
        Workload workload = Workload.Of("x", "SET"u8.ToArray(), "key:__rand_int__"u8.ToArray(), "v"u8.ToArray());
        Assert.Equal("*3\r\n$3\r\nSET\r\n$16\r\nkey:__rand_int__\r\n$1\r\nv\r\n", Encoding.ASCII.GetString(workload.Request));
        byte[] bytes = workload.Request.ToArray();
        Workload.PutNumber(bytes, Assert.Single(workload.RandomPlaces), 4711);
        Assert.Contains("key:000000004711\r\n", Encoding.ASCII.GetString(bytes));
    }

    [Fact]
    public void Without_a_choice_every_standard_test_runs_in_the_usual_order()
    {
        string[] titles = [.. Workload.Standard(new HashSet<string>(), "xxx"u8.ToArray(), cluster: false).Select(w => w.Title)];
        Assert.Equal(
            [
                "PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP", "SADD", "HSET", "SPOP",
                "ZADD", "ZPOPMIN", "LPUSH (needed to benchmark LRANGE)", "LRANGE_100 (first 100 elements)",
                "LRANGE_300 (first 300 elements)", "LRANGE_500 (first 500 elements)", "LRANGE_600 (first 600 elements)", "MSET (10 keys)",
            ],
            titles);
    }

    [Fact]
    public void In_a_cluster_each_slot_has_a_tag_that_leads_to_it()
    {
        byte[][] tags = Workload.MakeTags();
        for (int slot = 0; slot < tags.Length; slot++)
        {
            Assert.Equal(5, tags[slot].Length);
            byte[] key = [.. "key:"u8, .. tags[slot], .. ":000000000001"u8];
            Assert.Equal(slot, SlotIndex.Of(key).Value);
        }

        Workload set = Workload.Standard(new HashSet<string> { "set" }, "xxx"u8.ToArray(), cluster: true)[0];
        Assert.Single(set.TagPlaces);
    }
}
