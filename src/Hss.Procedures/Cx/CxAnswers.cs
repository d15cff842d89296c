using System.Collections.Immutable;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>AVPs that several Cx answers share.</summary>
internal static class CxAnswers
{
    /// <summary>Longest S-CSCF name taken: it is stored, and comes back in UAA and LIA beside all else that must fit there.</summary>
    public const int MaxServerNameBytes = CanonicalIdentity.MaxLengthBytes;

    /// <summary>Answers 5004 to a Server-Name that is too long to keep, and returns true then.</summary>
    /// Why nothing but the length: a name without a scheme is a fault of the S-CSCF that its own I-CSCF will tell (TS 29.229 6.3.3).
    public static bool RefusesServerName(this Answer answer, AvpValue serverName)
    {
        if (serverName.Span.Length <= MaxServerNameBytes) return false;
        // An example in place of the AVP: repeated as it is, it could fill the answer.
        answer.Result(ResultCode.InvalidAvpValue, FailedAvpContent.ExampleOf(Avp.ServerName));
        return true;
    }

    public static void WriteServerName(this Answer answer, string serverName) => answer.Writer.WriteText(Avp.ServerName, serverName);

    /// <summary>Wildcarded-Public-Identity, when it is a wildcard that was found.</summary>
    public static void WriteWildcard(this Answer answer, in PublicIdentityMatch found)
    {
        if (found.IsWildcard) answer.Writer.WriteText(Avp.WildcardedPublicIdentity, found.Provisioned);
    }

    /// <summary>Server-Capabilities. A list of names is an order of preference and stands alone; numbers go only without names (TS 29.228 6.7).</summary>
    public static void WriteServerCapabilities(this Answer answer, Subscription subscription, CxOptions options)
    {
        var capabilities = subscription.ServerCapabilities ?? options.DefaultServerCapabilities;
        if (capabilities is null || capabilities.IsEmpty) return; // absent: any S-CSCF will do
        var writer = answer.Writer;
        writer.BeginGroup(Avp.ServerCapabilities);
        if (capabilities.ServerNames.IsEmpty)
        {
            foreach (var number in capabilities.Mandatory) writer.WriteUnsigned32(Avp.MandatoryCapability, number);
            foreach (var number in capabilities.Optional)
                if (writer.HasRoomFor(sizeof(uint))) writer.WriteUnsigned32(Avp.OptionalCapability, number);
        }
        foreach (var name in capabilities.ServerNames)
            if (!writer.TryList(Avp.ServerName, name)) break;
        writer.EndGroup();
    }

    /// <summary>The S-CSCF name that UAR and LIR look for: that of the identity itself while it is served, else that of any identity of the subscription,
    /// registered ones first (TS 29.228 6.1.1.1 step 6).</summary>
    public static string? AssignedServerName(ImmutableArray<RegistrationState> states, int setIndex)
    {
        // Sets of one subscription have different S-CSCFs after one of them was chosen anew because another could not be reached.
        if (states[setIndex] is { Status: not RegistrationStatus.NotRegistered, Server: { } own }) return own.Name;
        foreach (var status in (ReadOnlySpan<RegistrationStatus>)[RegistrationStatus.Registered, RegistrationStatus.Unregistered, RegistrationStatus.NotRegistered])
            foreach (var state in states)
                if (state.Status == status && state.Server is { } server) return server.Name;
        return null;
    }
}
