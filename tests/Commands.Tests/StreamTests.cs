using System.Linq;
using Hexad.Options;
using Xunit;

namespace Hexad.Commands.Tests;

public class StreamTests
{
    private const string OneOne = "*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
    private const string TwoZero = "*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nf\r\n$1\r\nw\r\n";

    private readonly TestNode _node = new(o => o.EnableDebugCommand = ProtectedAction.Yes);

    [Fact]
    public void Entries_are_added_told_and_counted()
    {
        TestClient client = _node.Connect();
        Assert.Equal("$3\r\n1-1\r\n", client.Run("XADD s 1-1 f v"));
        Assert.Equal("$3\r\n2-0\r\n", client.Run("XADD s 2-* f w"));
        Assert.Equal(":2\r\n", client.Run("XLEN s"));
        Assert.Equal("*2\r\n" + OneOne + TwoZero, client.Run("XRANGE s - +"));
        Assert.Equal("*1\r\n" + TwoZero, client.Run("XREVRANGE s + - COUNT 1"));
        Assert.Equal("*1\r\n" + TwoZero, client.Run("XRANGE s (1-1 +"));
        Assert.Equal("*-1\r\n", client.Run("XRANGE s - + COUNT 0"));
        Assert.Equal("-ERR invalid end ID for the interval\r\n", client.Run("XRANGE s - (0-0"));
        Assert.Equal("-ERR invalid start ID for the interval\r\n", client.Run("XRANGE s (18446744073709551615-18446744073709551615 +"));
        Assert.Equal("-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n", client.Run("XADD s 2-0 f v"));
        Assert.Equal("$-1\r\n", client.Run("XADD t NOMKSTREAM * f v"));
        Assert.Equal("$6\r\nstream\r\n", client.Run("OBJECT ENCODING s"));
    }

    [Fact]
    public void Deleting_trimming_and_setting_ids_follow_what_is_left()
    {
        TestClient client = _node.Connect();
        for (int i = 1; i <= 10; i++) client.Run($"XADD s {i}-0 f v");
        Assert.Equal(":2\r\n", client.Run("XDEL s 1-0 5-0 77-0"));
        Assert.Equal(":3\r\n", client.Run("XTRIM s MAXLEN = 5"));
        Assert.Contains("$23\r\nrecorded-first-entry-id\r\n$3\r\n6-0\r\n", client.Run("XINFO STREAM s"));
        Assert.Contains("$20\r\nmax-deleted-entry-id\r\n$3\r\n5-0\r\n", client.Run("XINFO STREAM s"));
        Assert.Equal("-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id\r\n", client.Run("XSETID s 4-0"));
        Assert.Equal("+OK\r\n", client.Run("XSETID s 20-0 ENTRIESADDED 50 MAXDELETEDID 7-0"));
        Assert.Equal(":5\r\n", client.Run("XTRIM s MINID 100"));
        Assert.Equal(":0\r\n", client.Run("XLEN s"));
        Assert.Equal(":1\r\n", client.Run("EXISTS s"));
    }

    [Fact]
    public void What_the_clock_or_an_approximate_trim_decided_is_propagated_as_it_came_out()
    {
        TestClient client = _node.Connect();
        string id = client.Run("XADD s * f v").Split("\r\n")[1];
        Assert.Equal($"XADD s {id} f v", _node.Sink.Take());
        client.Run("DEL s");
        client.Run("CONFIG SET stream-node-max-entries 2");
        for (int i = 1; i <= 9; i++) client.Run($"XADD s {i}-0 f v");
        _node.Sink.Take();
        client.Run("XADD s MAXLEN ~ 3 10-0 f v");
        Assert.Equal("XADD s MAXLEN = 4 10-0 f v", _node.Sink.Take());
        client.Run("XTRIM s MINID ~ 9");
        Assert.Equal("XTRIM s MINID = 9-0", _node.Sink.Take());
    }

