using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Hexad.Generators.Tests")]
