using System;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>The names by which clients know how values are kept.</summary>
public static class ObjectNames
{
    /// <summary>The name of an encoding (OBJECT ENCODING).</summary>
    public static ReadOnlySpan<byte> EncodingName(ObjectEncoding encoding) => encoding switch
    {
        ObjectEncoding.Int => "int"u8,
        ObjectEncoding.Embedded => "embstr"u8,
        ObjectEncoding.Listpack => "listpack"u8,
        ObjectEncoding.ListpackWithExpiry => "listpackex"u8,
        ObjectEncoding.IntegerSet => "intset"u8,
        ObjectEncoding.HashTable => "hashtable"u8,
        ObjectEncoding.Quicklist => "quicklist"u8,
        ObjectEncoding.SkipList => "skiplist"u8,
        ObjectEncoding.Stream => "stream"u8,
        _ => "raw"u8,
    };
}