    [Fact]
    public void A_group_gives_each_entry_to_one_consumer_until_it_is_acknowledged()
    {
        TestClient client = _node.Connect();
        client.Run("XADD s 1-1 f v");
        client.Run("XADD s 2-0 f w");
        Assert.Equal("+OK\r\n", client.Run("XGROUP CREATE s g 0"));
        Assert.Equal("-BUSYGROUP Consumer Group name already exists\r\n", client.Run("XGROUP CREATE s g 0"));
        _node.Sink.Take();
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + OneOne, client.Run("XREADGROUP GROUP g a COUNT 1 STREAMS s >"));
        Assert.Equal($"XCLAIM s g a 0 1-1 TIME {_node.WallMs} RETRYCOUNT 1 FORCE JUSTID LASTID 1-1", _node.Sink.Take());
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + TwoZero, client.Run("XREADGROUP GROUP g b NOACK STREAMS s >"));
        Assert.Equal("XGROUP CREATECONSUMER s g b | XGROUP SETID s g 2-0 ENTRIESREAD 2", Unwrapped());
        Assert.Equal("*-1\r\n", client.Run("XREADGROUP GROUP g a STREAMS s >"));
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + OneOne, client.Run("XREADGROUP GROUP g a STREAMS s 0"));
        Assert.Equal("*4\r\n:1\r\n$3\r\n1-1\r\n$3\r\n1-1\r\n*1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n", client.Run("XPENDING s g"));
        Assert.Equal("*1\r\n*4\r\n$3\r\n1-1\r\n$1\r\na\r\n:0\r\n:2\r\n", client.Run("XPENDING s g - + 10"));
        Assert.Equal(":1\r\n", client.Run("XACK s g 1-1 2-0"));
        Assert.Equal("*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n", client.Run("XPENDING s g"));
    }

    [Fact]
    public void Entries_that_wait_for_long_are_claimed_and_deleted_ones_forgotten()
    {
        TestClient client = _node.Connect();
        for (int i = 1; i <= 4; i++) client.Run($"XADD s {i}-0 f v");
        client.Run("XGROUP CREATE s g 0");
        client.Run("XREADGROUP GROUP g a STREAMS s >");
        client.Run("XDEL s 2-0");
        _node.Jump(1000);
        _node.Sink.Take();
        Assert.Equal("*1\r\n$3\r\n1-0\r\n", client.Run("XCLAIM s g b 500 1-0 2-0 9-0 JUSTID"));
        Assert.Equal("*3\r\n$3\r\n4-0\r\n*1\r\n$3\r\n3-0\r\n*0\r\n", client.Run("XAUTOCLAIM s g b 500 1-1 COUNT 1 JUSTID"));
        Assert.Equal("*2\r\n*4\r\n$3\r\n1-0\r\n$1\r\nb\r\n:0\r\n:1\r\n*4\r\n$3\r\n3-0\r\n$1\r\nb\r\n:0\r\n:1\r\n", client.Run("XPENDING s g - + 10 b"));
        Assert.Equal("*3\r\n$3\r\n0-0\r\n*0\r\n*0\r\n", client.Run("XAUTOCLAIM s g b 100000 -"));
        Assert.Equal(":2\r\n", client.Run("XGROUP DELCONSUMER s g b"));
        Assert.Equal(":1\r\n", client.Run("XGROUP DESTROY s g"));
        Assert.Equal("*0\r\n", client.Run("XINFO GROUPS s"));
    }

    [Fact]
    public void A_reader_waits_for_entries_after_those_that_were_there()
    {
        TestClient reader = _node.Connect(), writer = _node.Connect();
        writer.Run("XADD s 1-1 f v");
        Assert.Equal("", reader.Run("XREAD BLOCK 0 STREAMS s t $ $"));
        writer.Run("XADD s 2-0 f w");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + TwoZero, reader.Read());
        Assert.Equal("", reader.Run("XREAD BLOCK 100 STREAMS s $"));
        _node.Pass(200);
        Assert.Equal("*-1\r\n", reader.Read());
    }

    [Fact]
    public void Plus_is_the_last_entry_and_the_first_that_comes_where_there_is_none()
    {
        TestClient reader = _node.Connect(), writer = _node.Connect();
        Assert.Equal("*-1\r\n", reader.Run("XREAD STREAMS s +"));
        writer.Run("XADD s 1-0 f u");
        writer.Run("XADD s 1-1 f v");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + OneOne, reader.Run("XREAD COUNT 3 BLOCK 0 STREAMS s none + +"));
        writer.Run("XADD s 1-2 f v");
        writer.Run("XDEL s 1-2");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + OneOne, reader.Run("XREAD STREAMS s +"));
        writer.Run("XDEL s 1-0 1-1");
        Assert.Equal("*-1\r\n", reader.Run("XREAD STREAMS s +"));
        Assert.Equal("", reader.Run("XREAD BLOCK 0 STREAMS s t + +"));
        writer.Run("XADD s 2-0 f w");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + TwoZero, reader.Read());
        writer.Run("XGROUP CREATE s g 0");
        Assert.StartsWith("-ERR The + ID is meaningless", reader.Run("XREADGROUP GROUP g c STREAMS s +"));
    }

    [Fact]
    public void Consumers_that_wait_are_served_in_turn_and_told_when_the_group_is_gone()
    {
        TestClient first = _node.Connect(), second = _node.Connect(), writer = _node.Connect();
        writer.Run("XGROUP CREATE s g $ MKSTREAM");
        Assert.Equal("", first.Run("XREADGROUP GROUP g a BLOCK 0 STREAMS s >"));
        Assert.Equal("", second.Run("XREADGROUP GROUP g b BLOCK 0 STREAMS s >"));
        writer.Run("XADD s 1-1 f v");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + OneOne, first.Read());
        Assert.Equal("", second.Read());
        writer.Run("XGROUP DESTROY s g");
        Assert.Equal("-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n", second.Read());
    }

    [Fact]
    public void Lag_is_told_where_it_can_be_known()
    {
        TestClient client = _node.Connect();
        for (int i = 1; i <= 5; i++) client.Run($"XADD s {i}-0 f v");
        client.Run("XGROUP CREATE s g 0");
        client.Run("XREADGROUP GROUP g a COUNT 2 STREAMS s >");
        Assert.EndsWith("$12\r\nentries-read\r\n:2\r\n$3\r\nlag\r\n:3\r\n", client.Run("XINFO GROUPS s"));
        client.Run("XDEL s 4-0");
        Assert.EndsWith("$3\r\nlag\r\n$-1\r\n", client.Run("XINFO GROUPS s"));
        Assert.StartsWith("*1\r\n*8\r\n$4\r\nname\r\n$1\r\na\r\n$7\r\npending\r\n:2\r\n$4\r\nidle\r\n", client.Run("XINFO CONSUMERS s g"));
        Assert.Contains("$6\r\ngroups\r\n*1\r\n", client.Run("XINFO STREAM s FULL"));
        Assert.StartsWith("*", client.Run("XINFO HELP"));
        Assert.StartsWith("*", client.Run("XGROUP HELP"));
    }

    [Fact]
    public void In_resp3_the_streams_are_a_map()
    {
        TestClient client = _node.Connect();
        client.Run("XADD s 1-1 f v");
        client.Run("HELLO 3");
        Assert.Equal("%1\r\n$1\r\ns\r\n*1\r\n" + OneOne, client.Run("XREAD STREAMS s 0"));
    }

    [Fact]
    public void A_stream_survives_dump_and_restore_copy_and_rename()
    {
        TestClient client = _node.Connect();
        for (int i = 1; i <= 300; i++) client.Run($"XADD s {i}-{i} field value{i}");
        client.Run("XGROUP CREATE s g 0");
        client.Run("XREADGROUP GROUP g a COUNT 100 STREAMS s >");
        client.Run("XREADGROUP GROUP g b COUNT 100 STREAMS s >");
        client.Run("XDEL s 5-5");
        string told = client.Run("XINFO STREAM s FULL COUNT 0");
        string dump = client.Run("DUMP s");
        dump = dump[(dump.IndexOf('\n') + 1)..^2];
        Assert.Equal("+OK\r\n", client.Call("RESTORE", "t", "0", dump));
        // When a consumer was active is not in this form: it comes back as when it was seen, which is the same here.
        Assert.Equal(told, client.Run("XINFO STREAM t FULL COUNT 0"));
        Assert.Equal(":1\r\n", client.Run("COPY s u"));
        Assert.Equal("+OK\r\n", client.Run("RENAME u v"));
        Assert.Equal(told, client.Run("XINFO STREAM v FULL COUNT 0"));
        Assert.Equal(client.Run("DEBUG DIGEST-VALUE s"), client.Run("DEBUG DIGEST-VALUE v"));
        _node.Node.Databases.Validate();
    }

    [Fact]
    public void Wrong_words_are_refused_as_a_real_server_refuses_them()
    {
        TestClient client = _node.Connect();
        client.Run("SET x 1");
        Assert.StartsWith("-WRONGTYPE", client.Run("XADD x * f v"));
        Assert.Equal("-ERR wrong number of arguments for 'xadd' command\r\n", client.Run("XADD s * f v g"));
        Assert.Equal("-ERR Invalid stream ID specified as stream command argument\r\n", client.Run("XADD s 1-x f v"));
        Assert.Equal("-ERR syntax error, LIMIT cannot be used without the special ~ option\r\n", client.Run("XADD s MAXLEN 3 LIMIT 1 * f v"));
        Assert.Equal("-ERR syntax error, XTRIM must be called with a trimming strategy\r\n", client.Run("XTRIM s LIMIT 0"));
        Assert.Equal("-ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.\r\n", client.Run("XREAD STREAMS a b c"));
        Assert.Equal("-ERR Missing GROUP option for XREADGROUP\r\n", client.Run("XREADGROUP COUNT 1 COUNT 1 STREAMS s >"));
        Assert.Equal("-NOGROUP No such key 's' or consumer group 'g'\r\n", client.Run("XPENDING s g"));
        Assert.Equal("-ERR COUNT must be > 0\r\n", client.Run("XAUTOCLAIM s g c 0 - COUNT 0"));
        Assert.Equal(":0\r\n", client.Run("XACK s g 1-1"));
        client.Run("XADD s 1-1 f v");
        client.Run("XGROUP CREATE s g 0");
        Assert.Equal(":1\r\n", client.Run("XGROUP CREATECONSUMER s g c"));
        Assert.Equal("+OK\r\n", client.Run("XGROUP SETID s g $ ENTRIESREAD 1"));
        Assert.Equal("-ERR Unrecognized XCLAIM option 'FOO'\r\n", client.Run("XCLAIM s g c 0 1-1 FOO"));
        Assert.Equal("-ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.\r\n", client.Run("XINFO STREAM s FOO"));
    }

    private string Unwrapped() => string.Join(" | ", _node.Sink.Take().Split(" | ").Where(line => line is not "MULTI" and not "EXEC"));
}
