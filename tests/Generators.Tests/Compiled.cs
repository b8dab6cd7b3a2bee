using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Hexad.Generators.Tests;

/// <summary>Compiles sources with a generator at work, as the build does, and loads what comes out.</summary>
internal sealed class Compiled
{
    private static readonly MetadataReference[] framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll")
        .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))
        .ToArray();

    private Compiled(Compilation compilation, ImmutableArray<Diagnostic> complaints)
    {
        Compilation = compilation;
        Complaints = complaints;
    }

    public Compilation Compilation { get; }

    /// <summary>What the generator objected to.</summary>
    public ImmutableArray<Diagnostic> Complaints { get; }

    public static Compiled With(IIncrementalGenerator generator, string assembly, IEnumerable<string> sources, params MetadataReference[] references)
    {
        CSharpParseOptions parse = new CSharpParseOptions(LanguageVersion.Preview);
        CSharpCompilation before = CSharpCompilation.Create(
            assembly,
            sources.Select(s => CSharpSyntaxTree.ParseText(s, parse)),
            [.. framework, .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], parseOptions: parse);
        driver.RunGeneratorsAndUpdateCompilation(before, out Compilation after, out ImmutableArray<Diagnostic> complaints);
        return new Compiled(after, complaints);
    }

    public static IEnumerable<string> Embedded(string folder)
    {
        Assembly here = typeof(Compiled).Assembly;
        foreach (string name in here.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)))
        {
            using StreamReader reader = new StreamReader(here.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    public string[] Errors() => Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()).ToArray();

    public byte[] Image()
    {
        using MemoryStream image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = Compilation.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(string.Join("\n", result.Diagnostics));
    }

    public Assembly Load() => new AssemblyLoadContext(Compilation.AssemblyName, isCollectible: true).LoadFromStream(new MemoryStream(Image()));
}
