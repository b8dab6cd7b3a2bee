// Options: encryption.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("tls-port", 0, Live = true, Max = 65535, Pending = "TLS",
        Help = "The TLS port for clients; 0 is none.")]
    public partial int TlsPort { get; set; }

    [Option("tls-cert-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "The node's certificate.")]
    public partial string? TlsCertFile { get; set; }

    [Option("tls-key-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "Its private key.")]
    public partial string? TlsKeyFile { get; set; }

    [Option("tls-key-file-pass", null, Live = true, Pending = "TLS",
        Help = "The pass phrase of that key.")]
    public partial string? TlsKeyFilePass { get; set; }

    [Option("tls-client-cert-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "A certificate of its own for connections that the node opens.")]
    public partial string? TlsClientCertFile { get; set; }

    [Option("tls-client-key-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "Its private key.")]
    public partial string? TlsClientKeyFile { get; set; }

    [Option("tls-client-key-file-pass", null, Live = true, Pending = "TLS",
        Help = "The pass phrase of that key.")]
    public partial string? TlsClientKeyFilePass { get; set; }

    [Option("tls-dh-params-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "Diffie-Hellman parameters, for old libraries.")]
    public partial string? TlsDhParamsFile { get; set; }

    [Option("tls-ca-cert-file", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "The authorities that peers must be signed by, in one file.")]
    public partial string? TlsCaCertFile { get; set; }

    [Option("tls-ca-cert-dir", null, Live = true, Volatile = true, Pending = "TLS",
        Help = "Or in a folder.")]
    public partial string? TlsCaCertDirectory { get; set; }

    [Option("tls-auth-clients", TlsClientAuth.Yes, Live = true, Pending = "TLS",
        Help = "Whether clients must show a certificate: no, yes, optional.")]
    public partial TlsClientAuth TlsAuthClients { get; set; }

    [Option("tls-replication", false, Live = true, Pending = "TLS",
        Help = "Use TLS to the master.")]
    public partial bool TlsReplication { get; set; }

    [Option("tls-cluster", false, Live = true, Pending = "TLS",
        Help = "Use TLS on the cluster bus.")]
    public partial bool TlsCluster { get; set; }

    [Option("tls-protocols", null, Live = true, Pending = "TLS",
        Help = "The versions allowed, for example \"TLSv1.2 TLSv1.3\".")]
    public partial string? TlsProtocols { get; set; }

    [Option("tls-ciphers", null, Live = true, Pending = "TLS",
        Help = "Ciphers up to TLS 1.2.")]
    public partial string? TlsCiphers { get; set; }

    [Option("tls-ciphersuites", null, Live = true, Pending = "TLS",
        Help = "Cipher suites of TLS 1.3.")]
    public partial string? TlsCipherSuites { get; set; }

    [Option("tls-prefer-server-ciphers", false, Live = true, Pending = "TLS",
        Help = "Choose by our order, not by the client's.")]
    public partial bool TlsPreferServerCiphers { get; set; }

    [Option("tls-session-caching", true, Live = true, Pending = "TLS",
        Help = "Let clients resume sessions.")]
    public partial bool TlsSessionCaching { get; set; }

    [Option("tls-session-cache-size", 20480, Live = true, Pending = "TLS",
        Help = "How many sessions are kept; 0 is no limit.")]
    public partial int TlsSessionCacheEntries { get; set; }

    [Option("tls-session-cache-timeout", 300, Live = true, Pending = "TLS",
        Help = "For how long.")]
    public partial int TlsSessionCacheSeconds { get; set; }
}
