using System.Globalization;

namespace Hexad.Options;

/// <summary>Writes bytes as files do: in the greatest unit that divides them.</summary>
internal static class MemoryText
{
    public static string Of(ulong bytes)
    {
        if (bytes != 0)
        {
            if (bytes % (1 << 30) == 0)
                return Number(bytes >> 30) + "gb";
            if (bytes % (1 << 20) == 0)
                return Number(bytes >> 20) + "mb";
            if (bytes % (1 << 10) == 0)
                return Number(bytes >> 10) + "kb";
        }
        return Number(bytes);
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
