using System.Text.Json;
using Hss.Authentication;
using Hss.Server.Configuration;
using Hss.Subscribers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Server.Tests;

/// <summary>What operators do to registrations while no server runs, and what they are shown.</summary>
public sealed class RegistrationCommandsTests : IDisposable
{
    private const string User = "one@example.org";
    private const string Sip = "sip:one@example.org";
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-commands-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_user_is_de_registered_listed_forced_and_removed()
    {
        await RegisterAsync();
        Assert.Equal((1, "deregister: nobody@example.org is not in the store; nothing was written"), await RunAsync("deregister", "--private-identity", "nobody@example.org"));
        Assert.Equal(1, (await RunAsync("deregister", "--public-identity", Sip, "--reason", "REMOVE_S-CSCF")).ExitCode);
        Assert.Equal((0, ""), await RunAsync("jobs"));
        Assert.Equal(0, (await RunAsync("deregister", "--public-identity", "SIP:one@EXAMPLE.org", "--info", "test")).ExitCode);

        var (_, line) = await RunAsync("jobs", "--json", "--state", "pending");
        using var job = JsonDocument.Parse(line);
        Assert.Equal(("RTR", "pending", User, "scscf.example.org", "PERMANENT_TERMINATION"), (Text("kind"), Text("state"), Text("privateIdentity"), Text("diameterHost"), Text("reason")));
        var id = job.RootElement.GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("not sent yet", (await RunAsync("jobs", "--identity", Sip)).Output, StringComparison.Ordinal);

        Assert.Equal(1, (await RunAsync("jobs", "--retry", id)).ExitCode); // it has not failed
        Assert.Equal((0, $"jobs: job {id} counts as done"), await RunAsync("jobs", "--force", id));
        Assert.Equal((0, ""), await RunAsync("jobs", "--state", "pending"));
        Assert.Equal(1, (await RunAsync("deregister", "--private-identity", User)).ExitCode); // nothing is registered any more

        Assert.Equal(0, (await RunAsync("remove", "--subscription", "one")).ExitCode);
        Assert.Equal(1, (await RunAsync("remove", "--subscription", "one")).ExitCode);

        string? Text(string name) => job.RootElement.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("deregister", "--private-identity", User, "--reason", "NEW_SERVER_ASSIGNED")]
    [InlineData("deregister", "--public-identity", "not a URI")]
    [InlineData("jobs", "--state", "7")]
    [InlineData("jobs", "--retry", "x")]
    public async Task What_is_not_understood_opens_no_store(params string[] words)
    {
        await Assert.ThrowsAsync<CommandLineException>(() => RunAsync(words));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private ServerSettings Settings => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Storage:ConnectionString"] = $"Data Source={_folder}/hss.db", ["Storage:MasterKeyFile"] = $"{_folder}/master.key",
    }).Build());

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        var exitCode = await RegistrationCommands.RunAsync(Settings, CommandLine.Parse(words), output);
        return (exitCode, output.ToString().TrimEnd());
    }

    private async Task RegisterAsync()
    {
        await using var store = StoreOpening.Open(Settings, NullLoggerFactory.Instance);
        await store.UpsertAsync([new()
        {
            SubscriptionId = "one",
            PrivateIdentities = [new()
            {
                Identity = User, Credentials = new(null, DigestCredentials.FromPassword(User, "example.org", "secret"u8, keepPassword: false)),
                AllowedSchemes = AuthenticationSchemes.SipDigest, DefaultScheme = AuthenticationSchemes.SipDigest,
            }],
            ImplicitRegistrationSets = [new() { PublicIdentities = [new() { Identity = Sip, ServiceProfile = "plain" }] }],
            ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
        }], CancellationToken.None);
        var subscriber = (await store.FindByPrivateIdentityAsync(User, CancellationToken.None))!;
        using var turn = await store.EnterAsync(subscriber, CancellationToken.None);
        await store.CommitAsync(turn, new([(0, new()
        {
            Status = RegistrationStatus.Registered, Server = new("sip:scscf.example.org", "scscf.example.org", "example.org"), RegisteredPrivateIdentities = [User],
        })], []), CancellationToken.None);
    }
}
