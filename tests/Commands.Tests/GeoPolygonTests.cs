using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>GEOSEARCH BYPOLYGON of Valkey 9; distances and errors as recorded from 9.1.2.</summary>
public sealed class GeoPolygonTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public GeoPolygonTests()
    {
        _client = _node.Connect();
        _client.Run("GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.75 37.5 edge1 17.24 38.78 edge2");
    }

    [Fact]
    public void Members_within_a_polygon_are_told_by_their_distance_from_its_centre()
    {
        Assert.Equal(
            "*4\r\n*2\r\n$7\r\nCatania\r\n$11\r\n267053.9696\r\n*2\r\n$5\r\nedge1\r\n$11\r\n334303.2450\r\n*2\r\n$7\r\nPalermo\r\n$11\r\n365634.1492\r\n*2\r\n$5\r\nedge2\r\n$11\r\n454868.7994\r\n",
            _client.Run("GEOSEARCH s BYPOLYGON 4 10 40 20 40 20 30 10 30 ASC WITHDIST"));
        Assert.Equal("*1\r\n$7\r\nCatania\r\n", _client.Run("GEOSEARCH s BYPOLYGON 3 13 38 16 38 16 37"));
        Assert.Equal("*1\r\n$7\r\nCatania\r\n", _client.Run("GEOSEARCH s BYPOLYGON 4 10 40 20 40 20 30 10 30 COUNT 1"));
        Assert.Equal("*0\r\n", _client.Run("GEOSEARCH s BYPOLYGON 3 0 0 0 0 0 0"));
        Assert.Equal("*0\r\n", _client.Run("GEOSEARCH none BYPOLYGON 3 13 38 16 38 16 37"));
    }

    [Fact]
    public void What_lies_within_a_polygon_is_stored()
    {
        Assert.Equal(":4\r\n", _client.Run("GEOSEARCHSTORE d s BYPOLYGON 4 10 40 20 40 20 30 10 30 STOREDIST"));
        Assert.Equal("*4\r\n$7\r\nCatania\r\n$5\r\nedge1\r\n$7\r\nPalermo\r\n$5\r\nedge2\r\n", _client.Run("ZRANGE d 0 -1"));
    }

    [Theory]
    [InlineData("BYPOLYGON 2 13 38 16 38", "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices")]
    [InlineData("BYPOLYGON 0 1 1 1 1 1 1", "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16", "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices")]
    [InlineData("BYPOLYGON 9223372036854775807 13 38 16 38 16 37", "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices")]
    [InlineData("BYPOLYGON x 1 1 2 2 3 3", "ERR invalid number of vertices")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16 97", "ERR invalid longitude,latitude pair 16.000000,97.000000")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16 abc", "ERR value is not a valid float")]
    [InlineData("FROMMEMBER Palermo BYPOLYGON 3 13 38 16 38 16 37", "ERR syntax error")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16 37 FROMLONLAT 1 1", "ERR syntax error")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16 37 BYRADIUS 10 km", "ERR syntax error")]
    [InlineData("BYRADIUS 10 km BYPOLYGON 3 13 38 16 38 16 37", "ERR syntax error")]
    [InlineData("BYPOLYGON 3 13 38 16 38 16 37 BYBOX 1 1 km", "ERR syntax error")]
    public void What_is_no_polygon_is_refused(string words, string error) => Assert.Equal($"-{error}\r\n", _client.Run("GEOSEARCH s " + words));
}
