using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Hss.Server.Tests")]
