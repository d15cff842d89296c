namespace Hss.Provisioning.Access;

/// <summary>Who may call besides those with tokens, and how much one caller may ask for.</summary>
public sealed record AccessOptions
{
    public IReadOnlyList<CertificateRole> Certificates { get; init; } = [];

    /// <summary>Calls of one caller in one second; as many may come at once.</summary>
    public int MaxRequestsPerSecond { get; init; } = 20_000;

    /// <summary>Calls of one caller that are worked on at one time; a stream is one.</summary>
    public int MaxRequestsInFlight { get; init; } = 1_000;
}
