// What a search looks for: a circle or a box around a centre, and the cells that cover it.
using System;

namespace Hexad.Commands;

/// <summary>A circle or a box around a place; sizes in <see cref="MetersPerUnit"/>.</summary>
internal struct GeoArea
{
    private const double MostMercatorMeters = 20037726.37;

    public GeoPoint Centre;
    public double MetersPerUnit;
    public bool IsBox;
    public double Radius;
    public double Width;
    public double Height;

    /// <summary>How far a place is from the centre in meters, if it lies within the area.</summary>
    public readonly bool Contains(GeoPoint point, out double meters)
    {
        meters = 0;
        if (IsBox)
        {
            if (GeoHash.LatitudeDistance(point.Latitude, Centre.Latitude) > Height * MetersPerUnit / 2) return false;
            if (GeoHash.Distance(point, new GeoPoint(Centre.Longitude, point.Latitude)) > Width * MetersPerUnit / 2) return false;
        }

        meters = GeoHash.Distance(Centre, point);
        return IsBox || meters <= Radius * MetersPerUnit;
    }

    /// <summary>
    /// Writes the cell of the centre and those around it that are needed to <paramref name="cells"/>, of step 0 where one
    /// is not: centre, north, south, east, west, north-east, north-west, south-east, south-west.
    /// </summary>
    public readonly void Cover(Span<GeoCell> cells)
    {
        GeoBox bounds = Bounds();
        double reach = MetersPerUnit * (IsBox ? Math.Sqrt(Width / 2 * (Width / 2) + Height / 2 * (Height / 2)) : Radius);
        int step = StepFor(reach, Centre.Latitude);
        Surround(GeoHash.Encode(Centre, step), cells);
        if (step > 1 && !Reaches(cells, bounds)) Surround(GeoHash.Encode(Centre, --step), cells);
        if (step < 2) return;
        GeoBox own = GeoHash.BoxOf(cells[0]);
        if (own.South < bounds.South) cells[2] = cells[8] = cells[7] = default;
        if (own.North > bounds.North) cells[1] = cells[5] = cells[6] = default;
        if (own.West < bounds.West) cells[4] = cells[8] = cells[6] = default;
        if (own.East > bounds.East) cells[3] = cells[7] = cells[5] = default;
    }

    private static void Surround(GeoCell centre, Span<GeoCell> cells)
    {
        cells[0] = centre;
        cells[1] = centre.Neighbour(0, 1);
        cells[2] = centre.Neighbour(0, -1);
        cells[3] = centre.Neighbour(1, 0);
        cells[4] = centre.Neighbour(-1, 0);
        cells[5] = centre.Neighbour(1, 1);
        cells[6] = centre.Neighbour(-1, 1);
        cells[7] = centre.Neighbour(1, -1);
        cells[8] = centre.Neighbour(-1, -1);
    }

    private static bool Reaches(ReadOnlySpan<GeoCell> cells, GeoBox bounds) =>
        GeoHash.BoxOf(cells[1]).North >= bounds.North && GeoHash.BoxOf(cells[2]).South <= bounds.South
        && GeoHash.BoxOf(cells[3]).East >= bounds.East && GeoHash.BoxOf(cells[4]).West <= bounds.West;

    /// <summary>The degrees between which the area lies; a degree of longitude is shorter at the edge that is nearer to the pole.</summary>
    private readonly GeoBox Bounds()
    {
        double height = MetersPerUnit * (IsBox ? Height / 2 : Radius), width = MetersPerUnit * (IsBox ? Width / 2 : Radius);
        double latitudes = GeoHash.Degrees(height / GeoHash.EarthRadiusMeters);
        double edge = Centre.Latitude < 0 ? Centre.Latitude - latitudes : Centre.Latitude + latitudes;
        double longitudes = GeoHash.Degrees(width / GeoHash.EarthRadiusMeters / GeoHash.CosineOfDegrees(edge));
        return new GeoBox(Centre.Longitude - longitudes, Centre.Latitude - latitudes, Centre.Longitude + longitudes, Centre.Latitude + latitudes);
    }

    /// <summary>The finest step at which nine cells should cover a circle of this radius.</summary>
    private static int StepFor(double meters, double latitude)
    {
        if (meters == 0) return GeoHash.MostSteps;
        int step = 1;
        for (; meters < MostMercatorMeters; meters *= 2) step++;
        step -= 2;
        if (latitude is > 66 or < -66) step--;
        if (latitude is > 80 or < -80) step--;
        return Math.Clamp(step, 1, GeoHash.MostSteps);
    }
}
