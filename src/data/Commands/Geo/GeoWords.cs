// How geo commands read places and distances, and how they write them.
using System;
using System.Globalization;
using Hexad.Core;

namespace Hexad.Commands;

internal static class GeoWords
{
    /// <summary>Reads longitude and latitude from two words; if they are none, replies so and returns false.</summary>
    public static bool TryPoint(ref CommandContext call, int at, out GeoPoint point)
    {
        point = default;
        if (!TryDouble(ref call, at, ErrorReplies.NotAFloat, out double longitude) || !TryDouble(ref call, at + 1, ErrorReplies.NotAFloat, out double latitude)) return false;
        point = new GeoPoint(longitude, latitude);
        if (GeoHash.IsValid(point)) return true;
        call.Reply.Error($"ERR invalid longitude,latitude pair {Fixed(longitude)},{Fixed(latitude)}");
        return false;
    }

    /// <summary>Reads a radius and its unit; if they are none, replies so and returns false.</summary>
    public static bool TryRadius(ref CommandContext call, int at, ref GeoArea area)
    {
        if (!TryDouble(ref call, at, ErrorReplies.RadiusNotANumber, out area.Radius)) return false;
        if (area.Radius < 0)
        {
            call.Reply.Error(ErrorReplies.RadiusNegative);
            return false;
        }

        area.IsBox = false;
        return TryUnit(ref call, at + 1, out area.MetersPerUnit);
    }

    /// <summary>Reads width, height and their unit; if they are none, replies so and returns false.</summary>
    public static bool TryBox(ref CommandContext call, int at, ref GeoArea area)
    {
        if (!TryDouble(ref call, at, ErrorReplies.WidthNotANumber, out area.Width) || !TryDouble(ref call, at + 1, ErrorReplies.HeightNotANumber, out area.Height)) return false;
        if (area.Width < 0 || area.Height < 0)
        {
            call.Reply.Error(ErrorReplies.BoxNegative);
            return false;
        }

        area.IsBox = true;
        return TryUnit(ref call, at + 2, out area.MetersPerUnit);
    }

    /// <summary>
    /// Reads how many corners a polygon has, and the corners; <paramref name="at"/> goes from the keyword to the last word. If
    /// they are none, replies so and returns false.
    /// </summary>
    public static bool TryPolygon(ref CommandContext call, ref int at, ref GeoArea area)
    {
        if (!call.TryLong(at + 1, out long corners, ErrorReplies.PolygonCorners)) return false;
        if (corners < 3 || corners > (call.Count - at - 2) / 2)
        {
            call.Reply.Error(ErrorReplies.PolygonTooFew);
            return false;
        }

        var polygon = new GeoPoint[corners];
        for (int i = 0; i < polygon.Length; i++)
            if (!TryPoint(ref call, at + 2 + (i * 2), out polygon[i])) return false;
        area = GeoArea.OfPolygon(polygon);
        at += 1 + (int)(corners * 2);
        return true;
    }

    /// <summary>Reads a unit of length; if it is none, replies so and returns false.</summary>
    public static bool TryUnit(ref CommandContext call, int at, out double meters)
    {
        meters = 1;
        if (call.Says(at, "m"u8)) return true;
        meters = 1000;
        if (call.Says(at, "km"u8)) return true;
        meters = 0.3048;
        if (call.Says(at, "ft"u8)) return true;
        meters = 1609.34;
        if (call.Says(at, "mi"u8)) return true;
        call.Reply.Error(ErrorReplies.UnknownUnit);
        return false;
    }

    /// <summary>Writes a distance with four decimals, a bulk string in either protocol.</summary>
    public static void ReplyDistance(ref CommandContext call, double distance)
    {
        const double Scale = 10_000;
        Span<byte> text = stackalloc byte[40];
        decimal whole = (decimal)Math.Round(Math.Min(distance * Scale, long.MaxValue / 2), MidpointRounding.ToEven);
        (whole / 10_000m).TryFormat(text, out int length, "F4", CultureInfo.InvariantCulture);
        call.Reply.Bulk(text[..length]);
    }

    /// <summary>Writes longitude and latitude with up to 17 decimals.</summary>
    public static void ReplyPoint(ref CommandContext call, GeoPoint point)
    {
        call.Reply.Array(2);
        ReplyCoordinate(ref call, point.Longitude);
        ReplyCoordinate(ref call, point.Latitude);
    }

    private static void ReplyCoordinate(ref CommandContext call, double degrees)
    {
        Span<byte> text = stackalloc byte[48];
        degrees.TryFormat(text, out int length, "F17", CultureInfo.InvariantCulture);
        while (text[length - 1] == '0') length--;
        if (text[length - 1] == '.') length--;
        call.Reply.DoubleText(text[..length]);
    }

    private static bool TryDouble(ref CommandContext call, int at, ReadOnlySpan<byte> error, out double value)
    {
        if (FloatText.TryParse(call[at], out value)) return true;
        call.Reply.Error(error);
        return false;
    }

    // As C's %f.
    private static string Fixed(double value) =>
        double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : value.ToString("F6", CultureInfo.InvariantCulture);
}
