using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hss.Grpc;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>What a caller wants looked at: a profile by itself, a stored subscription or a document.</summary>
internal sealed class ProfileSource
{
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default);

    private readonly ServiceProfile? _alone;
    private readonly Subscription? _subscription;
    private readonly string _publicIdentity;
    private readonly Func<string, string> _field;

    private ProfileSource(ServiceProfile? alone, Subscription? subscription, string publicIdentity, Func<string, string> field,
        ImmutableArray<DocumentProblem> errors, ImmutableArray<DocumentProblem> warnings) =>
        (_alone, _subscription, _publicIdentity, _field, Errors, Warnings) = (alone, subscription, publicIdentity, field, errors, warnings);

    /// <summary>With any of them there is no profile.</summary>
    public ImmutableArray<DocumentProblem> Errors { get; }

    public ImmutableArray<DocumentProblem> Warnings { get; }

    /// Errors: INVALID_ARGUMENT, NOT_FOUND. What is wrong with a profile or a document is in <see cref="Errors"/>.
    public static async Task<ProfileSource> ReadAsync(
        V1.ServiceProfileSource? source, DocumentContext documents, Func<string, CancellationToken, Task<Subscription?>> find, CancellationToken cancellationToken)
    {
        switch (source?.SourceCase)
        {
            case V1.ServiceProfileSource.SourceOneofCase.ServiceProfile:
                var alone = ServiceProfileJson.Read(ToDocument(source.ServiceProfile), documents.Templates);
                // The same words for the places as in a subscription, under another name.
                return new(alone.ServiceProfile, null, source.PublicIdentity,
                    path => "source.service_profile" + SubscriptionMessage.FieldOf(path)["subscription".Length..], alone.Problems, alone.Warnings);
            case V1.ServiceProfileSource.SourceOneofCase.Subscription:
                if (!source.Subscription.StartsWith(SubscriptionMessage.Collection, StringComparison.Ordinal))
                    throw Refusals.Field("source.subscription", $"is no name of a subscription; it is {SubscriptionMessage.Collection} followed by the subscription_id");
                var id = source.Subscription[SubscriptionMessage.Collection.Length..];
                var stored = await find(id, cancellationToken).ConfigureAwait(false) ?? throw Refusals.NotFound(id);
                return new(null, stored, source.PublicIdentity, SubscriptionMessage.FieldOf, [], LintRule.Check(stored));
            case V1.ServiceProfileSource.SourceOneofCase.DocumentJson:
                var reading = SubscriptionJson.Read(Encoding.UTF8.GetBytes(source.DocumentJson), documents);
                if (reading.NeedsStored)
                    reading = reading.Complete(await find(reading.SubscriptionId!, cancellationToken).ConfigureAwait(false));
                return new(null, reading.Subscription, source.PublicIdentity, path => path, reading.Problems, reading.Warnings);
            default:
                throw Refusals.Field("source", "is missing; give service_profile, subscription or document_json");
        }
    }

    public V1.Problem Message(DocumentProblem problem) => TemplateMessage.Of(problem, _field(problem.Path));

    public RpcException Refusal()
    {
        var violations = Errors.Select(problem => (Field: _field(problem.Path), Description: Refusals.DescriptionOf(problem))).ToList();
        return RpcErrors.InvalidArgument($"{violations[0].Field}: {violations[0].Description}", violations);
    }

    /// <summary>The profile of the public identity that is meant.</summary>
    /// Errors: INVALID_ARGUMENT for an identity that is not of the subscription.
    public ServiceProfile Profile()
    {
        if (_alone is not null) return _alone;
        var set = _subscription!.ImplicitRegistrationSets[Set()];
        var identity = _publicIdentity.Length > 0 ? set.PublicIdentities.First(i => i.Identity == Canonical()) : set.DefaultIdentity ?? set.PublicIdentities[0];
        return _subscription.FindServiceProfile(identity.ServiceProfile)!;
    }

    /// <summary>User-Data with the profile in it: of the subscription, or of a made-up user.</summary>
    public ReadOnlyMemory<byte> UserData(ServiceProfile profile)
    {
        if (_subscription is null) return ServiceProfileJson.WriteUserData(profile);
        var set = Set();
        // A set that belongs to no private identity is never sent; the first one stands for it here.
        var privateIdentity = _subscription.PrivateIdentitiesOf(set).FirstOrDefault() ?? _subscription.PrivateIdentities[0];
        return UserDataXml.Write(_subscription, set, privateIdentity.Identity);
    }

    private int Set()
    {
        if (_publicIdentity.Length == 0) return 0;
        var canonical = Canonical();
        for (var s = 0; s < _subscription!.ImplicitRegistrationSets.Length; s++)
            if (_subscription.ImplicitRegistrationSets[s].PublicIdentities.Any(identity => identity.Identity == canonical)) return s;
        throw Refusals.Field("source.public_identity", "is no public identity of the subscription; leave it out for the default one");
    }

    // As it is written when it is no identity by itself, which a wildcard is not.
    private string Canonical() => CanonicalIdentity.TryPublic(_publicIdentity, out var canonical, out _) ? canonical : _publicIdentity;

    private static ReadOnlyMemory<byte> ToDocument(V1.ServiceProfile profile)
    {
        var input = profile;
        if (profile.Name.Length == 0)
        {
            // Alone it needs no name; in a document it does.
            input = profile.Clone();
            input.Name = "profile";
        }
        try
        {
            return Encoding.UTF8.GetBytes(s_formatter.Format(input));
        }
        catch (Exception unwritable) when (unwritable is ArgumentException or InvalidOperationException)
        {
            throw Refusals.Field("source.service_profile", "holds text that is no valid Unicode");
        }
    }
}
