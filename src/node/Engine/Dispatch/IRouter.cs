using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Knows which node serves a key: implemented by the cluster's part, absent outside cluster mode.</summary>
public interface IRouter
{
    /// <summary>
    /// The error that sends the client elsewhere (MOVED, ASK, CROSSSLOT, TRYAGAIN, CLUSTERDOWN), or null when the call
    /// may be served here; then the keyspace's <c>CommandSlot</c> is set to the slot of its keys, or left at -1 without keys.
    /// </summary>
    string? Redirection(Session session, CommandRow row, in Arguments call);
}
