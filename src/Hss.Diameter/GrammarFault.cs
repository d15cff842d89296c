namespace Hss.Diameter;

/// <summary>The first fault of a message: what to answer and what to show in Failed-AVP.</summary>
/// Shape: <see cref="FailedAvp"/> holds header and data of one AVP, without padding and with a length that is true, to be put
/// inside the Failed-AVP; empty for a fault of the message header. Spec: RFC 6733 7.1 and 7.5.
public readonly struct GrammarFault
{
    internal GrammarFault(ResultCode code, ReadOnlyMemory<byte> failedAvp = default)
    {
        Code = code;
        FailedAvp = failedAvp;
    }

    /// <summary>What to answer; <see cref="ResultCode.None"/> when there is no fault.</summary>
    public ResultCode Code { get; }

    /// <summary>What to put inside Failed-AVP.</summary>
    public ReadOnlyMemory<byte> FailedAvp { get; }

    /// <inheritdoc/>
    public override string ToString() => FailedAvp.IsEmpty ? $"{(uint)Code} {Code}" : $"{(uint)Code} {Code}: {MessageText.OfAvp(FailedAvp.Span)}";
}
