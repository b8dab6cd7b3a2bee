using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Hexad.Cli;

/// <summary>How many columns text takes on a terminal: none for combining marks, two for East Asian and emoji.</summary>
internal static class TextWidth
{
    /// <summary>The columns of some runes.</summary>
    public static int Of(IEnumerable<Rune> runes)
    {
        int columns = 0;
        foreach (Rune rune in runes) columns += Of(rune);
        return columns;
    }

    /// <summary>The columns of a text.</summary>
    public static int Of(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes()) columns += Of(rune);
        return columns;
    }

    /// <summary>The columns of one rune.</summary>
    public static int Of(Rune rune)
    {
        int code = rune.Value;
        if (code < 0x300) return 1;
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format) return 0;
        bool wide = code is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
            or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60)
            or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1f64f) or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd);
        return wide ? 2 : 1;
    }
}
