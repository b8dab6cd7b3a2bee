using System;
using System.Text;
using Hexad.Cluster;

namespace Hexad.Fuzz.Targets;

/// <summary>nodes.conf: one that is taken gives a machine that is whole, and the file that it writes is taken again and is then the same.</summary>
internal sealed class NodesFileTarget : FuzzTarget
{
    public override string Name => "nodes";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        var first = new SilentNode();
        if (first.Machine.Start(first.Time, Encoding.Latin1.GetString(bytes), out _) != ConfigFault.None) return;
        first.Machine.Validate();
        string written = first.Machine.DescribeConfig();
        var second = new SilentNode();
        Must(second.Machine.Start(second.Time, written, out string bad) == ConfigFault.None, "its own file is not taken: " + bad);
        Must(second.Machine.DescribeConfig() == written, "its own file comes back as another");
    }
}
