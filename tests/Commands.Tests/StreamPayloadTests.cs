using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using Hexad.Core;
using Hexad.Options;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>Streams that real servers dumped (see data/streams), and payloads that nobody should have written.</summary>
public class StreamPayloadTests
{
    private const int VersionAndChecksumBytes = 10;

    [Theory]
    [InlineData("redis-7.0.15-streams", true)]
    [InlineData("redis-unstable-streams", false)]
    [InlineData("valkey-unstable-streams", false)]
    public void A_stream_that_a_real_server_dumped_is_restored_to_what_it_was(string file, bool isOurForm)
    {
        var node = new TestNode(o => o.EnableDebugCommand = ProtectedAction.Yes);
        TestClient client = node.Connect();
        foreach (JsonElement key in Keys(file))
        {
            string dump = Latin(Convert.FromHexString(key.GetProperty("dump_hex").GetString()!));
            Assert.Equal("+OK\r\n", client.Call("RESTORE", "s", "0", dump, "REPLACE"));
            Assert.Contains(key.GetProperty("digest_value").GetString()!, client.Run("DEBUG DIGEST-VALUE s"));
            var told = new StringBuilder();
            Write(told, key.GetProperty("xinfo_full"));
            string info = client.Run("XINFO STREAM s FULL COUNT 0");
            Assert.Equal(told.ToString(), isOurForm ? WithoutActiveTime(info) : info);
            client.Run("CONFIG SET rdbcompression no");
            string ours = Body(client.Run("DUMP s"));
            client.Run("DEL t");
            Assert.Equal("+OK\r\n", client.Call("RESTORE", "t", "0", ours));
            Assert.Equal(client.Run("DEBUG DIGEST-VALUE s"), client.Run("DEBUG DIGEST-VALUE t"));
            if (isOurForm && dump.Length == ours.Length) Assert.Equal(dump, ours);
        }

        node.Node.Databases.Validate();
    }

    [Fact]
    public void A_payload_with_bytes_changed_is_refused_or_makes_a_sound_stream()
    {
        var payloads = new List<byte[]>();
        foreach (string file in new[] { "redis-7.0.15-streams", "redis-unstable-streams" })
            foreach (JsonElement key in Keys(file)) payloads.Add(Convert.FromHexString(key.GetProperty("dump_hex").GetString()!));
        for (ulong seed = 1; seed <= 30; seed++)
        {
            var dice = new Dice(seed);
            var node = new TestNode(o => o.EnableDebugCommand = ProtectedAction.Yes);
            TestClient client = node.Connect();
            for (int i = 0; i < 100; i++)
            {
                byte[] changed = (byte[])payloads[dice.Below(payloads.Count)].Clone();
                int body = changed.Length - VersionAndChecksumBytes;
                for (int j = 1 + dice.Below(3); j > 0; j--) changed[dice.Below(body)] = (byte)(dice.Below(2) == 0 ? dice.Below(256) : dice.Below(8));
                changed[0] = (byte)(dice.Below(3) switch { 0 => 15, 1 => 19, _ => 21 });
                BinaryPrimitives.WriteUInt64LittleEndian(changed.AsSpan(changed.Length - 8), Crc64.Of(changed.AsSpan(0, changed.Length - 8)));
                if (client.Call("RESTORE", "s", "0", Latin(changed), "REPLACE") == "+OK\r\n") Use(client);
            }

            node.Node.Databases.Validate();
        }
    }

    private static void Use(TestClient client)
    {
        client.Run("XINFO STREAM s FULL COUNT 0");
        client.Run("XREVRANGE s + -");
        client.Run("XADD s * f v");
        client.Run("XADD s MAXLEN ~ 3 99999999999999-* f v");
        client.Run("XGROUP CREATE s mine 0");
        client.Run("XREADGROUP GROUP mine c STREAMS s >");
        client.Run("XAUTOCLAIM s g1 c 0 - COUNT 100");
        client.Run("XDEL s 1-0 2-0 3-0");
        client.Run("XTRIM s MAXLEN 1");
        client.Run("COPY s t REPLACE");
        client.Run("DEBUG DIGEST");
    }

    private static IEnumerable<JsonElement> Keys(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "streams", file + ".json"))).RootElement.GetProperty("keys").EnumerateArray();

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Body(string bulk) => bulk[(bulk.IndexOf('\n') + 1)..^2];

    /// <summary>Writes a recorded answer as RESP2 has it.</summary>
    private static void Write(StringBuilder to, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var pairs = new List<JsonProperty>(element.EnumerateObject());
                to.Append($"*{pairs.Count * 2}\r\n");
                foreach (JsonProperty pair in pairs)
                {
                    to.Append($"${pair.Name.Length}\r\n{pair.Name}\r\n");
                    Write(to, pair.Value);
                }

                break;
            case JsonValueKind.Array:
                to.Append($"*{element.GetArrayLength()}\r\n");
                foreach (JsonElement item in element.EnumerateArray()) Write(to, item);
                break;
            case JsonValueKind.Number:
                to.Append($":{element.GetInt64()}\r\n");
                break;
            case JsonValueKind.Null:
                to.Append("$-1\r\n");
                break;
            default:
                string text = element.GetString()!;
                to.Append($"${text.Length}\r\n{text}\r\n");
                break;
        }
    }

    // Redis 7.0 does not tell when a consumer was active.
    private static string WithoutActiveTime(string info) =>
        System.Text.RegularExpressions.Regex.Replace(info, @"\*10(\r\n\$4\r\nname\r\n\$\d+\r\n[^\r]*\r\n\$9\r\nseen-time\r\n:-?\d+\r\n)\$11\r\nactive-time\r\n:-?\d+\r\n", "*8$1");
}
