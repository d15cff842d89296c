using System.Net.Sockets;
using Hss.Authentication;
using Hss.Diameter;
using Hss.DiameterNode;

namespace Hss.Procedures.Cx;

/// <summary>The result and the SIP-Auth-Data-Items of a MAA that is given.</summary>
/// Shape: each scheme has the AVPs of its own table and no other's; a secret is here only because the scheme is made of it. K never is.
/// Spec: TS 29.228 Tables 6.3.5 to 6.3.7, TS 29.229 6.3.13, 6.3.36.
internal static class AuthDataItems
{
    /// <summary>One item for each reserved sequence number, in the order in which the S-CSCF is to use them.</summary>
    public static void WriteVectors(
        Answer answer, string schemeName, MilenageKey key, ushort amf, in SequenceReservation reservation, in IndRange range, IRandomSource random)
    {
        var writer = Begin(answer, reservation.Count);
        Span<byte> rand = stackalloc byte[AuthenticationVector.RandLengthBytes];
        for (var i = 0; i < reservation.Count; i++)
        {
            random.Fill(rand);
            AuthenticationVector.Generate(key, amf, rand, reservation.SqnAt(i, range), out var vector);
            BeginItem(writer, i + 1, schemeName);
            writer.WriteOctets(Avp.SipAuthenticate, vector.Challenge);
            writer.WriteOctets(Avp.SipAuthorization, vector.Xres);
            writer.WriteOctets(Avp.ConfidentialityKey, vector.Ck);
            writer.WriteOctets(Avp.IntegrityKey, vector.Ik);
            writer.EndGroup();
        }
    }

    /// <summary>The item of a scheme that has one whatever was asked for (TS 29.228 Table 6.3.4).</summary>
    public static void WriteOne(Answer answer, AuthenticationSchemes scheme, string schemeName, Credentials credentials, IRandomSource random)
    {
        var writer = Begin(answer, 1);
        BeginItem(writer, 1, schemeName);
        switch (scheme)
        {
            case AuthenticationSchemes.SipDigest:
                writer.WriteSipDigest(credentials.Digest!);
                break;
            case AuthenticationSchemes.LegacyDigestMd5:
                Span<byte> nonce = stackalloc byte[16];
                random.Fill(nonce);
                writer.WriteOctets(Avp.SipAuthenticate, nonce);
                writer.WriteOctets(Avp.SipAuthorization, credentials.Digest!.Password!.Reveal());
                break;
            case AuthenticationSchemes.NassBundled:
                foreach (var line in credentials.LineIdentifiers) writer.WriteText(Avp.LineIdentifier, line);
                break;
            case AuthenticationSchemes.EarlyImsSecurity:
                WriteFramedAddress(writer, credentials.FramedAddress!);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "this scheme has no single item");
        }
        writer.EndGroup();
    }

    /// <summary>An IPv4 address, or an IPv6 prefix in the form of RFC 3162 2.3: a reserved octet, the length in bits, and only the octets that it covers.</summary>
    /// Framed-Interface-Id only where it was provisioned: where the prefix alone is not the user's (TS 29.228 Table 6.3.7).
    private static void WriteFramedAddress(MessageWriter writer, FramedAddress framed)
    {
        Span<byte> octets = stackalloc byte[16];
        framed.Address.TryWriteBytes(octets, out var length);
        if (framed.Address.AddressFamily == AddressFamily.InterNetwork)
        {
            writer.WriteOctets(Avp.FramedIpAddress, octets[..length]);
            return;
        }
        var prefixOctets = (framed.PrefixLengthBits + 7) / 8;
        if (prefixOctets > 0 && framed.PrefixLengthBits % 8 is var bits and not 0) octets[prefixOctets - 1] &= (byte)(0xFF << (8 - bits));
        Span<byte> prefix = stackalloc byte[2 + 16];
        prefix[0] = 0;
        prefix[1] = (byte)framed.PrefixLengthBits;
        octets[..prefixOctets].CopyTo(prefix[2..]);
        writer.WriteOctets(Avp.FramedIPv6Prefix, prefix[..(2 + prefixOctets)]);
        if (framed.InterfaceId is { } interfaceId) writer.WriteUnsigned64(Avp.FramedInterfaceId, interfaceId);
    }

    private static MessageWriter Begin(Answer answer, int items)
    {
        answer.Result(ResultCode.Success);
        answer.Writer.WriteUnsigned32(Avp.SipNumberAuthItems, (uint)items);
        return answer.Writer;
    }

    private static void BeginItem(MessageWriter writer, int number, string schemeName)
    {
        writer.BeginGroup(Avp.SipAuthDataItem);
        writer.WriteUnsigned32(Avp.SipItemNumber, (uint)number);
        writer.WriteText(Avp.SipAuthenticationScheme, schemeName);
    }
}
