using Hexad.Host.Process;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>What a test needs of the machine.</summary>
internal static class HostLimits
{
    /// <summary>Enough descriptors for thousands of connections, both ends of which are in this process.</summary>
    internal static void Raise()
    {
        if (HostFacts.RaiseFileLimit(8192) < 8192) Assert.Skip("The system does not allow 8192 open files");
    }
}
