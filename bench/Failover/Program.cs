// From the loss of a primary to the next successful write, ours and a real server's in turn.
//
//   failover --ours "out/hexad server" [--peer redis-server] [--runs 20] [--peer-runs 20] [--timeouts 2000,15000] [--ways kill,stop,young]
//            [--first-port 20000] [--samples FILE] [--page FILE] [--keep FOLDER]
//
//   kill   SIGKILL for the primary of slot 0        stop   SIGSTOP, as a machine that says nothing more
//   young  SIGKILL 3 s after the cluster was made, with 100 keys written before: all must be there afterwards
//
// Every sample is appended to the samples file as it is taken; what stands there already is not measured again, so that
// a run that was cut short goes on where it was. The page is made from all samples of the file. The logs of a run that
// took longer than it should are kept in the folder.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

using Hexad.Failover;

var given = new Dictionary<string, string>(StringComparer.Ordinal);
for (int i = 0; i + 1 < args.Length; i += 2) given[args[i].TrimStart('-')] = args[i + 1];
string Given(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);
int Number(string name, int otherwise) => given.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

string[] ours = Given("ours", "out/hexad server").Split(' ');
ours[0] = Path.GetFullPath(ours[0]);
int runs = Number("runs", 20);
var servers = new List<ServerKind> { new("hexad", ours, runs) };
if (Given("peer", "redis-server") is { Length: > 0 } peer) servers.Add(new(Given("peer-name", "redis"), peer.Split(' '), Number("peer-runs", runs)));
var samples = new SampleFile(Given("samples", "failover.csv"));
int firstPort = Number("first-port", 20_000);
int port = firstPort;

foreach (int timeoutMs in Given("timeouts", "2000,15000").Split(',').Select(static t => int.Parse(t, CultureInfo.InvariantCulture)))
{
    foreach (Way way in Given("ways", "kill,stop,young").Split(',').Select(static w => Enum.Parse<Way>(w, ignoreCase: true)))
    {
        for (int run = 0; run < servers.Max(static s => s.Runs); run++)
        {
            foreach (ServerKind server in servers)
            {
                var what = new Case(server.Name, timeoutMs, way);
                if (run >= server.Runs || samples.Of(what).Count() > run) continue;
                using var cluster = new MeasuredCluster(server.Words, [ours[0], "cli"], port, timeoutMs);
                Sample sample = cluster.Measure(what);
                samples.Append(sample);
                Console.Error.WriteLine(sample.Line);
                if (sample.IsLate && given.TryGetValue("keep", out string? folder)) cluster.KeepLogs(Path.Combine(folder, $"{server.Name}-{timeoutMs}-{way}-{run}"));
                port = port >= firstPort + 400 ? firstPort : port + 6;
            }
        }
    }
}

string page = samples.Page();
Console.Write(page);
if (given.TryGetValue("page", out string? file)) File.WriteAllText(file, page);
return 0;

namespace Hexad.Failover
{
    /// <summary>A kind of server: its name on the page, the words that start one, how many runs it gets.</summary>
    internal sealed record ServerKind(string Name, string[] Words, int Runs);
}
