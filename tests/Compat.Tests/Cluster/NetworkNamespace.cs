using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using Hexad.Processes;
using Xunit;

namespace Hexad.Compat.Tests.Cluster;

/// <summary>
/// A network of its own, with nothing but loopback addresses and its own firewall: what is closed there is closed for
/// nobody else. It takes the right to administer networks; a test that has not got it is skipped and says so. Processes in
/// it are asked over unix sockets, which know no such borders.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>Makes one, or skips the test with the reason why there is none.</summary>
    public static NetworkNamespace MakeOrSkip()
    {
        foreach ((string program, string package) in new[] { ("unshare", "util-linux"), ("nsenter", "util-linux"), ("ip", "iproute2"), ("iptables", "iptables") })
            Assert.SkipUnless(IsInstalled(program), $"{program} is not installed (Debian: apt-get install {package})");
        Outcome allowed = Shell.Run("unshare", ["--net", "sh", "-c", "ip link set lo up && iptables -A INPUT -p tcp --dport 9 -j REJECT --reject-with tcp-reset"]);
        Assert.SkipUnless(allowed.Code == 0, "A network namespace with a firewall cannot be made here: " + allowed.Error.Trim());
        Process holder = Shell.Start("unshare", ["--net", "sh", "-c", "ip link set lo up && echo up && exec cat"]);
        var made = new NetworkNamespace(holder);
        if (holder.StandardOutput.ReadLine() == "up") return made;
        made.Dispose();
        throw new InvalidOperationException("The network namespace did not come up");
    }

    /// <summary>The words before a program that make it run within.</summary>
    public string[] Within(params string[] words) => ["nsenter", "--net", "--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--", .. words];

    /// <summary>Runs iptables within.</summary>
    public void Firewall(params string[] words)
    {
        string[] command = Within(["iptables", .. words]);
        Outcome outcome = Shell.Run(command[0], command[1..]);
        Assert.True(outcome.Code == 0, outcome.ToString());
    }

    /// <summary>It ends with its last process.</summary>
    public void Dispose()
    {
        _holder.StandardInput.Close();
        if (!_holder.WaitForExit(5000)) _holder.Kill();
        _holder.Dispose();
    }

    private static bool IsInstalled(string program)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            if (File.Exists(Path.Combine(folder, program))) return true;
        return false;
    }
}
