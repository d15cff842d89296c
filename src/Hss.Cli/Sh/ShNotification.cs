using Hss.Diameter;

namespace Hss.Cli.Sh;

/// <summary>One PNR: about whom, and what.</summary>
internal sealed class ShNotification(ReadOnlyMemory<byte> frame)
{
    public string OriginHost => Find(Avp.OriginHost).ToText();

    /// <summary>As it stands in User-Identity: a URI, digits, or an External-Identifier.</summary>
    public string User
    {
        get
        {
            var identity = Find(Avp.UserIdentity);
            if (AvpOccurrences.FindIn(identity, Avp.PublicIdentity).First is { IsPresent: true } name) return name.ToText();
            if (AvpOccurrences.FindIn(identity, Avp.Msisdn).First is { IsPresent: true } digits) return ShUser.Msisdn(digits.Span);
            return AvpOccurrences.FindIn(identity, Avp.ExternalIdentifier).First.ToText();
        }
    }

    /// <summary>Empty: not said.</summary>
    public string PrivateIdentity => Find(Avp.UserName).ToText();

    /// <summary>The wildcard that the user's identity fell into; empty: none.</summary>
    public string Wildcard => Find(Avp.WildcardedPublicIdentity) is { IsPresent: true } psi ? psi.ToText() : Find(Avp.WildcardedImpu).ToText();

    public ReadOnlyMemory<byte> UserData => Find(Avp.ShUserData).Memory;

    private AvpValue Find(AvpDefinition definition) => AvpOccurrences.Find(frame, definition).First;
}
