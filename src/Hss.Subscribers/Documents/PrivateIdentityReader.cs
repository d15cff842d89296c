using System.Collections.Immutable;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads private identities with their credentials. Nothing in a message ever repeats what stands in aka or sipDigest.</summary>
/// Spec: TS 33.203 6.1 and Annex N, TS 29.229 6.3.9, TS 23.003 13.3.
internal sealed class PrivateIdentityReader(TransportKeys transportKeys, ProblemList problems)
{
    private static readonly string[] s_fields = ["identity", "aka", "sipDigest", "allowedSchemes", "defaultScheme", "privilegedSender",
        "lineIdentifiers", "framedAddress", .. NumberingReader.Fields];
    private static readonly string[] s_credentials = ["aka", "sipDigest", "lineIdentifiers", "framedAddress"];

    private readonly AkaReader _aka = new(transportKeys, problems);
    private readonly DigestReader _digest = new(problems);
    private readonly AccessNetworkReader _access = new(problems);
    private readonly NumberingReader _numbering = new(problems);

    /// <summary>Every identity that could be read, whatever is wrong with its credentials.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<PrivateIdentityDraft> ReadAll(DocumentObject document)
    {
        var identities = ImmutableArray.CreateBuilder<PrivateIdentityDraft>();
        foreach (var (value, path) in document.Items("privateIdentities", required: true))
            if (Read(value, path) is { } identity) identities.Add(identity);
        return identities.ToImmutable();
    }

    private PrivateIdentityDraft? Read(JsonElement value, DocumentPath path)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var identity = ReadIdentity(document);
        var aka = _aka.Read(document);
        var digest = _digest.Read(document, identity);
        var lines = _access.ReadLines(document);
        var address = _access.ReadAddress(document);
        var numbering = _numbering.Read(document);
        if (!s_credentials.Any(document.Has))
            problems.Add(path, "has neither aka nor sipDigest, lineIdentifiers or framedAddress; one is needed to authenticate, "
                + "an empty one {} keeps the key that is stored");
        var allowed = document.Has("allowedSchemes") ? document.Texts("allowedSchemes", required: true) : null;
        document.TryText("defaultScheme", required: false, out var usual);
        var privileged = document.Flag("privilegedSender", otherwise: false);
        var isNothing = aka is null && digest is null && lines.IsEmpty && address is null;
        if (identity is null || isNothing || (document.Has("aka") && aka is null) || (document.Has("sipDigest") && digest is null)) return null;
        return new()
        {
            Path = path,
            Identity = identity,
            Aka = aka,
            Digest = digest,
            LineIdentifiers = lines,
            FramedAddress = address,
            Numbering = numbering,
            AllowedSchemes = allowed,
            DefaultScheme = usual,
            PrivilegedSender = privileged,
        };
    }

    private string? ReadIdentity(DocumentObject document)
    {
        if (!document.TryText("identity", required: true, out var text, CanonicalIdentity.MaxLengthBytes)) return null;
        if (!CanonicalIdentity.TryPrivate(text, out var canonical, out var problem))
        {
            problems.Add(document.At("identity"), $"{DocumentText.Quote(text)} {problem}");
            return null;
        }
        if (!canonical.Contains('@', StringComparison.Ordinal))
            problems.Warn(document.At("identity"), "has no realm; TS 23.003 13.3 wants user@realm");
        if (!canonical.Equals(text, StringComparison.Ordinal))
            problems.Warn(document.At("identity"),
                $"is stored as {DocumentText.Quote(canonical)}; a phone that spells it otherwise computes another SIP Digest");
        if (Names.Add(canonical)) return canonical;
        problems.Add(document.At("identity"), $"{DocumentText.Quote(canonical)} stands in this document twice; remove one");
        return null;
    }
}
