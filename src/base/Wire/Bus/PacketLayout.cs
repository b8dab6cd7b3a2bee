namespace Hexad.Wire.Bus;

/// <summary>
/// Where the fields of a bus packet stand. All numbers are big-endian.
///
///      0  signature "RCmb"          2168  sender's announced address, 46 bytes
///      4  total length, 32 bits     2214  how many extensions
///      8  version = 1               2216  30 reserved bytes: Hexad's badge (see <see cref="HexadBadge"/>)
///     10  client port               2246  other client port (TLS or plain)
///     12  type                      2248  bus port
///     14  how many gossip entries   2250  node flags
///     16  current epoch             2252  cluster state in the sender's eyes: 0 ok, 1 fail
///     24  config epoch              2253  message flags, 3 bytes
///     32  replication offset        2256  what the type asks for
///     40  sender, 40 digits
///     80  slots, 2048 bytes         gossip entry, 104 bytes: 0 node, 40 ping sent (s), 44 pong received (s),
///   2128  primary of the sender     48 address, 94 port, 96 bus port, 98 flags, 100 other port, 102 unused
/// </summary>
internal static class PacketLayout
{
    public const int Total = 4, Version = 8, Port = 10, Type = 12, GossipCount = 14, CurrentEpoch = 16, ConfigEpoch = 24,
        Offset = 32, Sender = 40, Slots = 80, Primary = 2128, Address = 2168, ExtensionCount = 2214, Reserved = 2216,
        OtherPort = 2246, BusPort = 2248, Flags = 2250, State = 2252, MessageFlags = 2253;

    public const int AddressLength = 46;
    public const int ReservedLength = 30;

    public const int GossipNode = 0, GossipPingSent = 40, GossipPongReceived = 44, GossipAddress = 48, GossipPort = 94,
        GossipBusPort = 96, GossipFlags = 98, GossipOtherPort = 100;

    /// <summary>Valkey's light header ends after the type: no sender, no slots; the link says who speaks.</summary>
    public const int LightHeader = 16;

    public const ushort LightBit = 0x8000;
    public const int ExtensionHeader = 8;
}
