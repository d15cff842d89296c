using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Hss.Cli.Tests")]
