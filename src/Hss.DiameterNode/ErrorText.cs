using System.Globalization;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Error-Message: what is wrong, in a few words for whoever reads a trace at the other end.</summary>
/// Shape: names of AVPs, commands and hosts; of values only those the sender gave for routing, and no more of them than fits a line.
/// Nothing of the subscriber, nothing of this node's configuration. Spec: RFC 6733 7.3 (for people, not for programs).
internal static class ErrorText
{
    private const int MaxNameChars = 64;

    /// <summary>The text of a request that got to its command, or failed to.</summary>
    public static string Of(ResultCode code, in DiameterHeader header, ReadOnlySpan<byte> frame, in RequestAvps avps, ReadOnlySpan<byte> failedAvp) => code switch
    {
        ResultCode.CommandUnsupported => string.Create(CultureInfo.InvariantCulture, $"command {header.CommandCode} is not supported"),
        ResultCode.ApplicationUnsupported => string.Create(CultureInfo.InvariantCulture, $"application {header.ApplicationId} is not supported"),
        ResultCode.UnableToDeliver => $"host {Short(avps.DestinationHost(frame))} is not reachable here",
        ResultCode.RealmNotServed => $"realm {Short(avps.DestinationRealm(frame))} is not served",
        ResultCode.LoopDetected => "this node stands in Route-Record",
        ResultCode.TooBusy => "too many requests in work",
        ResultCode.InvalidHdrBits => "the flags do not fit the command",
        ResultCode.UnsupportedVersion => string.Create(CultureInfo.InvariantCulture, $"version {header.Version} is not supported"),
        ResultCode.InvalidMessageLength => "the message length is no multiple of four",
        ResultCode.UnableToComply => "the request could not be carried out",
        _ when failedAvp.IsEmpty => "",
        ResultCode.AvpUnsupported => $"{NameOf(failedAvp)} is not supported",
        ResultCode.MissingAvp => $"{NameOf(failedAvp)} is missing",
        ResultCode.InvalidAvpValue => $"the value of {NameOf(failedAvp)} is invalid",
        ResultCode.InvalidAvpLength => $"the length of {NameOf(failedAvp)} is wrong",
        ResultCode.AvpOccursTooManyTimes => $"{NameOf(failedAvp)} occurs too often",
        ResultCode.AvpNotAllowed => $"{NameOf(failedAvp)} is not allowed",
        ResultCode.InvalidAvpBits or ResultCode.InvalidAvpBitCombo => $"the flags of {NameOf(failedAvp)} are wrong",
        _ => "",
    };

    private static string NameOf(ReadOnlySpan<byte> avp)
    {
        AvpReader reader = new(avp);
        if (!reader.Read()) return "an AVP";
        return DiameterDictionary.Find(reader.Key)?.Name
            ?? string.Create(CultureInfo.InvariantCulture, $"AVP {reader.Code}{(reader.VendorId == 0 ? "" : $" of vendor {reader.VendorId}")}");
    }

    private static string Short(ReadOnlySpan<byte> name)
    {
        string text = LoggedText.Of(name);
        return text.Length <= MaxNameChars ? text : text[..MaxNameChars];
    }
}
