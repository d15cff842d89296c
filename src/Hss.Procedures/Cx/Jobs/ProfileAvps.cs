using Hss.Authentication;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The AVPs of a PPR beside User-Data. Spec: TS 29.228 Table 6.2.2.1, TS 29.229 6.3.13, 6.3.19, 6.3.36, 6.3.71.</summary>
internal static class ProfileAvps
{
    public static void WriteCharging(MessageWriter writer, ChargingAddresses? charging)
    {
        if (charging is null) return;
        writer.BeginGroup(Avp.ChargingInformation);
        if (charging.PrimaryEvent is { } primaryEvent) writer.WriteText(Avp.PrimaryEventChargingFunctionName, primaryEvent);
        if (charging.SecondaryEvent is { } secondaryEvent) writer.WriteText(Avp.SecondaryEventChargingFunctionName, secondaryEvent);
        if (charging.PrimaryCollection is { } primary) writer.WriteText(Avp.PrimaryChargingCollectionFunctionName, primary);
        if (charging.SecondaryCollection is { } secondary) writer.WriteText(Avp.SecondaryChargingCollectionFunctionName, secondary);
        writer.EndGroup();
    }

    /// <summary>New credentials for SIP Digest; HA1 is text on the wire and here.</summary>
    public static void WriteDigest(MessageWriter writer, DigestCredentials credentials)
    {
        writer.BeginGroup(Avp.SipAuthDataItem);
        writer.WriteText(Avp.SipAuthenticationScheme, AuthenticationScheme.NameOf(AuthenticationSchemes.SipDigest));
        writer.BeginGroup(Avp.SipDigestAuthenticate);
        writer.WriteText(Avp.DigestRealm, credentials.Realm);
        writer.WriteText(Avp.DigestAlgorithm, "MD5");
        writer.WriteText(Avp.DigestQoP, "auth");
        writer.WriteOctets(Avp.DigestHa1, credentials.Ha1Md5.Reveal());
        if (credentials.Ha1Sha256 is { } sha256)
        {
            writer.WriteText(Avp.AlternateDigestAlgorithm, "SHA-256");
            writer.WriteOctets(Avp.AlternateDigestHa1, sha256.Reveal());
        }
        writer.EndGroup();
        writer.EndGroup();
    }

    public static void WriteAllowedWebFunctions(MessageWriter writer, AllowedWebFunctions allowed)
    {
        writer.BeginGroup(Avp.AllowedWafWwsfIdentities);
        foreach (var name in allowed.AuthenticationFunctions) writer.WriteText(Avp.WebRtcAuthenticationFunctionName, name);
        foreach (var name in allowed.WebServerFunctions) writer.WriteText(Avp.WebRtcWebServerFunctionName, name);
        writer.EndGroup();
    }
}
