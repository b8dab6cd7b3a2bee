// Options: where the node listens, and for whom.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("bind", "* -::*", Live = true, Sample = "bind 127.0.0.1 -::1",
        Help = "Addresses to listen on. A '-' before one lets the node start without it. What the node itself connects to, bus and master, leaves from the first address when exactly one is named.")]
    public partial BindAddresses Bind { get; set; }

    [Option("bind-source-addr", null, Live = true,
        Help = "The address from which connections to masters and to the cluster bus leave, where it is not that of bind.")]
    public partial string? BindSourceAddress { get; set; }

    [Option("protected-mode", true, Live = true, Sample = "protected-mode yes",
        Help = "Without a password and without bind, only connections from this machine are served.")]
    public partial bool ProtectedMode { get; set; }

    [Option("port", 6379, Live = true, Max = 65535, Sample = "port 6379",
        Help = "The TCP port for clients; 0 is none.")]
    public partial int Port { get; set; }

    [Option("tcp-backlog", 511,
        Help = "How many connections may wait to be accepted. The kernel's somaxconn caps it.")]
    public partial int TcpBacklog { get; set; }

    [Option("unixsocket", null,
        Help = "Also listen on this unix socket.")]
    public partial string? UnixSocket { get; set; }

    [Option("unixsocketgroup", null,
        Help = "The group that owns the unix socket; without it, the group of the process.")]
    public partial string? UnixSocketGroup { get; set; }

    [Option("unixsocketperm", 0u, Max = 511, Unit = OptionUnit.Octal,
        Help = "The file mode of the unix socket, in base eight; 0 leaves it to the umask.")]
    public partial uint UnixSocketMode { get; set; }

    [Option("timeout", 0, Live = true,
        Help = "Close a client that has been idle for so many seconds; 0 never does.")]
    public partial int ClientTimeoutSeconds { get; set; }

    [Option("tcp-keepalive", 300, Live = true,
        Help = "Seconds between TCP keepalive probes on client connections; 0 sends none.")]
    public partial int TcpKeepaliveSeconds { get; set; }

    [Option("socket-mark-id", 0u, Pending = "socket marks",
        Help = "A routing mark (SO_MARK) for the sockets of this node; 0 is none.")]
    public partial uint SocketMark { get; set; }

    [Option("maxclients", 10000u, Live = true, Min = 1,
        Help = "How many clients may be connected at once. The cluster bus counts separately.")]
    public partial uint MaxClients { get; set; }

    [Option("maxmemory-clients", 0L, Live = true, Min = -100, Unit = OptionUnit.MemoryOrPercent,
        Help = "Memory for the buffers of all clients together, as bytes or as a share of maxmemory; the greediest are closed above it. 0 is no limit.")]
    public partial long MaxMemoryClientsBytes { get; set; }

    [Option("client-output-buffer-limit", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", Live = true,
        Help = "Close clients that do not read their replies: class, hard limit, soft limit, seconds above the soft one. Classes are normal, replica, pubsub.")]
    public partial OutputBufferLimits ClientOutputBufferLimits { get; set; }

    [Option("client-query-buffer-limit", 1073741824L, Live = true, Min = 1048576, Unit = OptionUnit.Memory,
        Help = "The longest request that a client may send.")]
    public partial long ClientQueryBufferLimitBytes { get; set; }

    [Option("proto-max-bulk-len", 536870912L, Live = true, Min = 1048576, Unit = OptionUnit.Memory,
        Help = "The longest single string in a request.")]
    public partial long ProtoMaxBulkBytes { get; set; }

    [Option("client-default-resp", 2u, Hidden = true, Min = 2, Max = 3)]
    public partial uint ClientDefaultResp { get; set; }

    [Option("requirepass", null, Live = true, Sensitive = true,
        Help = "The password that clients of the default user must send with AUTH.")]
    public partial string? RequirePass { get; set; }

    [Option("aclfile", "", Pending = "ACL files",
        Help = "A file of user declarations, in place of user lines here.")]
    public partial string AclFile { get; set; }

    [Option("acllog-max-len", 128L, Live = true, Pending = "the ACL log",
        Help = "How many refused accesses ACL LOG remembers.")]
    public partial long AclLogMaxEntries { get; set; }

    [Option("acl-pubsub-default", PubSubDefault.ResetChannels, Live = true, Pending = "ACL channel rules",
        Help = "Whether new users may use all pub/sub channels or none.")]
    public partial PubSubDefault AclPubSubDefault { get; set; }

    [Option("enable-protected-configs", ProtectedAction.No,
        Help = "Who may CONFIG SET options that touch the file system: no, yes, or local (connections of this machine).")]
    public partial ProtectedAction EnableProtectedConfigs { get; set; }

    [Option("enable-debug-command", ProtectedAction.No,
        Help = "Who may use DEBUG.")]
    public partial ProtectedAction EnableDebugCommand { get; set; }

    [Option("enable-module-command", ProtectedAction.No, Pending = "modules",
        Help = "Who may use MODULE.")]
    public partial ProtectedAction EnableModuleCommand { get; set; }
}
