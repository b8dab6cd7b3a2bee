using System;

namespace Hexad.Persistence.Rdb;

/// <summary>
/// Whose numbering a file that we write follows, and which number it has.
///
/// <code>
///   10, 11          the common numbers: every Redis from 7.0 on and every Valkey reads them
///   12              Redis 7.4 and newer
///   Valkey 80       Valkey 9 and newer, whose numbers went apart from there
/// </code>
/// </summary>
public readonly record struct RdbForm(RdbFlavour Flavour, int Version)
{
    private const int NewestCommon = 11;
    private const int OldestWithExpiringFields = 12;

    /// <summary>The lowest that holds all data that has a common form.</summary>
    public static RdbForm Lowest => new(RdbFlavour.Redis, RdbVersion.Written);

    /// <summary>The newest that both families read.</summary>
    public static RdbForm NewestOfAll => new(RdbFlavour.Redis, NewestCommon);

    /// <summary>The newest that we write.</summary>
    public static RdbForm Newest => new(RdbFlavour.Redis, RdbVersion.NewestRedis);

    /// <summary>Whether it can hold hashes of which fields expire.</summary>
    public bool HoldsExpiringFields => Flavour == RdbFlavour.Redis && Version >= OldestWithExpiringFields;

    /// <summary>Whether it has what came with Redis 7.2: sets in listpacks, and when a stream's consumer was last active.</summary>
    internal bool IsOf72 => Version >= NewestCommon;

    /// <summary>This form if it can hold hashes of which fields expire, else the lowest one that can.</summary>
    public RdbForm WithExpiringFields => HoldsExpiringFields ? this : new(RdbFlavour.Redis, OldestWithExpiringFields);

    /// <summary>
    /// What the options ask for: at least version <paramref name="version"/> (0: the lowest that holds the data), and beyond
    /// the common numbers the one of <paramref name="flavour"/>.
    /// </summary>
    public static RdbForm Of(int version, RdbFlavour flavour)
    {
        int wanted = Math.Max(version, RdbVersion.Written);
        return flavour == RdbFlavour.Valkey && wanted > NewestCommon ? new RdbForm(RdbFlavour.Valkey, RdbVersion.OldestValkey) : new RdbForm(RdbFlavour.Redis, wanted);
    }
}
