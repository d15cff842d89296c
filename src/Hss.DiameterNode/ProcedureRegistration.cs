using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Serves one request: decides, writes the answer's AVPs and sets its result.</summary>
/// Order: ends after the answer is complete; it is sent when the returned task has ended. Errors: an exception, no result, or no
/// end before the deadline make the node answer 5012 instead. The request and <paramref name="answer"/> must not be used after the
/// end: their buffers go to other requests. <paramref name="cancellationToken"/> is cancelled at the deadline.
public delegate ValueTask Procedure<in TRequest>(TRequest request, Answer answer, CancellationToken cancellationToken)
    where TRequest : struct, IDiameterCommand<TRequest>;

/// <summary>A command and the procedure that serves it.</summary>
public abstract class ProcedureRegistration
{
    private protected ProcedureRegistration()
    {
    }

    /// <summary>Top level AVPs of the request that every answer repeats byte for byte, the node's own error answers too.</summary>
    /// Shape: of each the first one, in the order listed here. An empty one is left out (an empty AVP makes Kamailio drop the message).
    public IReadOnlyList<AvpDefinition> EchoedAvps { get; init; } = [];

    /// <summary>Whether a copy of a request (RFC 6733 3, T bit) gets the answer again that the request got, instead of being carried out again.</summary>
    /// Only for commands that change something: remembering costs memory, and looking up twice is as good as once.
    public bool RemembersAnswers { get; init; }

    /// <summary>The grammar of the request.</summary>
    public abstract CommandGrammar Grammar { get; }

    /// <summary>Reads the request by its grammar and, when it has no fault, starts the procedure.</summary>
    internal abstract bool TryStart(
        ReadOnlyMemory<byte> frame, Answer answer, CancellationToken cancellationToken, out GrammarFault fault, out ValueTask running);
}

/// <summary>A command and the procedure that serves it.</summary>
/// <typeparam name="TRequest">The generated request.</typeparam>
public sealed class ProcedureRegistration<TRequest>(Procedure<TRequest> procedure) : ProcedureRegistration
    where TRequest : struct, IDiameterCommand<TRequest>
{
    /// <inheritdoc/>
    public override CommandGrammar Grammar => TRequest.Grammar;

    internal override bool TryStart(
        ReadOnlyMemory<byte> frame, Answer answer, CancellationToken cancellationToken, out GrammarFault fault, out ValueTask running)
    {
        if (!TRequest.TryParse(frame, out TRequest request, out fault))
        {
            running = default;
            return false;
        }

        running = procedure(request, answer, cancellationToken);
        return true;
    }
}
