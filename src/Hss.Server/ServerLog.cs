using Microsoft.Extensions.Configuration;
using Serilog;

namespace Hss.Server;

/// <summary>Serilog as the section "Serilog" asks for it: console, rolling files, JSON, levels per area.</summary>
internal static class ServerLog
{
    public static Serilog.Core.Logger Create(IConfiguration configuration) =>
        new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
}
