using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>Whether a user may register: steps 1 to 5 of UAR, the first three of which MAR shares, and the scheme that MAR takes.</summary>
/// Why apart from the procedure: who explains a refusal to a person must decide exactly as the answer does.
/// Spec: TS 29.228 6.1.1.1, 6.3.1 step 4.
public static class RegistrationRight
{
    /// <param name="privateIdentity">Canonical, or null when what came is no private identity.</param>
    /// <param name="publicIdentity">Canonical, or null when what came is no public identity.</param>
    /// <param name="visitedNetwork">Visited-Network-Identifier as it came; null: roaming is not looked at.</param>
    /// <param name="isEmergency">Neither barring nor roaming nor the right to register count.</param>
    /// <param name="isDeRegistration">It is let through unchecked: refusing it would keep a user registered.</param>
    public static async ValueTask<RegistrationDecision> DecideAsync(
        ISubscriberStore store, string? privateIdentity, string? publicIdentity, ReadOnlyMemory<byte>? visitedNetwork, bool isEmergency, bool isDeRegistration,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);

        // 1. Both identities exist. 2. The public one is distinct. 3. They belong together.
        var subscriber = privateIdentity is null ? null : await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
        if (subscriber is null || publicIdentity is null) return new(ExperimentalResultCode.ErrorUserUnknown);
        var mismatch = await CxIdentities.CheckAssociationAsync(
            store, subscriber, privateIdentity!, publicIdentity, mustBeDistinct: true, cancellationToken).ConfigureAwait(false);
        if (mismatch is { } code) return new(code);
        CxIdentities.TryFind(subscriber, publicIdentity, out var place);

        // 4. A barred identity may register only to bring up a set that holds a usable one.
        if (!isEmergency && place.Identity.Barred && place.Set.PublicIdentities.All(identity => identity.Barred))
            return new(ResultCode.AuthorizationRejected);

        // 5. Roaming and the right to register.
        if (!isDeRegistration && !isEmergency)
        {
            if (visitedNetwork is { } network && !MayRoam(subscriber.Subscription, network.Span))
                return new(ExperimentalResultCode.ErrorRoamingNotAllowed);
            if (!subscriber.Subscription.RegistrationAllowed) return new(ResultCode.AuthorizationRejected);
        }
        return new(subscriber, place.SetIndex);
    }

    /// <summary>Whether a visited network is allowed, as step 5 sees it.</summary>
    public static bool MayRoam(Subscription subscription, ReadOnlySpan<byte> visitedNetwork)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return VisitedNetworks.Allowed(subscription, visitedNetwork);
    }

    /// <inheritdoc cref="CxAnswers.AssignedServerName"/>
    public static string? AssignedServerName(Subscriber subscriber, int setIndex)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return CxAnswers.AssignedServerName(subscriber.States, setIndex);
    }
}

/// <summary>What was decided: the subscriber and his set, or the result that refuses him.</summary>
/// Shape: Subscriber is null exactly when one of the two results is set.
public readonly record struct RegistrationDecision
{
    internal RegistrationDecision(Subscriber subscriber, int setIndex) => (Subscriber, SetIndex) = (subscriber, setIndex);

    internal RegistrationDecision(ExperimentalResultCode result) => ExperimentalResult = result;

    internal RegistrationDecision(ResultCode result) => Result = result;

    public Subscriber? Subscriber { get; }

    public int SetIndex { get; }

    /// <summary>The base protocol's Result-Code, or null.</summary>
    public ResultCode? Result { get; }

    public ExperimentalResultCode? ExperimentalResult { get; }
}
