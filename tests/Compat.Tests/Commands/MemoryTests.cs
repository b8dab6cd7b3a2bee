using System.Globalization;
using Hexad.Compat.Tests.Replication;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

public sealed class MemoryTests
{
    // Upstream asks this only of a server that uses jemalloc (tests/unit/type/string.tcl, "trim on SET with big value").
    [Fact]
    public void A_big_value_does_not_keep_the_room_of_the_bigger_one_before_it()
    {
        using Server server = Server.Ours();
        server.Call("SET", "key", new string('A', 100_000));
        server.Call("SET", "key", new string('A', 33_000));
        Assert.InRange(int.Parse(server.Call("MEMORY", "USAGE", "key"), CultureInfo.InvariantCulture), 33_000, 42_000);
    }
}
