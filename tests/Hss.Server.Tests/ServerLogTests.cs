using Hss.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace Hss.Server.Tests;

public sealed class ServerLogTests
{
    [Theory]
    [InlineData("Serilog:MinimumLevel:Default", "Loud", "Loud")]
    [InlineData("Serilog:MinimumLevel:Override:Hss", "Loud", "Loud")]
    public void A_value_that_Serilog_cannot_use_is_a_fault_of_the_configuration(string key, string value, string named)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();
        var problem = Assert.Throws<ConfigurationException>(() => ServerLog.Create(configuration));
        Assert.Contains("configuration Serilog: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }
}
