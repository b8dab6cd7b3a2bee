using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Xunit;

namespace Hexad.Engine.Tests.Transactions;

/// <summary>WATCH: what makes an EXEC fail, and what does not.</summary>
public sealed class WatchTests
{
    private const string Failed = "*-1\r\n";
    private const string Done = "*1\r\n+PONG\r\n";
    private readonly Family _family = new();
    private readonly NetHost _host;
    private readonly NetClient _client, _other;

    public WatchTests()
    {
        _host = _family.Add(25021);
        (_client, _other) = (_host.Connect(), _host.Connect());
        _client.Run("DEBUG SET-ACTIVE-EXPIRE 0");
    }

    [Theory]
    [InlineData("SET k 2")]
    [InlineData("SET k 1")]
    [InlineData("APPEND k x")]
    [InlineData("EXPIRE k 100")]
    [InlineData("DEL k")]
    [InlineData("GETDEL k")]
    [InlineData("RENAME k other")]
    [InlineData("MOVE k 1")]
    [InlineData("FLUSHDB")]
    [InlineData("FLUSHALL")]
    [InlineData("SWAPDB 0 1")]
    [InlineData("COPY from k REPLACE")]
    public void A_change_of_a_watched_key_fails_the_next_exec(string change)
    {
        _client.Run("SET k 1");
        _client.Run("SET from 1");
        Assert.Equal("+OK\r\n", _client.Run("WATCH none k"));
        _other.Run(change);
        Assert.Equal(Failed, Exec());
        Assert.Equal(Done, Exec());
    }

    [Theory]
    [InlineData("SET k 1")]
    [InlineData("SETRANGE k 3 x")]
    [InlineData("COPY from k")]
    [InlineData("RENAME from k")]
    public void So_does_a_watched_key_that_comes_to_be(string change)
    {
        _client.Run("SET from 1");
        _client.Run("WATCH k");
        _other.Run(change);
        Assert.Equal(Failed, Exec());
    }

    [Theory]
    [InlineData("GET k")]
    [InlineData("DEL none")]
    [InlineData("SET other 1")]
    [InlineData("SELECT 1")]
    [InlineData("SWAPDB 2 3")]
    [InlineData("PERSIST k")]
    public void What_changes_no_watched_key_fails_nothing(string call)
    {
        _client.Run("SET k 1");
        _client.Run("WATCH k none");
        _other.Run(call);
        Assert.Equal(Done, Exec());
    }

    [Fact]
    public void A_key_that_is_not_there_before_and_after_a_flush_or_swap_has_not_changed()
    {
        _client.Run("SET k 1");
        _client.Run("WATCH none");
        _other.Run("FLUSHDB");
        _other.Run("SWAPDB 0 1");
        _other.Run("FLUSHALL");
        Assert.Equal(Done, Exec());
        _client.Run("WATCH none");
        _other.Run("SELECT 1");
        _other.Run("SET none 1");
        _other.Run("SWAPDB 0 1");
        Assert.Equal(Failed, Exec());
    }

    [Fact]
    public void A_key_of_the_same_name_in_another_database_is_another()
    {
        _client.Run("WATCH k");
        _other.Run("SELECT 1");
        _other.Run("SET k 1");
        Assert.Equal(Done, Exec());
    }

    [Fact]
    public void The_clients_own_change_before_multi_counts_that_within_it_does_not()
    {
        _client.Run("WATCH k");
        _client.Run("SET k 1");
        Assert.Equal(Failed, Exec());
        _client.Run("WATCH k");
        _client.Run("MULTI");
        _client.Run("SET k 2");
        Assert.Equal("*1\r\n+OK\r\n", _client.Run("EXEC"));
        Assert.Equal(Done, Exec());
    }

    [Theory]
    [InlineData("UNWATCH")]
    [InlineData("RESET")]
    public void Who_watches_no_more_is_not_concerned_whether_it_changed_before_or_after(string end)
    {
        _client.Run("WATCH k");
        _other.Run("SET k 1");
        Assert.Contains(" flags=d ", _other.Run("CLIENT LIST"));
        _client.Run(end);
        _other.Run("SET k 2");
        Assert.Equal(Done, Exec());
    }

    [Fact]
    public void Discard_forgets_the_watches()
    {
        _client.Run("WATCH k");
        _client.Run("MULTI");
        _client.Run("DISCARD");
        _other.Run("SET k 1");
        Assert.Equal(Done, Exec());
        Assert.Equal(0, _host.Node.Watches.Count);
    }

    [Fact]
    public void A_key_that_comes_to_its_end_while_watched_fails_exec_removed_or_not()
    {
        _client.Run("SET k 1 PX 50");
        _client.Run("WATCH k");
        _family.Net.Run(100);
        Assert.Equal(Failed, Exec());
        _client.Run("SET k 1 PX 50");
        _client.Run("WATCH k");
        _family.Net.Run(100);
        _other.Run("GET k");
        Assert.Equal(Failed, Exec());
    }

    [Fact]
    public void A_key_past_its_end_when_watched_may_be_removed_but_not_made_anew()
    {
        _client.Run("SET k 1 PX 50");
        _family.Net.Run(100);
        _client.Run("WATCH k");
        _other.Run("GET k");
        Assert.Equal(Done, Exec());
        _client.Run("SET k 1 PX 50");
        _family.Net.Run(100);
        _client.Run("WATCH k");
        Assert.Equal(Done, Exec());
        _client.Run("WATCH k");
        _other.Run("FLUSHALL");
        Assert.Equal(Done, Exec());
        _client.Run("SET k 1 PX 50");
        _family.Net.Run(100);
        _client.Run("WATCH k");
        _other.Run("SET k 2");
        Assert.Equal(Failed, Exec());
    }

    [Fact]
    public void A_swap_that_brings_a_key_past_its_end_changes_nothing_for_who_watched_none()
    {
        _other.Run("SELECT 1");
        _other.Run("SET k 1 PX 50");
        _family.Net.Run(100);
        _client.Run("WATCH k");
        _other.Run("SWAPDB 0 1");
        Assert.Equal(Done, Exec());
        _client.Run("WATCH k");
        _other.Run("SWAPDB 0 1");
        Assert.Equal(Done, Exec());
    }

    [Fact]
    public void An_evicted_key_has_changed()
    {
        _client.Run("SET k 1");
        _client.Run("WATCH k");
        _other.Run("CONFIG SET maxmemory-policy allkeys-random maxmemory 1");
        _other.Run("PING");
        _other.Run("CONFIG SET maxmemory 0");
        Assert.Equal(Failed, Exec());
    }

    [Fact]
    public void A_session_that_ends_leaves_no_watch_behind()
    {
        _client.Run("WATCH a b c a");
        Assert.Equal(3, _host.Node.Watches.Count);
        _client.Run("QUIT");
        Assert.Equal(0, _host.Node.Watches.Count);
        _other.Run("SET a 1");
    }

    [Fact]
    public void A_snapshot_that_replaces_the_data_changes_what_was_watched()
    {
        NetHost primary = _family.Add(25022);
        _family.Run(primary, "SET k 2");
        _client.Run("SET k 1");
        _client.Run("WATCH k");
        _family.Follow(_host, primary);
        Assert.Equal(Failed, Exec());
    }

    private string Exec()
    {
        Assert.Equal("+OK\r\n", _client.Run("MULTI"));
        Assert.Equal("+QUEUED\r\n", _client.Run("PING"));
        return _client.Run("EXEC");
    }
}
