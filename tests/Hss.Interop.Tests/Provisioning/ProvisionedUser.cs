using System.Text.Json;
using Hss.Interop.Tests.Peers;
using Hss.Provisioning.V1;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>A user whom a test provisions by gRPC, with the card that ue.py has.</summary>
internal sealed class ProvisionedUser(string imsi)
{
    /// <summary>Of the rig, whoever it is for: an application server that answers every INVITE.</summary>
    public const string ApplicationServer = "sip:as." + KamailioRig.Realm + ":5090;lr";

    private const string Profile = "of-the-test";

    public string Imsi => imsi;

    public string SubscriptionId => $"imsi-{imsi}";

    public string Name => $"subscriptions/{SubscriptionId}";

    public string PrivateIdentity => CxRequests.PrivateIdentity(imsi);

    public string PublicIdentity => CxRequests.PublicIdentity(imsi);

    public Subscription Subscription(params IEnumerable<InitialFilterCriteria> filters) => new()
    {
        SubscriptionId = SubscriptionId,
        PrivateIdentities =
        {
            new PrivateIdentity
            {
                Identity = PrivateIdentity,
                Aka = new() { K = "8BAF473F2F8FD09487CCCBD7097C6862", Op = "8E27B6AF0E692E750F32667A3B14605D", Amf = "8000" },
            },
        },
        ImplicitRegistrationSets = { new ImplicitRegistrationSet { PublicIdentities = { new PublicIdentity { Identity = PublicIdentity, ServiceProfile = Profile } } } },
        ServiceProfiles = { ProfileWith(filters) },
        ServerCapabilities = new() { ServerNames = { $"sip:{KamailioRig.ScscfIdentity}:6060" } },
    };

    /// <summary>What an update of service_profiles alone says.</summary>
    public Subscription OnlyProfile(params IEnumerable<InitialFilterCriteria> filters) => new() { Name = Name, ServiceProfiles = { ProfileWith(filters) } };

    /// <summary>Everything that a set of templates can have in it: each of its servers is named, each of its texts given.</summary>
    public static InitialFilterCriteria AllOf(string setFile)
    {
        using var set = JsonDocument.Parse(File.ReadAllText(setFile));
        var filter = new InitialFilterCriteria { TemplateSet = set.RootElement.GetProperty("name").GetString() };
        foreach (var parameter in set.RootElement.GetProperty("parameters").EnumerateArray())
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (parameter.GetProperty("type").GetString() == "sip-uri") filter.Parameters[name] = ApplicationServer;
            else if (!parameter.TryGetProperty("default", out _)) filter.Parameters[name] = "12125550100";
        }
        return filter;
    }

    private static ServiceProfile ProfileWith(IEnumerable<InitialFilterCriteria> filters) => new() { Name = Profile, InitialFilterCriteria = { filters } };
}
