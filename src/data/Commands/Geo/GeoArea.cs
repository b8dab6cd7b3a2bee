// What a search looks for: a circle or a box around a centre, or a polygon, and the cells that cover it.
using System;

namespace Hexad.Commands;

/// <summary>A circle or a box around a place, or a polygon; sizes in <see cref="MetersPerUnit"/>.</summary>
internal struct GeoArea
{
    private const double MostMercatorMeters = 20037726.37;

    public GeoPoint Centre;
    public double MetersPerUnit;
    public bool IsBox;
    public double Radius;
    public double Width;
    public double Height;

    // A polygon's edges are straight in degrees; its centre is where the mean of its corners' directions points.
    private GeoPoint[]? _polygon;

    /// <summary>The area within these corners, at least three; its distances are in meters.</summary>
    public static GeoArea OfPolygon(GeoPoint[] corners)
    {
        (double x, double y, double z) = (0, 0, 0);
        foreach (GeoPoint corner in corners)
        {
            (double sinLongitude, double cosLongitude) = Math.SinCos(GeoHash.Radians(corner.Longitude));
            (double sinLatitude, double cosLatitude) = Math.SinCos(GeoHash.Radians(corner.Latitude));
            x += cosLatitude * cosLongitude;
            y += cosLatitude * sinLongitude;
            z += sinLatitude;
        }

        var area = new GeoArea
        {
            MetersPerUnit = 1,
            Centre = new GeoPoint(GeoHash.Degrees(Math.Atan2(y, x)), GeoHash.Degrees(Math.Atan2(z, Math.Sqrt((x * x) + (y * y))))),
            _polygon = corners,
        };
        foreach (GeoPoint corner in corners) area.Radius = Math.Max(area.Radius, GeoHash.Distance(area.Centre, corner));
        return area;
    }

    /// <summary>How far a place is from the centre in meters, if it lies within the area.</summary>
    public readonly bool Contains(GeoPoint point, out double meters)
    {
        meters = 0;
        if (_polygon is not null && !IsWithinPolygon(point)) return false;
        if (IsBox)
        {
            if (GeoHash.LatitudeDistance(point.Latitude, Centre.Latitude) > Height * MetersPerUnit / 2) return false;
            if (GeoHash.Distance(point, new GeoPoint(Centre.Longitude, point.Latitude)) > Width * MetersPerUnit / 2) return false;
        }

        meters = GeoHash.Distance(Centre, point);
        return IsBox || _polygon is not null || meters <= Radius * MetersPerUnit;
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
        if (_polygon is not null) return BoundsOfPolygon();
        double height = MetersPerUnit * (IsBox ? Height / 2 : Radius), width = MetersPerUnit * (IsBox ? Width / 2 : Radius);
        double latitudes = GeoHash.Degrees(height / GeoHash.EarthRadiusMeters);
        double edge = Centre.Latitude < 0 ? Centre.Latitude - latitudes : Centre.Latitude + latitudes;
        double longitudes = GeoHash.Degrees(width / GeoHash.EarthRadiusMeters / GeoHash.CosineOfDegrees(edge));
        return new GeoBox(Centre.Longitude - longitudes, Centre.Latitude - latitudes, Centre.Longitude + longitudes, Centre.Latitude + latitudes);
    }

    private readonly GeoBox BoundsOfPolygon()
    {
        (double west, double south, double east, double north) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        foreach (GeoPoint corner in _polygon!)
        {
            (west, east) = (Math.Min(west, corner.Longitude), Math.Max(east, corner.Longitude));
            (south, north) = (Math.Min(south, corner.Latitude), Math.Max(north, corner.Latitude));
        }

        return new GeoBox(west, south, east, north);
    }

    /// <summary>Whether a ray from the place to the east crosses the polygon's edges an odd number of times.</summary>
    private readonly bool IsWithinPolygon(GeoPoint point)
    {
        bool within = false;
        GeoPoint before = _polygon![^1];
        foreach (GeoPoint corner in _polygon)
        {
            if ((corner.Latitude > point.Latitude) != (before.Latitude > point.Latitude)
                && point.Longitude < ((before.Longitude - corner.Longitude) * (point.Latitude - corner.Latitude) / (before.Latitude - corner.Latitude)) + corner.Longitude)
                within = !within;
            before = corner;
        }

        return within;
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
