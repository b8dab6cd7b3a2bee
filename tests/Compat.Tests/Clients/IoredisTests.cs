using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace Hexad.Compat.Tests.Clients;

[Collection("six nodes")]
public class IoredisTests
{
    private const int Keys = 100_000;

    [Fact]
    public void A_primary_dies_under_100000_writes_and_the_client_goes_on()
    {
        string folder = NodeFolder();
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

    private static string NodeFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hexad.slnx"))) return Path.Combine(folder.FullName, "tests/Compat.Tests/Clients/node");
        throw new InvalidOperationException("No Hexad.slnx above " + AppContext.BaseDirectory);
    }
}
