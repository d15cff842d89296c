using System.Buffers.Binary;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.Fuzz.Tests;

/// <summary>What a peer may expect of its connection: which of the octets it sends are owed an answer, and when the node closes.</summary>
/// Shape: the rules of the peer state machine (RFC 6733 5.6, as its remarks in the product argue them), written down a second time.
/// The codec is trusted here; it has its own fuzz.
internal sealed class PeerModel
{
    private const uint CapabilitiesExchange = 257;
    private const uint DeviceWatchdog = 280;
    private const uint DisconnectPeer = 282;

    /// <summary>How much is read of a message that is too long.</summary>
    private const int HeadBytes = 1024;

    public enum ConnectionState
    {
        WaitCer,
        Open,

        /// <summary>A DPR was accepted: requests are still answered, with 3004, until the peer closes.</summary>
        Closing,

        /// <summary>The node reads no more and closes when it has answered.</summary>
        Closed,
    }

    public ConnectionState State { get; private set; } = ConnectionState.Open;

    /// <summary>Whether octets are left that are no whole message: what is sent next would be misread.</summary>
    public bool HasTail { get; private set; }

    public static PeerModel WaitingForCer => new() { State = ConnectionState.WaitCer };

    /// <summary>The requests among these octets that are owed exactly one answer each.</summary>
    public List<byte[]> Feed(ReadOnlySpan<byte> octets)
    {
        List<byte[]> owed = [];
        while (State != ConnectionState.Closed && octets.Length >= 4)
        {
            int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(octets) & 0xFFFFFF);
            if (length > DiameterLimits.MaxFrameLengthBytes && octets[0] == DiameterHeader.CurrentVersion && State != ConnectionState.WaitCer)
            {
                // Answered by its beginning, and passed over.
                if (octets.Length < HeadBytes) break;
                byte[] head = octets[..HeadBytes].ToArray();
                if (DiameterHeader.Read(head).IsRequest) owed.Add(head);
                HasTail = octets.Length < length;
                if (HasTail) return owed;
                octets = octets[length..];
                continue;
            }

            if (length is < DiameterHeader.SizeBytes or > DiameterLimits.MaxFrameLengthBytes)
            {
                // Where the next message begins cannot be known.
                State = ConnectionState.Closed;
                break;
            }

            if (octets.Length < length) break;
            byte[] message = octets[..length].ToArray();
            if (Take(message)) owed.Add(message);
            octets = octets[length..];
        }

        HasTail = !octets.IsEmpty;
        return owed;
    }

    /// <summary>Whether the message is owed an answer.</summary>
    private bool Take(byte[] message)
    {
        DiameterHeader header = DiameterHeader.Read(message);

        // A header that cannot be trusted belongs to no command; it is answered with its own fault.
        bool isTrusted = header.Version == 1 && header.LengthBytes % 4 == 0;
        uint command = isTrusted && header.ApplicationId == ApplicationIds.Base ? header.CommandCode : 0;
        if (State == ConnectionState.WaitCer) return TakeFirst(header, isTrusted, command);

        switch (command, header.IsRequest)
        {
            case (DisconnectPeer, true):
                if (IsGoodDisconnect(message)) State = ConnectionState.Closing;
                break;
            case (DisconnectPeer, false) when State == ConnectionState.Closing:
                State = ConnectionState.Closed;
                break;
        }

        return header.IsRequest;
    }

    private bool TakeFirst(DiameterHeader header, bool isTrusted, uint command)
    {
        bool isCer = command == CapabilitiesExchange && header.IsRequest;

        // Whether a damaged CER is accepted is for its own test to look at; for all else the connection is over.
        State = isCer ? ConnectionState.Open : ConnectionState.Closed;
        return isCer || (header.IsRequest && (!isTrusted || header.IsError));
    }

    // The P bit is not held against a peer (no DPR is ever proxied).
    private static bool IsGoodDisconnect(byte[] message)
    {
        byte[] read = [.. message];
        read[4] &= 0xBF;
        return DisconnectPeerRequest.TryParse(read, out _, out _);
    }

    /// <summary>Commands that the node answers without a procedure.</summary>
    public static bool IsOfPeerProtocol(DiameterHeader header) =>
        header.ApplicationId == ApplicationIds.Base && header.CommandCode is CapabilitiesExchange or DeviceWatchdog or DisconnectPeer;
}
