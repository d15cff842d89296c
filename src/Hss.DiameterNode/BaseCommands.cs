namespace Hss.DiameterNode;

/// <summary>The commands of the peer protocol. Spec: RFC 6733 3.1.</summary>
internal static class BaseCommands
{
    public const uint CapabilitiesExchange = 257;
    public const uint DeviceWatchdog = 280;
    public const uint DisconnectPeer = 282;
}
