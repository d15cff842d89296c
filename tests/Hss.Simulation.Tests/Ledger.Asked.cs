using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

// What the node asks of S-CSCFs, and what they answer.
internal sealed partial class Ledger
{
    private readonly Dictionary<(Machine Machine, uint EndToEndId), SeenRequest> _asked = [];

    /// <summary>A request of the node arrived at an S-CSCF, or at a relay that answers in its place.</summary>
    public void AskedBy(CscfConnection connection, byte[] request, string destination)
    {
        lock (_gate)
        {
            DiameterHeader header = DiameterHeader.Read(request);
            if (!connection.IsRelay && destination != connection.Cscf) FailHere($"{connection.Cscf} was asked what is for {destination}");
            if (destination == RequestMaker.Kamailio && header.CommandCode == PushProfileRequest.CommandCode) FailHere("a PPR went to an S-CSCF that takes none");
            (Machine, uint) key = (connection.Machine, header.EndToEndId);
            if (!_asked.TryGetValue(key, out SeenRequest? seen)) _asked[key] = seen = new SeenRequest(request);
            else AskedAgain++;
            Asked++;
            if (seen.Arrived(connection, request, (header.Flags & CommandFlags.Retransmitted) != 0) is { } wrong) FailHere($"{wrong}, to {destination} over {connection.Cscf}");
        }
    }

    /// <summary>An S-CSCF answers a request of the node.</summary>
    public bool Answering(CscfConnection connection, CxJobKind kind, string host, string user, string asked, uint code, IReadOnlyCollection<string> kept)
    {
        lock (_gate)
        {
            if (connection.Machine.IsDead) return false;
            _jobs.Answered(kind, host, user, asked, code, kept);
            return true;
        }
    }

    /// <summary>A relay says that it cannot deliver.</summary>
    public void Refusing(CscfConnection connection, byte[] request)
    {
        lock (_gate) _asked[(connection.Machine, DiameterHeader.Read(request).EndToEndId)].Refusals++;
    }
}
