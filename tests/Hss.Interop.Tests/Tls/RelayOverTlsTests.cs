using Hss.Interop.Tests.Peers;
using Hss.Interop.Tests.Relay;

namespace Hss.Interop.Tests.Tls;

/// <summary>freeDiameter (GnuTLS) and the HSS authenticate each other by certificates before the first message. Spec: RFC 6733 2.2, 13.1.</summary>
public sealed class RelayOverTlsTests
{
    [SkippableTheory]
    [InlineData(Opener.Relay)]
    [InlineData(Opener.Hss)]
    public Task A_registration_lives_and_ends_over_TLS(Opener opener) => RelayRig.RunAsync(1, 1, opener, async rig =>
    {
        var scscf = await rig.ConnectScscfAsync("scscf1");
        await scscf.LiveOneLifeAsync(rig.Subscribers[0]);
        Assert.Contains("TLS", rig.Relays[0].Log, StringComparison.Ordinal);
    }, tls: true);
}
