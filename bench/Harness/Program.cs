// The harness of all figures: servers and load on separate cores, cases in turn, A B A B …, ratios pair by pair.
//
//   harness --ours "PATH server" [--peer "redis-server"] [--pairs 15] [--seconds 1] [--keys 5000000] [--out FOLDER]
//           [--cases get-50x1,set-50x16,… | none] [--memory all | "set member,list element" | none] [--starts 10] [--cores SERVER,LOAD]
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

using Hexad.Harness;

var given = new Dictionary<string, string>(StringComparer.Ordinal);
for (int i = 0; i + 1 < args.Length; i += 2) given[args[i].TrimStart('-')] = args[i + 1];
string Given(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);

ServerCommand ours = new("hexad", Given("ours", "out/hexad server").Split(' '));
ServerCommand peer = new(Given("peer-name", "redis"), Given("peer", "redis-server").Split(' '));
ours = ours with { Words = [Path.GetFullPath(ours.Words[0]), .. ours.Words[1..]] };
int pairs = int.Parse(Given("pairs", "15"));
double seconds = double.Parse(Given("seconds", "1"));
long keys = long.Parse(Given("keys", "5000000"));
int[] cores = [.. Given("cores", "0,1").Split(',').Select(int.Parse)];
string folder = Path.GetFullPath(Given("out", "out/bench"));
string[] chosen = Given("cases", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
string[] wantedMemory = Given("memory", "all").Split(',');
int starts = int.Parse(Given("starts", "10"));
int port = int.Parse(Given("port", "21990"));

// This process is the load generator: on its own core.
var pinning = new ProcessStartInfo("taskset", ["-a", "-c", "-p", cores[1].ToString(), Environment.ProcessId.ToString()]) { RedirectStandardOutput = true };
Process.Start(pinning)!.WaitForExit();

var load = new List<LoadSample>();
var still = new List<StillSample>();
var memory = new List<MemorySample>();
(int Connections, int Pipeline, long PerSecond)[] shapes = [(50, 1, 90_000), (50, 16, 700_000), (4, 128, 900_000)];
LoadCase[] cases =
[
    .. from test in (string[])["get", "set", .. TypeLoad.Tests.Select(static t => t.Name)]
       let type = TypeLoad.Of(test)
       from shape in type is null ? shapes : type.HasLongReplies ? [(50, 1, 40_000), (50, 16, 60_000)] : shapes[..2]
       let name = $"{test}-{shape.Connections}x{shape.Pipeline}"
       where chosen.Length == 0 || chosen.Contains(name)
       select new LoadCase(name, test, shape.Connections, shape.Pipeline, (long)(shape.PerSecond * seconds)),
];

if (cases.Length > 0)
{
    using ServerUnderTest a = ServerUnderTest.Start(ours, port, cores[0]);
    using ServerUnderTest b = ServerUnderTest.Start(peer, port + 1, cores[0]);
    LoadRun.Fill(a, LoadRun.Keys);
    LoadRun.Fill(b, LoadRun.Keys);

    foreach (LoadCase load1 in cases)
    {
        LoadRun.Run(load1, a, 0);
        LoadRun.Run(load1, b, 0);
        for (int pair = 0; pair < pairs; pair++)
        {
            load.Add(LoadRun.Run(load1, a, pair));
            load.Add(LoadRun.Run(load1, b, pair));
        }

        double Cpu(ServerCommand of) => Statistics.Median([.. load.Where(s => s.Case == load1.Name && s.Server == of.Name).Select(static s => s.CpuUsPerRequest)]);
        Console.Error.WriteLine($"{load1.Name}: {pairs} pairs, CPU {Cpu(ours):F2} and {Cpu(peer):F2} us, ratio {Cpu(peer) / Cpu(ours):F2}");
    }
}

foreach (ServerCommand server in (ServerCommand[])[ours, peer])
{
    for (int i = 0; i < starts; i++)
    {
        using ServerUnderTest fresh = ServerUnderTest.Start(server, port + 2, cores[0]);
        Thread.Sleep(500);
        double idle = fresh.ResidentBytes() / 1e6;
        double each = 0;
        if (i == starts - 1 && keys > 0)
        {
            long before = fresh.ResidentBytes();
            LoadRun.Fill(fresh, keys);
            each = (fresh.ResidentBytes() - before) / (double)keys;
        }

        still.Add(new StillSample(server.Name, fresh.StartMs, idle, each));
    }
}

foreach (MemoryCase each in MemoryRun.Cases)
{
    if (wantedMemory[0] != "all" && !wantedMemory.Contains(each.Name)) continue;
    foreach (ServerCommand server in (ServerCommand[])[ours, peer])
    {
        using ServerUnderTest fresh = ServerUnderTest.Start(server, port + 3, cores[0]);
        memory.Add(MemoryRun.Run(each, fresh));
        Console.Error.WriteLine(memory[^1]);
    }
}

string machine = $"{Environment.ProcessorCount} cores, {File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()}, {DateTime.UtcNow:yyyy-MM-dd}";
string page = new Report(folder, machine, load, still, memory, ours.Name, peer.Name).Write();
Console.WriteLine(page);
Console.WriteLine($"written to {folder}");
return 0;
