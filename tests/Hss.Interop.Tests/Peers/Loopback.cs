using System.Net;

namespace Hss.Interop.Tests.Peers;

/// <summary>The addresses of these tests: 127.0.0.x, or another 127.x.y by INTEROP_NET, so that two runs fit on one machine.</summary>
internal static class Loopback
{
    public static string Net { get; } = Environment.GetEnvironmentVariable("INTEROP_NET") ?? "127.0.0";

    public static IPAddress Hss { get; } = Address(10);

    /// <summary>For the tests that start and kill their own server.</summary>
    public static IPAddress SecondHss { get; } = Address(11);

    public static IPAddress Icscf { get; } = Address(30);

    public static IPAddress Scscf { get; } = Address(31);

    /// <summary>Between the CSCFs and the HSS.</summary>
    public static IPAddress CscfTap { get; } = Address(32);

    public static IPAddress ApplicationServer { get; } = Address(40);

    public static IPAddress UserEquipment { get; } = Address(50);

    /// <summary>For the HSS behind relays, so that it can run beside the Kamailio rig's.</summary>
    public static IPAddress RelayedHss { get; } = Address(12);

    /// <summary>For the clients of the provisioning API: in clear, and over TLS.</summary>
    public static IPAddress ProvisionedHss { get; } = Address(13);

    public static IPAddress SecuredHss { get; } = Address(14);

    /// <summary>For the HSS that application servers speak Sh with.</summary>
    public static IPAddress ShHss { get; } = Address(15);

    /// <summary>Two of another stack.</summary>
    public static IPAddress ErlangServer { get; } = Address(41);

    public static IPAddress SecondErlangServer { get; } = Address(42);

    public static IPAddress Relay { get; } = Address(60);

    public static IPAddress SecondRelay { get; } = Address(61);

    /// <summary>Between a relay and the HSS.</summary>
    public static IPAddress Tap { get; } = Address(62);

    public static IPAddress SecondTap { get; } = Address(63);

    private static IPAddress Address(int host) => IPAddress.Parse($"{Net}.{host}");
}
