using System;

namespace Hexad.Cli;

/// <summary>Tells commands that carry a password from others, so that the history does not keep them.</summary>
public static class SecretCommand
{
    /// <summary>Whether a command is better forgotten.</summary>
    public static bool Is(string[] words)
    {
        string[] lower = Array.ConvertAll(words, w => w.ToLowerInvariant());
        return lower switch
        {
            ["auth", ..] => true,
            ["acl", "setuser", ..] => true,
            ["config", "set", "masterauth" or "masteruser" or "requirepass", ..] => true,
            ["hello", _, .. var rest] => HelloLogsIn(rest),
            ["migrate", _, _, _, _, _, .. var rest] => MigrateLogsIn(rest),
            _ => false,
        };
    }

    // HELLO [protover [AUTH username password] [SETNAME clientname]]
    private static bool HelloLogsIn(string[] options) => options switch
    {
        ["auth", _, _, ..] => true,
        ["setname", _, .. var rest] => HelloLogsIn(rest),
        _ => false,
    };

    // MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key …]
    private static bool MigrateLogsIn(string[] options) => options switch
    {
        ["keys", _, ..] => false,
        ["auth", _, ..] or ["auth2", _, _, ..] => true,
        [_, .. var rest] => MigrateLogsIn(rest),
        _ => false,
    };
}
