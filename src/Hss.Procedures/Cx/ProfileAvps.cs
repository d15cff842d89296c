using Hss.Authentication;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>What a SAA, a MAA and a PPR say in the same words: charging addresses, the digest of a password, who may vouch for WebRTC users.</summary>
/// Spec: TS 29.228 Tables 6.1.2.2, 6.2.2.1, 6.3.5; TS 29.229 6.3.19, 6.3.36, 6.3.64.
internal static class ProfileAvps
{
    /// <summary>Whether Charging-Information can be sent: it has a primary collection or event function or none of it goes (TS 29.228 Table 6.1.2.2).</summary>
    public static bool CanBeSent(ChargingAddresses? charging) => charging is { PrimaryCollection: not null } or { PrimaryEvent: not null };

    public static void WriteChargingInformation(this MessageWriter writer, ChargingAddresses? charging)
    {
        if (charging is null || !CanBeSent(charging)) return;
        writer.BeginGroup(Avp.ChargingInformation);
        if (charging.PrimaryEvent is { } primaryEvent) writer.WriteText(Avp.PrimaryEventChargingFunctionName, primaryEvent);
        if (charging.SecondaryEvent is { } secondaryEvent) writer.WriteText(Avp.SecondaryEventChargingFunctionName, secondaryEvent);
        if (charging.PrimaryCollection is { } primary) writer.WriteText(Avp.PrimaryChargingCollectionFunctionName, primary);
        if (charging.SecondaryCollection is { } secondary) writer.WriteText(Avp.SecondaryChargingCollectionFunctionName, secondary);
        writer.EndGroup();
    }

    public static void WriteAllowedWebFunctions(this MessageWriter writer, AllowedWebFunctions? allowed)
    {
        if (allowed is null) return;
        writer.BeginGroup(Avp.AllowedWafWwsfIdentities);
        foreach (var name in allowed.AuthenticationFunctions)
            if (!writer.TryList(Avp.WebRtcAuthenticationFunctionName, name)) break;
        foreach (var name in allowed.WebServerFunctions)
            if (!writer.TryList(Avp.WebRtcWebServerFunctionName, name)) break;
        writer.EndGroup();
    }

    /// <summary>HA1 of MD5 is there always; an S-CSCF that knows Alternate-Digest may use the stronger one. The nonce stays between S-CSCF and UE.</summary>
    public static void WriteSipDigest(this MessageWriter writer, DigestCredentials credentials)
    {
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
    }
}
