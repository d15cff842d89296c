namespace Hss.Subscribers;

/// <summary>Transparent data: what application servers keep here and only they understand.</summary>
/// Shape: PublicIdentity is the identity it was stored under, as provisioned; every identity of its alias set is a key of it. ServiceData are the
/// octets between the tags of ServiceData as they came (UTF-8), never empty. SequenceNumber: 0 to 65535.
/// Units: at most <see cref="MaxServiceDataBytes"/>. Spec: TS 29.328 7.6.1, 6.1.2, 6.1.2.1.
public sealed record RepositoryData(string PublicIdentity, string ServiceIndication, ushort SequenceNumber, ReadOnlyMemory<byte> ServiceData)
{
    /// <summary>The most that an operator may allow for one piece: with its frame it must fit a PNR and an answer of 64 KiB.</summary>
    public const int MaxServiceDataBytes = 48 * 1024;

    /// <summary>The number that an update must bear. Order: 0 only at creation, then 1 to 65535, then 1 again.</summary>
    /// Spec: TS 29.328 6.1.2.1 step 6: (s - 1) = (n mod 65535).
    public static ushort Next(ushort current) => (ushort)((current % 65_535) + 1);
}
