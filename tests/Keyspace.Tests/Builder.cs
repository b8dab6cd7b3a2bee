using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Keyspace.Tests;

/// <summary>A keyspace with its reported events written down.</summary>
internal sealed class TestKeyspace : IKeyspaceEvents, IDisposable
{
    public TestKeyspace(KeyspaceSettings settings, ulong seed = 1)
    {
        All = new Databases(settings, new Dice(seed), this);
        All.Now = new UnixMs(1_700_000_000_000);
        Chains = new Chain(All.Collections.Memory);
        All.Collections.Register(Chain.Type, Chains);
    }

    public static TestKeyspace Standalone() => new(new KeyspaceSettings(3, false));
    public static TestKeyspace Cluster() => new(KeyspaceSettings.Cluster);

    public Databases All { get; }
    public Chain Chains { get; }
    public Database Db => All[0];
    public List<string> Expired { get; } = [];
    public List<string> Evicted { get; } = [];
    public List<string> FieldsExpired { get; } = [];

    void IKeyspaceEvents.Expired(int database, ReadOnlySpan<byte> key) => Expired.Add($"{database}:{Encoding.Latin1.GetString(key)}");
    void IKeyspaceEvents.FieldsExpired(int database, ReadOnlySpan<byte> key, KeyBuffer fields, bool keyRemoved) => FieldsExpired.Add($"{database}:{Encoding.Latin1.GetString(key)} {fields.Count}{(keyRemoved ? " all" : "")}");
    void IKeyspaceEvents.Evicted(int database, ReadOnlySpan<byte> key) => Evicted.Add($"{database}:{Encoding.Latin1.GetString(key)}");

    public UnixMs After(long ms) => new(All.Now.Value + ms);
    public void Pass(long ms) => All.Now = After(ms);

    public string? Get(string key, int database = 0) => Text(All[database].Find(Bytes(key)));

    public static string? Text(EntryRef entry) =>
        entry.Found ? Encoding.Latin1.GetString(entry.GetString(stackalloc byte[Database.ScratchBytes])) : null;

    public EntryRef Set(string key, string value, Lifetime lifetime = default, int database = 0) =>
        All[database].SetString(Bytes(key), Bytes(value), lifetime);

    public void FreeAll()
    {
        SliceBudget budget = SliceBudget.Unlimited;
        All.FreeSlice(ref budget);
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public void Dispose() => All.Dispose();
}
