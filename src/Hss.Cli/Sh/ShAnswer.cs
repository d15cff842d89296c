using System.Text;
using Hss.Diameter;

namespace Hss.Cli.Sh;

/// <summary>UDA, PUA or SNA: what it says, by the names of the standards.</summary>
internal sealed class ShAnswer
{
    private readonly ReadOnlyMemory<byte> _frame;
    private readonly uint _result;
    private readonly uint _experimental;

    /// <param name="frame">A whole answer; the node has checked its grammar.</param>
    public ShAnswer(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        _result = Number(Find(Avp.ResultCode));
        var experimental = Find(Avp.ExperimentalResult);
        _experimental = experimental.IsPresent ? Number(AvpOccurrences.FindIn(experimental, Avp.ExperimentalResultCode).First) : 0;
    }

    /// <summary>UDA, PUA, SNA.</summary>
    public string Command => DiameterHeader.Read(_frame.Span).CommandCode switch { 306 => "UDA", 307 => "PUA", 308 => "SNA", _ => "answer" };

    public uint Code => _result != 0 ? _result : _experimental;

    /// <summary>Of two numbers of the same value it is this that tells them apart.</summary>
    public bool IsExperimental => _result == 0;

    public bool IsSuccess => Code is >= 2000 and < 3000;

    public string OriginHost => Find(Avp.OriginHost).ToText();

    /// <summary>Empty: none.</summary>
    public ReadOnlyMemory<byte> UserData => Find(Avp.ShUserData).Memory;

    public DateTimeOffset? Expiry => Find(Avp.ExpiryTime) is { IsPresent: true, Span.Length: sizeof(uint) } time ? time.ToTime() : null;

    public string ErrorMessage => Find(Avp.ErrorMessage).ToText();

    /// <summary>Empty: none.</summary>
    public string FailedAvp => Find(Avp.FailedAvp) is { IsPresent: true } failed ? MessageText.OfAvp(failed.Span).Trim() : "";

    /// <summary>DIAMETER_ERROR_USER_UNKNOWN and the like; of a number that is not known, the number.</summary>
    public string Name => (IsExperimental ? Enum.GetName((ExperimentalResultCode)Code) : Enum.GetName((ResultCode)Code)) is { } name ? Standard(name) : $"{Code}";

    public int ExitCode => IsSuccess ? ExitCodes.Done : (IsExperimental, Code) switch
    {
        (true, (uint)ExperimentalResultCode.ErrorUserUnknown) => ExitCodes.NotFound,
        (true, >= (uint)ExperimentalResultCode.ErrorUserDataCannotBeRead and <= (uint)ExperimentalResultCode.ErrorUserDataCannotBeNotified) => ExitCodes.NotAllowed,
        (true, (uint)ExperimentalResultCode.UserDataNotAvailable or (uint)ExperimentalResultCode.PriorUpdateInProgress) => ExitCodes.Unavailable,
        (false, (uint)ResultCode.UnableToDeliver or (uint)ResultCode.TooBusy) => ExitCodes.Unavailable,
        _ => ExitCodes.Failed,
    };

    /// <summary>What the error stream says of a refusal, with the mend where there is one.</summary>
    public string Refusal
    {
        get
        {
            var text = new StringBuilder($"{OriginHost} refused: {Name} ({(IsExperimental ? "3GPP " : "")}{Code})");
            if (ErrorMessage.Length > 0) text.Append($": {ErrorMessage}");
            else if (IsExperimental && Mend is { Length: > 0 } mend) text.Append($"; {mend}");
            return text.ToString();
        }
    }

    private string Mend => (ExperimentalResultCode)Code switch
    {
        ExperimentalResultCode.ErrorUserDataCannotBeRead => "its permission list does not let this Origin-Host read the data",
        ExperimentalResultCode.ErrorUserDataCannotBeModified => "its permission list does not let this Origin-Host change the data",
        ExperimentalResultCode.ErrorUserDataCannotBeNotified => "its permission list does not let this Origin-Host subscribe to the data",
        ExperimentalResultCode.ErrorOperationNotAllowed => "the data cannot be had by this kind of identity, or there is nothing to change",
        ExperimentalResultCode.ErrorTransparentDataOutOfSync => "the data was changed meanwhile; get it again and put it with the next number",
        _ => "",
    };

    private AvpValue Find(AvpDefinition definition) => AvpOccurrences.Find(_frame, definition).First;

    private static uint Number(AvpValue value) => value is { IsPresent: true, Span.Length: sizeof(uint) } ? value.ToUnsigned32() : 0;

    // ErrorUserUnknown is DIAMETER_ERROR_USER_UNKNOWN.
    private static string Standard(string name)
    {
        var text = new StringBuilder("DIAMETER");
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter)) text.Append('_');
            text.Append(char.ToUpperInvariant(letter));
        }
        return text.ToString();
    }
}
