using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using Hexad.Processes;
using Xunit;

namespace Hexad.Compat.Tests.Clients;

[Collection("six nodes")]
public class IoredisTests
{
    private const int Keys = 100_000;

    [Fact]
    public void A_primary_dies_under_100000_writes_and_the_client_goes_on()
    {
        string folder = SourceTree.PathTo("tests/Compat.Tests/Clients/node");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "ioredis")), "ioredis is not installed (npm install in tests/Compat.Tests/Clients/node)");
        using var cluster = new SixNodes();
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string word in (string[])["load.js", Keys.ToString(), .. cluster.Ports.Select(static p => p.ToString())]) start.ArgumentList.Add(word);
        using Process client = Process.Start(start)!;
        try
        {
            Assert.Equal("half 0", client.StandardOutput.ReadLine());
            int victim = cluster.Ports[0];
            cluster.AwaitReplicated(victim);
            client.StandardInput.WriteLine("go");
            client.StandardInput.Flush();
            cluster.Kill(victim);
            string outcome = client.StandardOutput.ReadLine() ?? "";
            using JsonDocument told = JsonDocument.Parse(outcome);
            Assert.Equal(0, told.RootElement.GetProperty("refused").GetInt32());
            Assert.Equal(0, told.RootElement.GetProperty("lostEarly").GetInt32());
            TestContext.Current.SendDiagnosticMessage(outcome);
        }
        finally
        {
            if (!client.HasExited) client.Kill();
        }
    }
}
