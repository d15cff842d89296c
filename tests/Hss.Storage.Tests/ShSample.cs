using Hss.Subscribers;

namespace Hss.Storage.Tests;

/// <summary>Data of application servers that the tests need again and again.</summary>
internal static class ShSample
{
    public const string Host = "as.example.org";
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    public static RepositoryData Repository(int number, string service) => new(Sample.Impu(number), service, 0, "<data>&#65;</data>"u8.ToArray());

    public static NotificationKey Key(int number, string service, string host = Host) =>
        new(host, new(ShUserIdentityKind.PublicIdentity, Sample.Impu(number)), ShDataReference.RepositoryData, service, null);

    public static NotificationSubscription Subscribed(int number, string service, string host = Host) =>
        new() { Key = Key(number, service, host), ApplicationServerRealm = "example.org" };

    public static ApplicationData Everything(int number) => new()
    {
        Repository = [Repository(number, "first"), new(Sample.Tel(number), "second", 65_535, new byte[] { 1, 0, 255 })],
        Subscriptions =
        [
            Subscribed(number, "first"),
            new()
            {
                Key = new(Host, new(ShUserIdentityKind.Msisdn, "12125550001"), ShDataReference.UeReachabilityForIP, "", Sample.Impi(number)),
                ApplicationServerRealm = "example.org", AskedIdentity = "sip:a@b", Expiry = Start, OneTime = true, CombinesChanges = true,
            },
        ],
        InactiveServices = [new(Sample.Impu(number), "sip:as@x", "a"), new(Sample.Impu(number), "sip:as@x", "b")],
        SmsRegistrations = [new(Sample.Impi(number), "491710000000", "gw.example.org", "example.org")],
        AccessReports = [new(Sample.Impi(number), Start, "<Sh-Data/>"u8.ToArray())],
    };

    public static Notification Notification(int number, string service, string host = Host, string content = "<x/>") => new()
    {
        SubscriptionId = Sample.Id(number), Key = Key(number, service, host), ApplicationServerRealm = "example.org",
        Content = System.Text.Encoding.UTF8.GetBytes(content),
    };

    /// <summary>Puts notifications into the table, as a change does. For a database that no store is writing to at this moment.</summary>
    public static void Owe(ISubscriberDatabase database, params Notification[] notifications)
    {
        foreach (var one in notifications)
        {
            var stored = database.Read(one.SubscriptionId)!;
            database.Write(new(stored.Subscription, stored.Rows, [], []) { Notifications = new() { New = [one] } });
        }
        database.Commit();
    }

    /// <summary>What a PUR or SNR does with the store.</summary>
    public static async Task PutAsync(ISubscriberStore store, int number, Func<ApplicationData, ApplicationData> change, string? changedBy = null)
    {
        using var turn = await store.EnterAsync(await Sample.FindAsync(store, number), CancellationToken.None);
        await store.CommitAsync(turn, new([], []) { ApplicationData = change(turn.Subscriber!.ApplicationData), ChangedBy = changedBy }, CancellationToken.None);
    }

    public static void AssertSame(ApplicationData expected, ApplicationData actual)
    {
        Assert.Equal(expected.Repository.Select(Text).Order(), actual.Repository.Select(Text).Order());
        Assert.Equal(expected.Subscriptions.OrderBy(one => one.ToString()), actual.Subscriptions.OrderBy(one => one.ToString()));
        Assert.Equal(expected.InactiveServices.OrderBy(one => one.ToString()), actual.InactiveServices.OrderBy(one => one.ToString()));
        Assert.Equal(expected.SmsRegistrations.OrderBy(one => one.ToString()), actual.SmsRegistrations.OrderBy(one => one.ToString()));
        Assert.Equal(expected.AccessReports.Select(Text).Order(), actual.AccessReports.Select(Text).Order());
    }

    private static string Text(RepositoryData data) => $"{data.PublicIdentity} {data.ServiceIndication} {data.SequenceNumber} {Convert.ToHexString(data.ServiceData.Span)}";

    private static string Text(AccessReport report) => $"{report.PrivateIdentity} {report.Reported:O} {Convert.ToHexString(report.Document.Span)}";
}
