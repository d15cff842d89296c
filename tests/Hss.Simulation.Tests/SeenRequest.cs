using Hss.Diameter;

namespace Hss.Simulation.Tests;

/// <summary>One request of the node as S-CSCFs and relays see it, with all attempts to deliver it.</summary>
internal sealed class SeenRequest(byte[] first)
{
    private readonly HashSet<CscfConnection> _over = [];
    private int _unmarked;

    /// <summary>Attempts that were answered with "cannot deliver".</summary>
    public int Refusals { get; set; }

    /// <summary>An attempt arrived. What is wrong with it, or null.</summary>
    /// The T bit may be missing only where every earlier attempt was refused: so once more often than there are refusals (RFC 6733 3).
    public string? Arrived(CscfConnection connection, byte[] request, bool isMarked)
    {
        if (!_over.Add(connection)) return "a request came twice over one connection";
        if (!request.AsSpan(DiameterHeader.SizeBytes).SequenceEqual(first.AsSpan(DiameterHeader.SizeBytes))) return "two attempts of one request differ";
        if (!isMarked) _unmarked++;
        return _unmarked <= Refusals + 1 ? null : "an attempt that may be a copy has no T bit";
    }
}
