// Places on the earth as numbers of 52 bits, which are scores of a sorted set.
//
//   longitude → 26 bits, latitude → 26 bits, interleaved, longitude first:   lon lat lon lat …
//
// Places that share leading bits lie in one cell: a cell of step s has 2·s bits, and all places in it are one range of
// scores. A search looks at the cell of its centre and the eight around it, at the step at which those cover it.
//
// The geometry is that of the spherical Mercator projection (latitudes to ±85.05112878°), distances are on a sphere by
// the haversine formula. The arithmetic is done in the order in which Redis does it, so that the last digits are the same.
using System;
using System.Runtime.CompilerServices;

namespace Hexad.Commands;

/// <summary>A longitude and a latitude in degrees.</summary>
internal readonly record struct GeoPoint(double Longitude, double Latitude);

/// <summary>A cell: its bits, two for each step; step 0 is no cell.</summary>
internal readonly record struct GeoCell(ulong Bits, int Step)
{
    /// <summary>The cell so many cells to the east and to the north, going around at the edges.</summary>
    public GeoCell Neighbour(int east, int north)
    {
        ulong longitudes = Bits & 0xAAAAAAAAAAAAAAAA, latitudes = Bits & 0x5555555555555555;
        ulong evens = 0x5555555555555555UL >> (64 - Step * 2), odds = 0xAAAAAAAAAAAAAAAAUL >> (64 - Step * 2);
        // As Redis: only what is moved goes around; the topmost latitude has a bit beyond the cell's.
        if (east != 0) longitudes = (east > 0 ? longitudes + (evens + 1) : (longitudes | evens) - (evens + 1)) & odds;
        if (north != 0) latitudes = (north > 0 ? latitudes + (odds + 1) : (latitudes | odds) - (odds + 1)) & evens;
        return new GeoCell(longitudes | latitudes, Step);
    }

    /// <summary>The scores of the places in the cell: from the first up to, not including, the second.</summary>
    public ScoreRange Scores => new((Bits << (GeoHash.Bits - Step * 2)), false, ((Bits + 1) << (GeoHash.Bits - Step * 2)), true);
}

/// <summary>What a cell covers, in degrees.</summary>
internal readonly record struct GeoBox(double West, double South, double East, double North)
{
    public GeoPoint Centre => new(
        Math.Clamp((West + East) / 2, -GeoHash.MostLongitude, GeoHash.MostLongitude),
        Math.Clamp((South + North) / 2, -GeoHash.MostLatitude, GeoHash.MostLatitude));
}

/// <summary>Encoding, decoding and distances.</summary>
internal static class GeoHash
{
    /// <summary>The step of a place.</summary>
    public const int MostSteps = 26;

    /// <summary>The bits of a score.</summary>
    public const int Bits = MostSteps * 2;

    public const double MostLongitude = 180;
    public const double MostLatitude = 85.05112878;
    public const double EarthRadiusMeters = 6372797.560856;

    private const double StandardLatitude = 90;
    private const double RadiansPerDegree = Math.PI / 180.0;
    private const int TextLength = 11;

    /// <summary>Whether a place can be encoded.</summary>
    public static bool IsValid(GeoPoint point) =>
        point.Longitude is >= -MostLongitude and <= MostLongitude && point.Latitude is >= -MostLatitude and <= MostLatitude;

    /// <summary>The cell of a step in which a place lies.</summary>
    public static GeoCell Encode(GeoPoint point, int step) => Encode(point, step, MostLatitude);

    /// <summary>The score of a place.</summary>
    public static long ScoreOf(GeoPoint point) => (long)Encode(point, MostSteps).Bits;

    /// <summary>The place that a score stands for: the middle of its cell.</summary>
    public static GeoPoint Decode(double score)
    {
        // What no place has as its score is read as x86 converts it, since clients may have seen that: past 64 bits it is 0.
        const double Past63 = 9223372036854775808.0, Past64 = 18446744073709551616.0;
        ulong bits = score < Past63 ? (ulong)(long)score : score < Past64 ? (ulong)score : 0;
        return BoxOf(new GeoCell(bits, MostSteps)).Centre;
    }

