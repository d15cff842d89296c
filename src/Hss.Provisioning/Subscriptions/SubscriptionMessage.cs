using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>The one way between the messages of the API and subscriptions: through the document, so that there is one validator for all of them.</summary>
/// Shape: the proto3 JSON form of hss.provisioning.v1.Subscription is the document; what is output only is left out on the way in.
internal static class SubscriptionMessage
{
    public const string Collection = "subscriptions/";

    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default);
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default);

    public static string NameOf(string subscriptionId) => Collection + subscriptionId;

    public static string EtagOf(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>As it is stored, with name, etag and times, and without secrets.</summary>
    public static V1.Subscription Of(StoredSubscription stored)
    {
        var message = Of(stored.Subscription);
        if (stored.Revision > 0) message.Etag = EtagOf(stored.Revision);
        if (stored.Created > DateTimeOffset.UnixEpoch) message.CreateTime = Timestamp.FromDateTimeOffset(stored.Created);
        if (stored.Updated > DateTimeOffset.UnixEpoch) message.UpdateTime = Timestamp.FromDateTimeOffset(stored.Updated);
        return message;
    }

    public static V1.Subscription Of(Subscription subscription)
    {
        var message = s_parser.Parse<V1.Subscription>(Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span));
        message.Name = NameOf(subscription.SubscriptionId);
        return message;
    }

    /// <summary>The document that a message stands for.</summary>
    /// Errors: INVALID_ARGUMENT for a message that has no JSON form.
    public static ReadOnlyMemory<byte> ToDocument(V1.Subscription message)
    {
        var input = message;
        if (message.Name.Length > 0 || message.Etag.Length > 0 || message.CreateTime is not null || message.UpdateTime is not null)
        {
            // What a Get gave may come back as it is; a time that is none must not end in an error of its own.
            input = message.Clone();
            input.Name = input.Etag = "";
            input.CreateTime = input.UpdateTime = null;
        }
        try
        {
            return Encoding.UTF8.GetBytes(s_formatter.Format(input));
        }
        catch (Exception unwritable) when (unwritable is ArgumentException or InvalidOperationException)
        {
            // Its message may quote what could not be written, and that may be part of a key.
            throw new RpcException(new Status(StatusCode.InvalidArgument, "subscription: holds text that is no valid Unicode"));
        }
    }

    /// <summary>A place in a document as a field of a request: privateIdentities[0].sipDigest.ha1Md5 is subscription.private_identities[0].sip_digest.ha1_md5.</summary>
    public static string FieldOf(string documentPath)
    {
        if (documentPath.Length == 0) return "subscription";
        var field = new StringBuilder("subscription.", documentPath.Length + 24);
        // Names of template parameters are the operator's own.
        var parameters = documentPath.IndexOf(".parameters", StringComparison.Ordinal);
        for (var i = 0; i < documentPath.Length; i++)
        {
            var c = documentPath[i];
            if (char.IsAsciiLetterUpper(c) && (parameters < 0 || i < parameters)) field.Append('_').Append(char.ToLowerInvariant(c));
            else field.Append(c);
        }
        return field.ToString();
    }

    /// <summary>The id in a resource name.</summary>
    /// Errors: INVALID_ARGUMENT.
    public static string IdOf(string name)
    {
        if (name.StartsWith(Collection, StringComparison.Ordinal) && name.Length > Collection.Length) return name[Collection.Length..];
        throw Refusals.Field("name", $"is no name of a subscription; it is {Collection} followed by the subscription_id");
    }
}
