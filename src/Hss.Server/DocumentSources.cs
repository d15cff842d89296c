using Hss.Authentication;
using Hss.Server.Configuration;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>What provisioned documents may refer to: the iFC templates and the transport keys, as they are now.</summary>
/// Order: any thread; a reload takes the place of the whole. Errors: what cannot be used stops the start with one line; later the old ones stay.
internal sealed class DocumentSources : IDisposable
{
    private readonly ProvisioningSettings _settings;
    private readonly ILogger _log;
    private volatile TransportKeys _keys;

    /// Errors: <see cref="ConfigurationException"/>.
    public DocumentSources(ProvisioningSettings settings, ILoggerFactory loggers)
    {
        _settings = settings;
        _log = loggers.CreateLogger("Hss.Server");
        try
        {
            _keys = ReadKeys();
        }
        catch (TransportKeyFileException problem)
        {
            throw new ConfigurationException("Provisioning:TransportKeysFile", problem.Message);
        }
        Templates = TemplateStore.Open(settings.IfcTemplatesFolder, TimeProvider.System, Tell, out var problems)
            ?? throw new ConfigurationException("Provisioning:IfcTemplates", problems[0] + (problems.Length > 1 ? $" (and {problems.Length - 1} more)" : ""));
    }

    public TemplateStore Templates { get; }

    public DocumentContext Current => new() { Templates = Templates.Current, TransportKeys = _keys };

    /// <summary>SIGHUP: the transport keys are read again; the templates look after themselves.</summary>
    public void LookNow()
    {
        try
        {
            _keys = ReadKeys();
        }
        catch (Exception problem) when (problem is TransportKeyFileException or IOException or UnauthorizedAccessException)
        {
            _log.TransportKeysNotReloaded(problem.Message);
        }
    }

    public void Dispose() => Templates.Dispose();

    private void Tell(TemplateReload reload)
    {
        if (reload.Reloaded) _log.TemplatesReloaded(reload.Templates.Names.Length);
        else _log.TemplatesNotReloaded(reload.Problems[0].ToString(), reload.Problems.Length);
    }

    private TransportKeys ReadKeys()
    {
        if (_settings.TransportKeysFile is not { } file) return TransportKeys.None;
        var keys = TransportKeys.Read(file);
        if (keys.IsFileGroupReadable) _log.TransportKeysGroupReadable(file);
        return keys;
    }
}
