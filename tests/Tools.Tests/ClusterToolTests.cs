using System;
using System.IO;
using System.Text;
using Hexad.Client;
using Hexad.ClusterTool;
using Xunit;

namespace Hexad.Tools.Tests;

/// <summary>The cluster tool against servers that answer as the script says.</summary>
public sealed class ClusterToolTests
{
    private const string Id = "0123456789012345678901234567890123456789";

    [Fact]
    public void A_node_that_is_loading_is_asked_again()
    {
        int loading = 2;
        ScriptedServer? server = null;
        server = new ScriptedServer(words => words switch
        {
            ["CLUSTER", "NODES"] when loading-- > 0 => "-LOADING Redis is loading the dataset in memory\r\n",
            ["CLUSTER", "NODES"] => Bulk($"{Id} 127.0.0.1:{server!.Port}@1 myself,master - 0 0 1 connected 0-16383\n"),
            ["INFO", ..] => Bulk("cluster_enabled:1\r\n"),
            ["DBSIZE"] => ":3\r\n",
            _ => "-ERR\r\n",
        });
        using (server)
        {
            (int code, string output) = Run("check", $"127.0.0.1:{server.Port}");
            Assert.Equal(
                (0, $"127.0.0.1:{server.Port} (01234567...) -> 3 keys | 16384 slots | 0 slaves.\n[OK] 3 keys in 1 masters.\n0.00 keys per slot on average.\n" +
                    $">>> Performing Cluster Check (using node 127.0.0.1:{server.Port})\nM: {Id} 127.0.0.1:{server.Port}\n   slots:[0-16383] (16384 slots) master\n" +
                    "[OK] All nodes agree about slots configuration.\n>>> Check for open slots...\n>>> Check slots coverage...\n[OK] All 16384 slots covered.\n"),
                (code, output));
        }
    }

    [Fact]
    public void A_server_outside_cluster_mode_is_named()
    {
        using var server = new ScriptedServer(words => words[0] == "INFO" ? Bulk("cluster_enabled:0\r\n") : "-ERR This instance has cluster support disabled\r\n");
        Assert.Equal((1, $"[ERR] Node 127.0.0.1:{server.Port} is not configured as a cluster node.\n"), Run("info", $"127.0.0.1:{server.Port}"));
    }

    [Fact]
    public void A_node_given_twice_is_refused()
    {
        ScriptedServer? server = null;
        server = new ScriptedServer(words => words[0] switch
        {
            "CLUSTER" => Bulk($"{Id} :{server!.Port}@1 myself,master - 0 0 0 connected\n"),
            "INFO" => Bulk("cluster_enabled:1\r\n"),
            _ => ":1\r\n",
        });
        using (server)
        {
            (int code, string output) = Run("create", $"127.0.0.1:{server.Port}", $"127.0.0.1:{server.Port}", "--yes");
            Assert.Equal((1, $"[ERR] Node 127.0.0.1:{server.Port} was given twice.\n"), (code, output));
        }
    }

    [Fact]
    public void Slots_that_nobody_serves_make_the_check_fail()
    {
        ScriptedServer? server = null;
        server = new ScriptedServer(words => words[0] switch
        {
            "CLUSTER" => Bulk($"{Id} 127.0.0.1:{server!.Port}@1 myself,master - 0 0 1 connected 0-100 [7->-{Id}]\n"),
            "INFO" => Bulk("cluster_enabled:1\r\n"),
            _ => ":0\r\n",
        });
        using (server)
        {
            (int code, string output) = Run("check", $"127.0.0.1:{server.Port}");
            Assert.Equal(1, code);
            Assert.Contains("[ERR] Not all 16384 slots are covered by nodes.", output, StringComparison.Ordinal);
            Assert.Contains("[WARNING] The following slots are open: 7.", output, StringComparison.Ordinal);
        }
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    private static (int Code, string Output) Run(string command, params string[] arguments)
    {
        var output = new MemoryStream();
        var console = new ToolConsole(Stream.Null, output, Stream.Null);
        ClusterRequest request = TribArguments.Parse([command, .. arguments], _ => null, out _)!;
        int code = ClusterCommands.Run(request, console, CommandLineForm.RedisCli);
        console.Flush();
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }
}
