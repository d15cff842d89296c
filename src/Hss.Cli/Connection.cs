using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.Grpc;

namespace Hss.Cli;

/// <summary>The way to the server. Nothing is opened before the first call.</summary>
internal sealed class Connection : IDisposable
{
    private readonly GrpcChannel _channel;

    private Connection(GrpcChannel channel) => (_channel, Invoker) = (channel, channel.CreateCallInvoker());

    public CallInvoker Invoker { get; }

    /// Errors: <see cref="CliException"/> for certificates that cannot be used.
    public static Connection Open(Settings settings, TimeProvider time)
    {
        var options = new GrpcChannelOptions { UserAgent = "hss", Time = time };
        if (settings.CaFile is { } ca)
        {
            options.TrustedAuthorities = [];
            From(ca, "--ca", () => options.TrustedAuthorities.ImportFromPemFile(ca));
            if (options.TrustedAuthorities.Count == 0) throw new CliException($"--ca: {ca} holds no PEM certificate");
        }
        if (settings is { CertificateFile: { } certificate, KeyFile: { } key })
            From(certificate, "--cert", () => options.ClientCertificate = X509Certificate2.CreateFromPemFile(certificate, key));
        return new(new(settings.Server.GetLeftPart(UriPartial.Authority), options));
    }

    public void Dispose() => _channel.Dispose();

    private static void From(string file, string option, Action read)
    {
        try
        {
            read();
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new CliException($"{option}: {file} cannot be used: {OneLine.Of(problem)}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{option}: {OneLine.Of(problem)}");
        }
    }
}
