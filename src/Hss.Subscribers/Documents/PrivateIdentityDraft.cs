using System.Collections.Immutable;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>A private identity as its document has it. What stands under aka or sipDigest without a key takes the key of the store.</summary>
/// Spec: TS 33.102 6.3 (the counter belongs to the key), RFC 7616 3.4.2 (HA1 contains user name and realm).
internal sealed class PrivateIdentityDraft
{
    /// <summary>Null Key: the stored one stays.</summary>
    public sealed record AkaPart(AkaCredentials? Key, ushort? Amf, ulong Sqn);

    /// <summary>Null Ha1: the stored ones stay.</summary>
    public sealed record DigestPart(DigestCredentials? Ha1, string? Realm, bool KeepsPassword);

    public required DocumentPath Path { get; init; }

    public required string Identity { get; init; }

    public AkaPart? Aka { get; init; }

    public DigestPart? Digest { get; init; }

    public ImmutableArray<string> LineIdentifiers { get; init; } = [];

    public FramedAddress? FramedAddress { get; init; }

    public required Numbering Numbering { get; init; }

    /// <summary>Scheme names with their places; null: what the credentials can do.</summary>
    public IReadOnlyList<(string Name, DocumentPath Path)>? AllowedSchemes { get; init; }

    public string? DefaultScheme { get; init; }

    public bool PrivilegedSender { get; init; }

    public bool NeedsStored => Aka is { Key: null } || Digest is { Ha1: null };

    /// <summary>Null and problems when a key stands neither here nor in the store.</summary>
    public PrivateIdentity? Complete(PrivateIdentity? stored, ProblemList problems)
    {
        var before = problems.Count;
        var credentials = new Credentials(CompleteAka(stored?.Credentials.Aka, problems), CompleteDigest(stored?.Credentials.Digest, problems))
        {
            LineIdentifiers = LineIdentifiers,
            FramedAddress = FramedAddress,
        };
        if (problems.Count > before) return null;
        var schemes = new SchemeReader(problems);
        var allowed = schemes.ReadAllowed(AllowedSchemes, credentials);
        return Numbering.Of(new()
        {
            Identity = Identity,
            Credentials = credentials,
            AllowedSchemes = allowed,
            DefaultScheme = schemes.ReadDefault(DefaultScheme, Path.Field("defaultScheme"), credentials, allowed),
            // The counter of a key that stays is the store's, whatever the document says.
            InitialSqn = Aka switch { null => 0, { Key: null } => stored!.InitialSqn, _ => Aka.Sqn },
            PrivilegedSender = PrivilegedSender,
        });
    }

    private AkaCredentials? CompleteAka(AkaCredentials? stored, ProblemList problems)
    {
        if (Aka is null or { Key: not null }) return Aka?.Key;
        if (stored is not null) return Aka.Amf is { } amf ? stored with { Amf = amf } : stored;
        problems.Add(Path.Field("aka"), $"private identity {DocumentText.Quote(Identity)} has no key here and none in the store; give k and op or opc");
        return null;
    }

    private DigestCredentials? CompleteDigest(DigestCredentials? stored, ProblemList problems)
    {
        if (Digest is null or { Ha1: not null }) return Digest?.Ha1;
        var path = Path.Field("sipDigest");
        if (stored is null)
            problems.Add(path, $"private identity {DocumentText.Quote(Identity)} has no password here and none in the store; give password or ha1Md5");
        else if (Digest.Realm is { } realm && realm != stored.Realm)
            problems.Add(path.Field("realm"), $"{DocumentText.Quote(realm)} is not the stored realm {DocumentText.Quote(stored.Realm)}, which HA1 contains; "
                + "give password or ha1Md5 with the new realm, or leave the realm as it is");
        else if (Digest.KeepsPassword && stored.Password is null)
            problems.Add(path.Field("keepPasswordForLegacyDigestMd5"), "needs the clear password, which the store does not have; give password");
        // A clear password stays only as long as the document asks for it.
        else return Digest.KeepsPassword || stored.Password is null ? stored : stored with { Password = null };
        return null;
    }
}
