using System.Buffers.Binary;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>What answers tell a sender that reacts to overload.</summary>
/// Shape: OC-Supported-Features with the default algorithm; OC-OLR while there is an overload, and for one validity behind it with
/// validity 0, its end. A report with a number that is not higher than the last is passed over by its receiver (RFC 7683 5.2.1.3), so
/// each change has a new number, and one that goes on gets one before its validity is over. Numbers grow over restarts too: they are
/// the clock's milliseconds. Spec: RFC 7683 5.1, 7.
/// The report is a host report: this node can speak for itself, not for all who serve its realm (7.6).
internal sealed class OverloadReport
{
    private const ulong DefaultAlgorithm = 1;

    /// <summary>How long a report holds without a newer one; the RFC's own value (7.5).</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    private readonly ulong _number;
    private readonly long _madeAt;
    private readonly bool _hasReport;

    private OverloadReport(ulong number, long madeAt, int reductionPercent, bool hasReport)
    {
        _number = number;
        _madeAt = madeAt;
        _hasReport = hasReport;
        ReductionPercent = reductionPercent;
        Avps = AvpOctets.Of(Write);
    }

    /// <summary>What the report asks for; 0 for none.</summary>
    public int ReductionPercent { get; }

    /// <summary>The AVPs for the answers.</summary>
    public byte[][] Avps { get; }

    /// <summary>Nothing to report.</summary>
    public static OverloadReport None { get; } = new(0, 0, 0, hasReport: false);

    /// <summary>Whether a sender with this OC-Supported-Features takes these reports; without a vector it means the default algorithm.</summary>
    public static bool IsTaken(ReadOnlySpan<byte> supportedFeatures)
    {
        AvpReader reader = new(supportedFeatures);
        while (reader.Read())
        {
            if (reader.Key != Avp.OcFeatureVector.Key) continue;
            return reader.Data.Length == sizeof(ulong) && (BinaryPrimitives.ReadUInt64BigEndian(reader.Data) & DefaultAlgorithm) != 0;
        }

        return !reader.IsMalformed;
    }

    /// <summary>The report behind this one.</summary>
    public OverloadReport Next(int reductionPercent, TimeProvider time)
    {
        long now = time.GetTimestamp();
        TimeSpan age = time.GetElapsedTime(_madeAt, now);
        if (reductionPercent == ReductionPercent)
        {
            if (reductionPercent == 0) return _hasReport && age >= Validity ? new(_number, now, 0, hasReport: false) : this;
            if (age < Validity / 2) return this;
        }

        ulong clock = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        return new(Math.Max(clock, _number + 1), now, reductionPercent, hasReport: true);
    }

    private void Write(MessageWriter writer)
    {
        writer.BeginGroup(Avp.OcSupportedFeatures);
        writer.WriteUnsigned64(Avp.OcFeatureVector, DefaultAlgorithm);
        writer.EndGroup();
        if (!_hasReport) return;
        writer.BeginGroup(Avp.OcOlr);
        writer.WriteUnsigned64(Avp.OcSequenceNumber, _number);
        writer.WriteEnumerated(Avp.OcReportType, OcReportType.HostReport);
        writer.WriteUnsigned32(Avp.OcReductionPercentage, (uint)ReductionPercent);
        writer.WriteUnsigned32(Avp.OcValidityDuration, ReductionPercent == 0 ? 0 : (uint)Validity.TotalSeconds);
        writer.EndGroup();
    }
}
