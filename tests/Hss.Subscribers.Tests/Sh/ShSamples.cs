using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Hss.Authentication;
using static Hss.Subscribers.Tests.JobSamples;

namespace Hss.Subscribers.Tests;

/// <summary>One subscription with something of everything that Sh can ask for, and what is said about it in short.</summary>
internal static partial class ShSamples
{
    public const string Server = "sip:as.example.org";
    public const string Barred = "sip:barred@example.org";
    public const string Desk = "sip:desk!.*!@example.org";
    public const string Service = "sip:news@example.org";
    public const string Rooms = "sip:room!.*!@example.org";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Sets: {one, tel (alias of one), barred (alias)} of both phones; {work} of the second; {news} and {rooms}, services.</summary>
    public static Subscription Subscription() => new()
    {
        SubscriptionId = "one",
        PrivateIdentities =
        [
            User(One) with
            {
                Msisdns = ["12125550001", "12125550009"], ExternalIdentifiers = ["one@things.example.org"], Imsi = "001010000000001", StnSr = "4912345",
                SmsGateway = new("4917", "4918"),
            },
            User(Two) with { Msisdns = ["12125550002"], Credentials = new(null, null) { FramedAddress = new(IPAddress.Parse("10.1.2.3"), 32, null) } },
        ],
        ImplicitRegistrationSets =
        [
            new()
            {
                PublicIdentities =
                [
                    Alias(Sip) with { ServicePriorityLevel = 1, ServiceLevelTraceInfo = "trace", ExtendedPriorities = [new("ets", "0")] },
                    Alias(Tel), Alias(Barred) with { Barred = true },
                ],
            },
            new() { PublicIdentities = [Public(Work), Public(Desk) with { Type = PublicIdentityType.WildcardedImpu }], PrivateIdentities = [Two] },
            new() { PublicIdentities = [Psi(Service), Public(Rooms) with { Type = PublicIdentityType.WildcardedPsi }], PrivateIdentities = [One] },
        ],
        ServiceProfiles =
        [
            new()
            {
                Name = "plain",
                InitialFilterCriteria = [Filter(1, Server + ";lr", "blue"), Filter(2, "sip:other.example.org;lr"), Filter(3, Server + ";lr")],
            },
        ],
        Charging = new("aaa://ccf.example.org", null, null, null),
        ReferenceLocation = new("DSL", null, "line 7"),
    };

    public static ShSource Source(ApplicationData? data = null, params RegistrationState[] states) =>
        new(Subscription(), [.. Enumerable.Range(0, 3).Select(i => i < states.Length ? states[i] : None)], data ?? ApplicationData.Empty);

    public static PublicIdentity Alias(string identity) => Public(identity) with { AliasGroup = "a" };

    public static InitialFilterCriteria Filter(int priority, string server, params string[] tags) =>
        new() { Priority = priority, ApplicationServer = new() { ServerName = server }, DsaiTags = [.. tags] };

    public static RepositoryData Data(string identity, string service, ushort number, string text) => new(identity, service, number, Encoding.UTF8.GetBytes(text));

    public static AccessReport Report(string privateIdentity, int minutesAgo, ShAccessData access) =>
        new(privateIdentity, Now.AddMinutes(-minutesAgo), ShDataWriter.Write(new ShData { Access = access }));

    public static ShUserIdentity Identity(string identity) =>
        new(identity.Contains(':', StringComparison.Ordinal) ? ShUserIdentityKind.PublicIdentity
            : identity.Contains('@', StringComparison.Ordinal) ? ShUserIdentityKind.ExternalIdentifier : ShUserIdentityKind.Msisdn, identity);

    /// <summary>A document without its frame: elements by name, Extension and what only groups left out.</summary>
    public static string Text(ShData document) => Text(ShDataWriter.Write(document));

    public static string Text(ReadOnlyMemory<byte> utf8)
    {
        Assert.True(ShDataReader.TryRead(utf8.Span, out _, out var problem), problem?.ToString());
        var text = Encoding.UTF8.GetString(utf8.Span);
        return Frame().Replace(text[(text.IndexOf("?>", StringComparison.Ordinal) + 2)..], "");
    }

    [GeneratedRegex("</?(Sh-Data|Sh-IMS-Data|Extension)/?>")]
    private static partial Regex Frame();
}
