using System.Buffers.Binary;
using Hss.Authentication;

namespace Hss.Simulation.Tests;

/// <summary>A phone with a USIM: the array of TS 33.102 C.2.2 with 32 elements and the jump limit Delta, and what may excuse a challenge it refuses.</summary>
/// Order: under the gate of the storm.
internal sealed class SimulatedUe
{
    public const int IndBits = 5;

    private const ulong Delta = 1UL << 28;

    private readonly MilenageKey _key;
    private readonly ulong[] _elements = new ulong[1 << IndBits];
    private readonly ulong[] _own = new ulong[1 << IndBits];
    private readonly ulong _provisionedSeq;
    private readonly HashSet<ulong> _issued = [];
    private ulong _sqnMs;
    private int _repairedBefore;

    public SimulatedUe(string privateIdentity, string publicIdentity, int set, byte[] k, byte[] opc, ulong provisionedSeq)
    {
        (PrivateIdentity, PublicIdentity, Set, _provisionedSeq) = (privateIdentity, publicIdentity, set, provisionedSeq);
        _key = new MilenageKey(new Secret(k), new Secret(opc));
        IsDesynchronised = provisionedSeq > Delta;
    }

    public string PrivateIdentity { get; }

    public string PublicIdentity { get; }

    public int Set { get; }

    /// <summary>Whether the next challenge may be out of range: another AuC was ahead, or the counter was provisioned beyond Delta.</summary>
    public bool IsDesynchronised { get; private set; }

    /// <summary>Counts the desynchronisations, so that a late AUTS of an older one is known.</summary>
    public int Generation { get; private set; }

    /// <summary>RAND and AUTS of the last challenge refused, with the S-CSCF that brought it; null when there is nothing to report.</summary>
    public (byte[] Authorization, string Server, int Generation)? Report { get; private set; }

    /// <summary>An older report, to be replayed.</summary>
    public (byte[] Authorization, string Server)? OldReport { get; private set; }

    /// <summary>The highest SEQ seen of the counter as it runs now.</summary>
    public ulong SeqSeen { get; private set; }

    public int Accepted { get; private set; }

    public void TakeReport()
    {
        if (Report is { } report) OldReport = (report.Authorization, report.Server);
        Report = null;
    }

    /// <summary>Makes as if vectors of another AuC had been accepted in all elements.</summary>
    public void JumpAhead(ulong by)
    {
        ulong seq = (_sqnMs >> IndBits) + by;
        Array.Fill(_elements, seq);
        Array.Clear(_own);
        _sqnMs = (seq << IndBits) | (uint)_own.Length - 1;
        IsDesynchronised = true;
        Generation++;
        Report = null;
    }

    /// <summary>The SQN of a challenge for this key; null when its MAC is not of this key, RAND and SQN.</summary>
    public ulong? SqnOf(ReadOnlySpan<byte> challenge)
    {
        ReadOnlySpan<byte> rand = challenge[..16], autn = challenge[16..];
        ulong sqn = (BinaryPrimitives.ReadUInt64BigEndian(autn) >> 16) ^ Milenage.F5(_key, rand);
        ulong mac = Milenage.F1(_key, rand, sqn, BinaryPrimitives.ReadUInt16BigEndian(autn[6..]));
        return mac == BinaryPrimitives.ReadUInt64BigEndian(autn[8..]) ? sqn : null;
    }

    /// <summary>A vector left the HSS. What is wrong with its SQN, or null.</summary>
    public string? Issue(Operation operation, ulong sqn)
    {
        ulong seq = sqn >> IndBits;
        if (!_issued.Add(seq)) return $"SEQ {seq} was issued twice";

        // A counter provisioned beyond Delta is lowered once, by the first resynchronisation that gets through.
        bool isOfOldCounter = _provisionedSeq > Delta && seq > _provisionedSeq;
        if (isOfOldCounter) return null;
        if (seq <= operation.SeqSeen) return $"SEQ {seq} was issued to a request that was sent after SEQ {operation.SeqSeen} was seen";
        SeqSeen = Math.Max(SeqSeen, seq);
        return null;
    }

    /// <summary>The challenge reaches the USIM. What is wrong when it is refused without an excuse, or null.</summary>
    public string? Challenge(Operation operation, ReadOnlySpan<byte> challenge, ulong sqn, int numberNow)
    {
        ulong seq = sqn >> IndBits;
        int ind = (int)(sqn & (ulong)(_elements.Length - 1));
        ulong seqMs = _sqnMs >> IndBits;
        bool isInRange = seq > _elements[ind] && (seq <= seqMs || seq - seqMs <= Delta);
        bool repairsNow = operation.Repairs == Generation;
        if (isInRange)
        {
            _elements[ind] = _own[ind] = seq;
            if (seq > seqMs) _sqnMs = sqn;
            Accepted++;
            if (!repairsNow || !IsDesynchronised) return null;
            IsDesynchronised = false;
            _repairedBefore = numberNow;
            return null;
        }

        byte[] authorization = [.. challenge[..16], .. new byte[Resynchronisation.AutsLengthBytes]];
        Resynchronisation.WriteAuts(_key, challenge[..16], _sqnMs, authorization.AsSpan(16));
        Report = (authorization, operation.Server, Generation);

        // It came too late: another one of the same element, with a higher SEQ, arrived before it.
        if (_own[ind] >= seq) return null;
        if (IsDesynchronised && !repairsNow) return null;
        if (operation.Number < _repairedBefore) return null;
        return $"the USIM refuses SEQ {seq} in IND {ind}: its element is at {_elements[ind]}, SEQ_MS {seqMs}"
            + (repairsNow ? ", though the request reported its AUTS" : "");
    }
}
