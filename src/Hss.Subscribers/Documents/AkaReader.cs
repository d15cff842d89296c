using System.Buffers.Binary;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads aka: K and OP or OPc, in the clear or under a transport key, or neither of them for the stored ones.</summary>
/// Spec: TS 33.102 6.3, TS 35.206.
internal sealed class AkaReader(TransportKeys transportKeys, ProblemList problems)
{
    private const int KeyLengthBytes = 16;

    private static readonly string[] s_fields =
    [
        "algorithm", "k", "op", "opc", "amf", "sqn", "encryptedK", "encryptedOp", "encryptedOpc", "transportKey",
        "kFingerprint", "opcFingerprint",
    ];

    private static readonly string[] s_encrypted = ["encryptedK", "encryptedOp", "encryptedOpc"];
    private static readonly string[] s_keys = ["k", "op", "opc", .. s_encrypted];

    /// <summary>Null when there is no aka, and when it cannot be used: then there are problems.</summary>
    public PrivateIdentityDraft.AkaPart? Read(DocumentObject privateIdentity)
    {
        if (privateIdentity.Object("aka", required: false, s_fields, secretive: true) is not { } aka) return null;
        var before = problems.Count;
        if (aka.TryText("algorithm", required: false, out var algorithm) && algorithm != "MILENAGE")
            problems.Add(aka.At("algorithm"), "is not served; it is MILENAGE");
        var isKept = !s_keys.Any(aka.Has);
        var amfOctets = SecretText.Octets(aka, "amf", 2, required: !isKept, problems);
        ushort? amf = amfOctets is null ? null : BinaryPrimitives.ReadUInt16BigEndian(amfOctets);
        var sqn = ReadSqn(aka);
        CheckTransportKey(aka);
        if (isKept) return problems.Count == before ? new(null, amf, 0) : null;
        var k = ReadK(aka);
        var (variant, isOp) = ReadOperatorVariant(aka);
        if (k is null || variant is null || amf is null) return null;
        if (!variant.Reveal().ContainsAnyExcept((byte)0))
            problems.Warn(aka.Path, "has an op or opc of zeros; a card with a real one will refuse every challenge");
        return new(new(k, isOp ? Milenage.DeriveOpc(k, variant) : variant, amf.Value), amf, sqn);
    }

    private Secret? ReadK(DocumentObject aka)
    {
        if (aka.Has("k") && aka.Has("encryptedK"))
        {
            problems.Add(aka.Path, "has both k and encryptedK; keep one");
            return null;
        }
        var (k, field) = aka.Has("encryptedK") ? (Decrypted(aka, "encryptedK"), "encryptedK") : (Clear(aka, "k"), "k");
        if (k is null || k.Reveal().ContainsAnyExcept((byte)0)) return k;
        problems.Add(aka.At(field), "is all zeros, which is no key");
        return null;
    }

    private (Secret? Variant, bool IsOp) ReadOperatorVariant(DocumentObject aka)
    {
        bool hasOp = aka.Has("op"), hasOpc = aka.Has("opc"), hasEncryptedOp = aka.Has("encryptedOp"), hasEncryptedOpc = aka.Has("encryptedOpc");
        var isOp = hasOp || hasEncryptedOp;
        if (hasOp && hasEncryptedOp) problems.Add(aka.Path, "has both op and encryptedOp; keep one");
        else if (hasOpc && hasEncryptedOpc) problems.Add(aka.Path, "has both opc and encryptedOpc; keep one");
        else if (isOp == (hasOpc || hasEncryptedOpc))
            problems.Add(aka.Path, isOp ? "has both op and opc; keep the one your card vendor gave" : "has neither op nor opc; one is needed");
        else if (hasOp || hasOpc) return (Clear(aka, hasOp ? "op" : "opc"), isOp);
        else return (Decrypted(aka, hasEncryptedOp ? "encryptedOp" : "encryptedOpc"), isOp);
        return (null, false);
    }

    private ulong ReadSqn(DocumentObject aka)
    {
        if (SecretText.Octets(aka, "sqn", 6, required: false, problems) is not { } octets) return 0;
        Span<byte> number = stackalloc byte[8];
        number.Clear();
        octets.CopyTo(number[2..]);
        return BinaryPrimitives.ReadUInt64BigEndian(number);
    }

    private void CheckTransportKey(DocumentObject aka)
    {
        var encrypted = s_encrypted.Any(aka.Has);
        if (encrypted && !aka.Has("transportKey"))
            problems.Add(aka.At("transportKey"), "is missing; name the transport key that the encrypted values are under");
        else if (!encrypted && aka.Has("transportKey"))
            problems.Add(aka.At("transportKey"), "stands beside no encrypted value; give encryptedK and encryptedOp or encryptedOpc, or remove it");
        // What stands here is not repeated: with the fields exchanged it would be a key.
        else if (aka.TryText("transportKey", required: false, out var name) && !transportKeys.Contains(name))
            problems.Add(aka.At("transportKey"), "is no transport key of this server; it is one of "
                + (transportKeys.Names.IsEmpty ? "none (Provisioning:TransportKeysFile)" : string.Join(", ", transportKeys.Names.Take(10))));
    }

    private Secret? Clear(DocumentObject aka, string name) =>
        SecretText.Octets(aka, name, KeyLengthBytes, required: true, problems) is { } octets ? new Secret(octets) : null;

    private Secret? Decrypted(DocumentObject aka, string name) =>
        SecretText.Octets(aka, name, KeyLengthBytes, required: true, problems) is { } octets
        && aka.Has("transportKey") && aka.TryText("transportKey", required: true, out var key) ? transportKeys.Decrypt(key, octets) : null;
}
