using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Subscriptions of application servers, and what they are owed, as the API shows them.</summary>
internal static class NotificationMessage
{
    private const int IdLengthBytes = 12;

    public static V1.NotificationSubscription Of(string subscriptionId, NotificationSubscription subscription) => new()
    {
        Id = IdOf(subscription.Key),
        SubscriptionId = subscriptionId,
        Key = Of(subscription.Key),
        DiameterRealm = subscription.ApplicationServerRealm,
        ExpireTime = subscription.Expiry?.ToTimestamp(),
        OneTime = subscription.OneTime,
    };

    public static V1.Notification Of(Notification notification) => new()
    {
        Id = notification.Id,
        State = StateOf(notification.State),
        SubscriptionId = notification.SubscriptionId,
        Key = Of(notification.Key),
        DiameterRealm = notification.ApplicationServerRealm,
        Attempts = notification.Attempts,
        Version = notification.Version,
        CreateTime = notification.Created.ToTimestamp(),
        NextAttemptTime = notification.State == NotificationState.Pending ? notification.NextAttempt.ToTimestamp() : null,
        FinishTime = notification.Finished?.ToTimestamp(),
        Result = notification.LastResult ?? "",
    };

    public static V1.Notification.Types.State StateOf(NotificationState state) => state switch
    {
        NotificationState.Pending => V1.Notification.Types.State.Pending,
        NotificationState.Acknowledged => V1.Notification.Types.State.Acknowledged,
        NotificationState.Failed => V1.Notification.Types.State.Failed,
        NotificationState.Withdrawn => V1.Notification.Types.State.Withdrawn,
        _ => V1.Notification.Types.State.Unspecified,
    };

    /// <summary>A short name for a key: the key itself has six parts, and nobody types those.</summary>
    /// Shape: base64url of the first octets of SHA-256 over the parts, which no part's own text can imitate because each goes with its length.
    public static string IdOf(NotificationKey key)
    {
        var text = new StringBuilder();
        foreach (var part in (ReadOnlySpan<string>)[key.ApplicationServer, key.User.Value, key.Detail, key.PrivateIdentity ?? ""])
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
        text.Append(CultureInfo.InvariantCulture, $"{(int)key.User.Kind} {(int)key.Reference}");
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, IdLengthBytes));
    }

    private static V1.NotificationKey Of(NotificationKey key)
    {
        var message = new V1.NotificationKey
        {
            DiameterHost = key.ApplicationServer, DataReference = PermissionsMessage.Of(key.Reference), PrivateIdentity = key.PrivateIdentity ?? "",
        };
        if (key.User.Kind == ShUserIdentityKind.Msisdn) message.Msisdn = key.User.Value;
        else if (key.User.Kind == ShUserIdentityKind.ExternalIdentifier) message.ExternalIdentifier = key.User.Value;
        else message.PublicIdentity = key.User.Value;
        switch (key.Reference)
        {
            case ShDataReference.RepositoryData:
                message.ServiceIndication = key.Detail;
                break;
            case ShDataReference.ImsPublicIdentity when int.TryParse(key.Detail, NumberStyles.None, CultureInfo.InvariantCulture, out var set):
                // On the wire ALL_IDENTITIES is 0, which means unspecified here.
                message.IdentitySet = (V1.NotificationKey.Types.IdentitySet)(set + 1);
                break;
            case ShDataReference.InitialFilterCriteria:
                message.ServerName = key.Detail;
                break;
            case ShDataReference.Dsai when key.Detail.IndexOf(' ', StringComparison.Ordinal) is var blank and >= 0:
                (message.ServerName, message.DsaiTag) = (key.Detail[..blank], key.Detail[(blank + 1)..]);
                break;
        }
        return message;
    }
}
