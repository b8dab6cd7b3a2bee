using System.Runtime.InteropServices;

namespace Hexad.Host.Native;

/// <summary>The errno values that the host tells apart; any other number is carried along with its text.</summary>
public enum SystemError
{
    None = 0,
    NotFound = 2,
    Interrupted = 4,
    WouldBlock = 11,
    AccessDenied = 13,
    Exists = 17,
    Invalid = 22,
    SystemFileLimit = 23,
    ProcessFileLimit = 24,
    NoSpace = 28,
    BrokenPipe = 32,
    NameTooLong = 36,
    FamilyNotSupported = 97,
    AddressInUse = 98,
    AddressNotAvailable = 99,
    NetworkUnreachable = 101,
    ConnectionAborted = 103,
    ConnectionReset = 104,
    NotConnected = 107,
    TimedOut = 110,
    ConnectionRefused = 111,
    HostUnreachable = 113,
    InProgress = 115,
}

/// <summary>The system's own words for a <see cref="SystemError"/>.</summary>
public static class SystemErrorText
{
    /// <summary>Like "Address already in use".</summary>
    public static string Text(this SystemError error) => Marshal.GetPInvokeErrorMessage((int)error);
}
