using Hss.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Serilog;

namespace Hss.Server;

/// <summary>Serilog as the section "Serilog" asks for it: console, rolling files, JSON, levels per area.</summary>
internal static class ServerLog
{
    /// Errors: <see cref="ConfigurationException"/> for a value that Serilog cannot use.
    public static Serilog.Core.Logger Create(IConfiguration configuration)
    {
        try
        {
            return new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // What it throws depends on the sink and comes out of reflection; the innermost exception says what is wrong.
            throw new ConfigurationException("Serilog", $"{problem.GetBaseException().Message.TrimEnd('.')}; mend the section, or leave it out");
        }
    }
}
