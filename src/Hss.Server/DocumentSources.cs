using Hss.Authentication;
using Hss.Server.Configuration;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>What provisioned documents may refer to: the iFC templates and the transport keys, as they are now.</summary>
/// Order: any thread; a reload takes the place of the whole. Errors: what cannot be used stops the start with one line; later the old ones stay.
internal sealed class DocumentSources
{
    private readonly ProvisioningSettings _settings;
    private readonly ILogger _log;
    private volatile DocumentContext _current;

    /// Errors: <see cref="ConfigurationException"/>.
    public DocumentSources(ProvisioningSettings settings, ILoggerFactory loggers)
    {
        _settings = settings;
        _log = loggers.CreateLogger("Hss.Server");
        var reading = IfcTemplates.Load(settings.IfcTemplatesFolder);
        if (reading.Templates is null)
            throw new ConfigurationException("Provisioning:IfcTemplates", reading.Problems[0] + (reading.Problems.Length > 1 ? $" (and {reading.Problems.Length - 1} more)" : ""));
        try
        {
            _current = new() { Templates = reading.Templates, TransportKeys = ReadKeys() };
        }
        catch (TransportKeyFileException problem)
        {
            throw new ConfigurationException("Provisioning:TransportKeysFile", problem.Message);
        }
    }

    public DocumentContext Current => _current;

    /// <summary>SIGHUP: the transport keys are read again.</summary>
    public void LookNow()
    {
        try
        {
            _current = _current with { TransportKeys = ReadKeys() };
        }
        catch (Exception problem) when (problem is TransportKeyFileException or IOException or UnauthorizedAccessException)
        {
            _log.TransportKeysNotReloaded(problem.Message);
        }
    }

    private TransportKeys ReadKeys()
    {
        if (_settings.TransportKeysFile is not { } file) return TransportKeys.None;
        var keys = TransportKeys.Read(file);
        if (keys.IsFileGroupReadable) _log.TransportKeysGroupReadable(file);
        return keys;
    }
}
