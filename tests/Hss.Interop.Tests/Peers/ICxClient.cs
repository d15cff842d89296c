using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>Whoever sends Cx requests: one connection, or an S-CSCF that has several.</summary>
internal interface ICxClient
{
    /// <summary>A Cx request: what all of them begin with, then <paramref name="avps"/>.</summary>
    Task<DiameterAnswer> CxAsync(uint command, Action<MessageWriter> avps);
}
