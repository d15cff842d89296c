using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Hss.Cli;

/// <summary>The way to the server.</summary>
internal sealed class Connection : IDisposable
{
    public CallInvoker Invoker { get; private init; } = null!;

    public static Connection Open(Settings settings) => throw new CliException($"{settings.Server}");

    public void Dispose() { }
}
