// From the loss of a primary to the next successful write, ours and a real server's in turn.
//
//   failover --ours "out/hexad server" [--peer redis-server] [--runs 20] [--timeouts 2000,15000] [--ways kill,stop] [--out FILE]
//            [--young 1: kill 3 s after the cluster was made instead of waiting until it is healthy]
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

using Hexad.Failover;

var given = new Dictionary<string, string>(StringComparer.Ordinal);
for (int i = 0; i + 1 < args.Length; i += 2) given[args[i].TrimStart('-')] = args[i + 1];
string Given(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);

string[] ours = Given("ours", "out/hexad server").Split(' ');
ours[0] = Path.GetFullPath(ours[0]);
var servers = new List<(string Name, string[] Words)> { ("hexad", ours) };
if (Given("peer", "redis-server") is { Length: > 0 } peer) servers.Add((Given("peer-name", "redis"), peer.Split(' ')));
int runs = int.Parse(Given("runs", "20"));
int port = int.Parse(Given("port", "15100"));
bool young = Given("young", "0") == "1";
var page = new StringBuilder("| server | node timeout ms | way | runs | min ms | median ms | max ms | not within the limit |\n|---|---|---|---|---|---|---|---|\n");

foreach (int timeoutMs in Given("timeouts", "2000,15000").Split(',').Select(int.Parse))
{
    foreach (string way in Given("ways", "kill,stop").Split(','))
    {
        var taken = servers.ToDictionary(static s => s.Name, static _ => new List<double>());
        var missed = servers.ToDictionary(static s => s.Name, static _ => 0);
        for (int run = 0; run < runs; run++)
        {
            foreach ((string name, string[] words) in servers)
            {
                using var cluster = new MeasuredCluster(words, ours[0], port, timeoutMs);
                if (young) Thread.Sleep(TimeSpan.FromSeconds(3) - Stopwatch.GetElapsedTime(cluster.CreatedAt));
                else cluster.AwaitHealth();
                if (cluster.Fail(way == "stop", (timeoutMs * 2) + 20_000) is { } ms) taken[name].Add(ms);
                else missed[name]++;
                port = port >= 15_400 ? 15_100 : port + 6;
            }
        }

        foreach ((string name, _) in servers)
        {
            double[] sorted = [.. taken[name].Order()];
            string line = sorted.Length == 0
                ? $"| {name} | {timeoutMs} | {way} | {runs} | | | | {missed[name]} |"
                : $"| {name} | {timeoutMs} | {way} | {runs} | {sorted[0]:F0} | {sorted[sorted.Length / 2]:F0} | {sorted[^1]:F0} | {missed[name]} |";
            page.Append(line).Append('\n');
            Console.Error.WriteLine(line);
        }
    }
}

Console.Write(page);
if (given.TryGetValue("out", out string? file)) File.WriteAllText(file, page.ToString());
return 0;
