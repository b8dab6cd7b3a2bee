using System;
using System.IO;

using Hexad.Host.Process;
using Hexad.Options;
using Hexad.Processes;
using Xunit;

namespace Hexad.Host.Tests;

public sealed class ProcessTitleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-title-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_title_is_its_template_filled_in()
    {
        var options = new NodeOptions { Port = 7000, ClusterEnabled = true, UnixSocket = "/s", ConfigFile = "/c.conf" };
        Assert.Equal("prog *:7000 [cluster]", ProcessTitle.Text(options, "prog"));
        options.ClusterEnabled = false;
        Assert.Equal("prog *:7000", ProcessTitle.Text(options, "prog"));
        options.ProcessTitleTemplate = "x {port} {tls-port} {unixsocket} {config-file} {title}";
        Assert.Equal("x 7000 0 /s /c.conf prog", ProcessTitle.Text(options, "prog"));
    }

    [Theory]
    [InlineData("short {port}")]
    [InlineData("a title that is a good deal longer than the arguments were, so that it runs into the variables behind them {port}")]
    public void The_process_list_shows_the_title_and_the_server_goes_on(string template)
    {
        int port = FreePorts.Take(1);
        string config = Path.Combine(_folder, "t.conf");
        File.WriteAllLines(config, ["bind 127.0.0.1", $"dir {_folder}", "save \"\"", $"port {port}"]);
        using var server = new ServerUnderTest(null, "server", config);
        server.Expect("Ready to accept connections");
        Assert.EndsWith($"hexad server 127.0.0.1:{port}", Shown(server));
        Assert.Equal("+OK\r\n", ServerUnderTest.Ask("127.0.0.1", port, $"CONFIG SET proc-title-template \"{template}\""));
        Assert.Equal(template.Replace("{port}", $"{port}", StringComparison.Ordinal), Shown(server));
        Assert.StartsWith("-ERR", ServerUnderTest.Ask("127.0.0.1", port, "CONFIG SET proc-title-template {nonsense}"));
        server.Signal("TERM");
        Assert.Equal(0, server.ExitCode());
    }

    [Fact]
    public void The_arguments_stay_where_no_title_is_wanted()
    {
        int port = FreePorts.Take(1);
        string config = Path.Combine(_folder, "t.conf");
        File.WriteAllLines(config, ["bind 127.0.0.1", $"dir {_folder}", "save \"\"", $"port {port}", "set-proc-title no"]);
        using var server = new ServerUnderTest(null, "server", config);
        server.Expect("Ready to accept connections");
        Assert.EndsWith(config, Shown(server));
        server.Signal("TERM");
        Assert.Equal(0, server.ExitCode());
    }

    private static string Shown(ServerUnderTest server) => File.ReadAllText($"/proc/{server.Id}/cmdline").TrimEnd('\0', ' ');
}
