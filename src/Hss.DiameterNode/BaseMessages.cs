using System.Net;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>Writes the messages of the peer protocol.</summary>
/// Spec: RFC 6733 5.3 (CER, CEA), 5.4 (DPR, DPA), 5.5 (DWR, DWA), 3 (identifiers).
internal sealed class BaseMessages
{
    private readonly NodeOptions _options;
    private readonly NodeIdentity _identity;
    private readonly MessageIdentifiers _identifiers;
    private readonly IReadOnlyList<DiameterApplication> _applications;

    public BaseMessages(NodeOptions options, NodeIdentity identity, MessageIdentifiers identifiers, IReadOnlyList<DiameterApplication> applications)
    {
        _options = options;
        _identity = identity;
        _identifiers = identifiers;
        _applications = applications;
    }

    /// <summary>The CER: the whole of this node's capabilities.</summary>
    public MessageWriter CapabilitiesExchangeRequest(IPAddress? localAddress, out uint hopByHopId)
    {
        MessageWriter writer = BeginRequest(BaseCommands.CapabilitiesExchange);
        hopByHopId = DiameterHeader.Read(writer.Written.Span).HopByHopId;
        WriteNode(writer, localAddress);
        WriteCapabilities(writer);
        writer.End();
        return writer;
    }

    /// <summary>The CEA, to an accepted CER or to one that is refused.</summary>
    /// 3xxx go out as answer-message with the E bit (RFC 6733 7.2). All others show the whole of this node's capabilities.
    public MessageWriter CapabilitiesExchangeAnswer(
        in DiameterHeader request, IPAddress? localAddress, ResultCode code, ReadOnlySpan<byte> failedAvp, string errorMessage)
    {
        MessageWriter writer = BeginAnswer(request, code);
        if (!AnswerForm.IsProtocolError(code)) WriteNode(writer, localAddress);
        WriteFault(writer, failedAvp, errorMessage);
        if (!AnswerForm.IsProtocolError(code)) WriteCapabilities(writer);
        writer.End();
        return writer;
    }

    /// <summary>The DWA.</summary>
    public MessageWriter DeviceWatchdogAnswer(in DiameterHeader request)
    {
        MessageWriter writer = BeginAnswer(request, ResultCode.Success);
        writer.WriteUnsigned32(Avp.OriginStateId, _identity.OriginStateId);
        writer.End();
        return writer;
    }

    /// <summary>The DPA.</summary>
    public MessageWriter DisconnectPeerAnswer(in DiameterHeader request)
    {
        MessageWriter writer = BeginAnswer(request, ResultCode.Success);
        writer.End();
        return writer;
    }

    /// <summary>An answer to a request of the peer protocol that breaks its grammar.</summary>
    public MessageWriter Refusal(in DiameterHeader request, ResultCode code, ReadOnlySpan<byte> failedAvp)
    {
        MessageWriter writer = BeginAnswer(request, code);
        WriteFault(writer, failedAvp, "");
        writer.End();
        return writer;
    }

    /// <summary>A DWR.</summary>
    public MessageWriter DeviceWatchdogRequest()
    {
        MessageWriter writer = BeginRequest(BaseCommands.DeviceWatchdog);
        writer.WriteUnsigned32(Avp.OriginStateId, _identity.OriginStateId);
        writer.End();
        return writer;
    }

    /// <summary>A DPR.</summary>
    public MessageWriter DisconnectPeerRequest(DisconnectCause cause)
    {
        MessageWriter writer = BeginRequest(BaseCommands.DisconnectPeer);
        writer.WriteEnumerated(Avp.DisconnectCause, cause);
        writer.End();
        return writer;
    }

    private void WriteNode(MessageWriter writer, IPAddress? localAddress)
    {
        writer.WriteAddress(Avp.HostIpAddress, ToWire(localAddress));
        writer.WriteUnsigned32(Avp.VendorId, _options.VendorId);
        writer.WriteText(Avp.ProductName, _options.ProductName);
        writer.WriteUnsigned32(Avp.OriginStateId, _identity.OriginStateId);
    }

    private void WriteCapabilities(MessageWriter writer)
    {
        foreach (uint vendor in _options.SupportedVendorIds) writer.WriteUnsigned32(Avp.SupportedVendorId, vendor);
        foreach (DiameterApplication application in _applications)
        {
            if (application.VendorId == 0) writer.WriteUnsigned32(Avp.AuthApplicationId, application.Id);
        }

        // Kamailio routes to a peer only when it finds the pair {10415, application} here. RFC 6733 6.11 has one Vendor-Id per group,
        // so the second vendor TS 29.229 5.6 asks for is a group of its own, behind the first.
        foreach (DiameterApplication application in _applications)
        {
            if (application.VendorId == 0) continue;
            foreach (uint vendor in application.FurtherVendorIds.Prepend(application.VendorId))
            {
                writer.BeginGroup(Avp.VendorSpecificApplicationId);
                writer.WriteUnsigned32(Avp.VendorId, vendor);
                writer.WriteUnsigned32(Avp.AuthApplicationId, application.Id);
                writer.EndGroup();
            }
        }

        if (_options.FirmwareRevision is { } revision) writer.WriteUnsigned32(Avp.FirmwareRevision, revision);
    }

    private MessageWriter BeginAnswer(in DiameterHeader request, ResultCode code)
    {
        DiameterHeader header = request.ToAnswer();
        if (AnswerForm.IsProtocolError(code)) header = header with { Flags = header.Flags | CommandFlags.Error };
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(header);
        writer.WriteUnsigned32(Avp.ResultCode, (uint)code);
        WriteOrigin(writer);
        return writer;
    }

    private MessageWriter BeginRequest(uint commandCode)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader
        {
            Flags = CommandFlags.Request,
            CommandCode = commandCode,
            HopByHopId = _identifiers.NextHopByHopId(),
            EndToEndId = _identifiers.NextEndToEndId(),
        });
        WriteOrigin(writer);
        return writer;
    }

    private void WriteOrigin(MessageWriter writer)
    {
        writer.WriteRawAvp(_identity.OriginHost);
        writer.WriteRawAvp(_identity.OriginRealm);
    }

    private static void WriteFault(MessageWriter writer, ReadOnlySpan<byte> failedAvp, string errorMessage)
    {
        if (errorMessage.Length > 0) writer.WriteText(Avp.ErrorMessage, errorMessage);
        if (failedAvp.IsEmpty) return;
        writer.BeginGroup(Avp.FailedAvp);
        writer.WriteRawAvp(failedAvp);
        writer.EndGroup();
    }

    // Host-IP-Address is required (RFC 6733 5.3.2); a transport without an IP address is on this machine.
    private static IPAddress ToWire(IPAddress? address) => address switch
    {
        null => IPAddress.Loopback,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        _ => address,
    };
}
