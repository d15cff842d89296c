namespace Hss.Subscribers;

/// <summary>What a caller may do. Spec: docs/security.md, "Who may provision".</summary>
public enum AccessRole
{
    Reader = 1,
    Provisioner = 2,
    AuthenticationAdmin = 3,
    Operator = 4,
}

/// <summary>A bearer token as the store keeps it: its text is not among this.</summary>
/// <param name="Hash">SHA-256 of the text, which holds 256 random bits: nothing slower is needed.</param>
public sealed record AccessToken(
    string Name, ReadOnlyMemory<byte> Hash, AccessRole Role, DateTimeOffset Created, DateTimeOffset? Expires, string CreatedBy);