    /// <summary>What a cell covers.</summary>
    public static GeoBox BoxOf(GeoCell cell)
    {
        const double LatitudeScale = MostLatitude - -MostLatitude, LongitudeScale = MostLongitude - -MostLongitude;
        uint latitude = Squeeze(cell.Bits), longitude = Squeeze(cell.Bits >> 1);
        double cells = 1UL << cell.Step;
        return new GeoBox(
            West: -MostLongitude + longitude * 1.0 / cells * LongitudeScale,
            South: -MostLatitude + latitude * 1.0 / cells * LatitudeScale,
            East: -MostLongitude + unchecked(longitude + 1) * 1.0 / cells * LongitudeScale,
            North: -MostLatitude + unchecked(latitude + 1) * 1.0 / cells * LatitudeScale);
    }

    /// <summary>The geohash that the world knows: eleven characters over latitudes to ±90°; the last one is always 0, since 52 bits do not reach it.</summary>
    public static ReadOnlySpan<byte> Text(GeoPoint point, Span<byte> text)
    {
        ReadOnlySpan<byte> alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"u8;
        ulong bits = Encode(point, MostSteps, StandardLatitude).Bits;
        for (int i = 0; i < TextLength - 1; i++) text[i] = alphabet[(int)(bits >> (Bits - (i + 1) * 5)) & 0x1F];
        text[TextLength - 1] = alphabet[0];
        return text[..TextLength];
    }

    /// <summary>The distance of two places in meters.</summary>
    public static double Distance(GeoPoint a, GeoPoint b)
    {
        double longitudeA = a.Longitude * RadiansPerDegree, longitudeB = b.Longitude * RadiansPerDegree;
        double v = Math.Sin((longitudeB - longitudeA) / 2);
        if (v == 0) return LatitudeDistance(a.Latitude, b.Latitude);
        double latitudeA = a.Latitude * RadiansPerDegree, latitudeB = b.Latitude * RadiansPerDegree;
        double u = Math.Sin((latitudeB - latitudeA) / 2);
        double h = u * u + Math.Cos(latitudeA) * Math.Cos(latitudeB) * v * v;
        return 2.0 * EarthRadiusMeters * Math.Asin(Math.Sqrt(h));
    }

    /// <summary>The distance of two places on one meridian in meters.</summary>
    public static double LatitudeDistance(double a, double b) => EarthRadiusMeters * Math.Abs(b * RadiansPerDegree - a * RadiansPerDegree);

    /// <summary>An arc in radians of so many degrees.</summary>
    public static double Radians(double degrees) => degrees * RadiansPerDegree;

    /// <summary>An arc in degrees of so many radians.</summary>
    public static double Degrees(double radians) => radians / RadiansPerDegree;

    /// <summary>The cosine of an angle in degrees.</summary>
    public static double CosineOfDegrees(double degrees) => Math.Cos(degrees * RadiansPerDegree);

    private static GeoCell Encode(GeoPoint point, int step, double mostLatitude)
    {
        double latitude = (point.Latitude - -mostLatitude) / (mostLatitude - -mostLatitude);
        double longitude = (point.Longitude - -MostLongitude) / (MostLongitude - -MostLongitude);
        double cells = 1UL << step;
        return new GeoCell(Spread((uint)(latitude * cells)) | Spread((uint)(longitude * cells)) << 1, step);
    }

    /// <summary>Puts a zero before every bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(uint value)
    {
        ulong x = value;
        x = (x | x << 16) & 0x0000FFFF0000FFFF;
        x = (x | x << 8) & 0x00FF00FF00FF00FF;
        x = (x | x << 4) & 0x0F0F0F0F0F0F0F0F;
        x = (x | x << 2) & 0x3333333333333333;
        return (x | x << 1) & 0x5555555555555555;
    }

    /// <summary>Every second bit, the lowest included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Squeeze(ulong x)
    {
        x &= 0x5555555555555555;
        x = (x | x >> 1) & 0x3333333333333333;
        x = (x | x >> 2) & 0x0F0F0F0F0F0F0F0F;
        x = (x | x >> 4) & 0x00FF00FF00FF00FF;
        x = (x | x >> 8) & 0x0000FFFF0000FFFF;
        return (uint)(x | x >> 16);
    }
}
