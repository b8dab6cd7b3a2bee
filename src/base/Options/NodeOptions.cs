namespace Hexad.Options;

/// <summary>A node's configuration: the options that the engine's core reads.</summary>
public sealed class NodeOptions
{
    public int Port { get; set; } = 6379;
    public string[] Bind { get; set; } = ["*", "-::*"];
    public string UnixSocket { get; set; } = "";
    public int UnixSocketPerm { get; set; }
    public int TcpBacklog { get; set; } = 511;
    public int TcpKeepalive { get; set; } = 300;
    public int MaxClients { get; set; } = 10_000;
    public bool ProtectedMode { get; set; } = true;
    public string RequirePass { get; set; } = "";
    public int Databases { get; set; } = 16;
    public bool ClusterEnabled { get; set; }
    public int Hz { get; set; } = 10;
    public long ProtoMaxBulkLen { get; set; } = 512L << 20;
    public long ClientQueryBufferLimit { get; set; } = 1L << 30;
    public bool LazyfreeLazyExpire { get; set; }
}
