namespace Hexad.Client;

/// <summary>Who we are to a server; without a password nothing is said.</summary>
public sealed record Credentials(string? User, string? Password)
{
    /// <summary>Nobody in particular.</summary>
    public static readonly Credentials None = new(null, null);

    /// <summary>Says AUTH when there is a password; the server's error, or null when all is well.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public string? Authenticate(Connection connection)
    {
        if (Password is null) return null;
        Reply reply = User is null ? connection.Call("AUTH", Password) : connection.Call("AUTH", User, Password);
        return reply.IsError ? reply.Text : null;
    }
}
