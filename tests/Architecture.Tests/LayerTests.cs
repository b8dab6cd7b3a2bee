using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Xml.Linq;

using NetArchTest.Rules;

using Xunit;

namespace Hexad.Architecture.Tests;

/// <summary>The floors of the house: who may refer to whom, and what the floors below the host may not know.</summary>
public sealed class LayerTests
{
    private static readonly string[] Floors = ["base", "data", "node", "io", "tools"];

    private static readonly string[] PureLayers =
        ["Core", "Wire", "Options", "Memory", "Structures", "Keyspace", "Commands", "Cluster", "Replication", "Persistence", "Engine"];

    public static TheoryData<string> Pure => [.. PureLayers];

    [Theory]
    [MemberData(nameof(Pure))]
    public void A_layer_below_the_host_knows_no_socket_file_thread_task_or_chance(string layer)
    {
        NetArchTest.Rules.TestResult result = Types.InAssembly(Assembly.Load("Hexad." + layer)).ShouldNot().HaveDependencyOnAny(
            "System.Net.Sockets",
            "System.Net.Dns",
            "System.IO.File",
            "System.IO.FileStream",
            "System.IO.FileInfo",
            "System.IO.Directory",
            "System.Threading.Thread",
            "System.Threading.ThreadPool",
            "System.Threading.Timer",
            "System.Threading.Monitor",
            "System.Threading.Lock",
            "System.Threading.Tasks",
            "System.Diagnostics.Stopwatch",
            "System.Diagnostics.Process",
            "System.Random",
            "System.Security.Cryptography.RandomNumberGenerator",
            "System.Reflection.Emit",
            "System.Console").GetResult();
        Assert.True(result.IsSuccessful, "Not for this layer: " + string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Theory]
    [InlineData("Cluster", "Hexad.Replication", "Hexad.Persistence", "Hexad.Engine")]
    [InlineData("Replication", "Hexad.Cluster", "Hexad.Persistence", "Hexad.Engine")]
    [InlineData("Persistence", "Hexad.Cluster", "Hexad.Replication", "Hexad.Engine")]
    public void Cluster_replication_and_persistence_know_nothing_of_each_other(string layer, params string[] others)
    {
        NetArchTest.Rules.TestResult result = Types.InAssembly(Assembly.Load("Hexad." + layer)).ShouldNot().HaveDependencyOnAny(others).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void References_go_down_only()
    {
        var wrong = new List<string>();
        foreach (string project in Repository.Files("*.csproj", "src"))
        {
            int floor = FloorOf(project);
            foreach (string target in ReferencesOf(project))
            {
                int below = FloorOf(target);
                // A tool speaks to servers over the wire like anybody else; only "up", which runs them, may know the node and the host,
                // and the load generator drives its connections on the host's sockets.
                bool mayReachIn = project == "src/tools/Up/Up.csproj" || (project == "src/tools/Benchmark/Benchmark.csproj" && target == "src/io/Host/Host.csproj");
                bool reachesIn = floor == 4 && below is 1 or 2 or 3 && !mayReachIn;
                if (below > floor || reachesIn) wrong.Add($"{project} -> {target}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void References_within_a_floor_make_no_circle()
    {
        Dictionary<string, string[]> graph = Repository.Files("*.csproj", "src").ToDictionary(p => p, p => ReferencesOf(p).ToArray());
        var done = new HashSet<string>();
        foreach (string project in graph.Keys) Walk(project, []);

        void Walk(string project, List<string> path)
        {
            Assert.DoesNotContain(project, path);
            if (!done.Add(project) || !graph.TryGetValue(project, out string[]? next)) return;
            foreach (string target in next) Walk(target, [.. path, project]);
        }
    }

    [Fact]
    public void Only_memory_structures_and_the_host_may_be_unsafe()
    {
        string[] allowed = ["src/data/Memory", "src/data/Structures", "src/io/Host"];
        IEnumerable<string> users = Repository.Files("*.cs", "src")
            .Where(file => !allowed.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)))
            .Where(file => SourceText.Code(Repository.Read(file)).Contains("unsafe ", StringComparison.Ordinal));
        // Function pointers of the command table are the one exception: calling one needs an unsafe context, no memory is touched.
        Assert.DoesNotContain(users, file => SourceText.Code(Repository.Read(file)).Contains("fixed (", StringComparison.Ordinal)
            || SourceText.Code(Repository.Read(file)).Contains("stackalloc byte*", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_source_project_has_a_test_project()
    {
        string[] tested = [.. Repository.Files("*.csproj", "tests").SelectMany(ReferencesOf)];
        Assert.DoesNotContain(Repository.Files("*.csproj", "src"), project => project != "src/Hexad/Hexad.csproj" && !tested.Contains(project));
    }

    private static int FloorOf(string project)
    {
        string[] parts = project.Split('/');
        if (parts[0] != "src") return -1;
        int floor = Array.IndexOf(Floors, parts[1]);
        return floor < 0 ? Floors.Length : floor;
    }

    private static IEnumerable<string> ReferencesOf(string project)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, project))!;
        return XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value)))
            .Select(full => Path.GetRelativePath(Repository.Root, full).Replace('\\', '/'));
    }
}
