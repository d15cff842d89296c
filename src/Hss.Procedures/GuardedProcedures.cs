using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures;

/// <summary>What stands around the steps of every command: before them the features both sides have, around them a store that cannot answer.</summary>
/// Errors: 5011 (Experimental) before the first step; 5012 when the store is away. That is trouble around us and no bug, and nothing has changed.
/// Spec: TS 29.229 7.2.1, TS 29.228 6.1 ("exceptions"); the same on Sh, TS 29.329 7, TS 29.328 6.1.
/// <param name="features">Those of this HSS.</param>
internal sealed class GuardedProcedures(uint features, StoreTroubleLog trouble)
{
    public ProcedureRegistration<TRequest> Register<TRequest>(
        NegotiatedProcedure<TRequest> procedure, SupportedFeaturesOf<TRequest> supportedFeatures, bool remembers, params AvpDefinition[] echoed)
        where TRequest : struct, IDiameterCommand<TRequest>
    {
        return new ProcedureRegistration<TRequest>(AnswerAsync) { EchoedAvps = echoed, RemembersAnswers = remembers };

        // Not async: most procedures end at once.
        ValueTask AnswerAsync(TRequest request, Answer answer, CancellationToken cancellationToken)
        {
            if (!FeatureNegotiation.TryNegotiate(supportedFeatures(request), features, answer, out var negotiated)) return ValueTask.CompletedTask;
            ValueTask running;
            try
            {
                running = procedure(request, negotiated, answer, cancellationToken);
            }
            catch (StoreUnavailableException exception)
            {
                GiveUp<TRequest>(exception, answer);
                return ValueTask.CompletedTask;
            }
            return running.IsCompletedSuccessfully ? running : WhenEndedAsync<TRequest>(running, answer);
        }
    }

    private async ValueTask WhenEndedAsync<TRequest>(ValueTask running, Answer answer) where TRequest : struct, IDiameterCommand<TRequest>
    {
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            GiveUp<TRequest>(exception, answer);
        }
    }

    private void GiveUp<TRequest>(StoreUnavailableException exception, Answer answer) where TRequest : struct, IDiameterCommand<TRequest>
    {
        trouble.Report(TRequest.Grammar.Abbreviation, exception.Message);
        answer.Result(ResultCode.UnableToComply);
    }
}

/// <summary>Where a request has its features.</summary>
/// Why by reference: a request with all its AVPs' places is a large thing to copy for that.
internal delegate AvpOccurrences SupportedFeaturesOf<TRequest>(in TRequest request) where TRequest : struct, IDiameterCommand<TRequest>;

/// <summary>Serves one request of a sender that has these features in common with this HSS.</summary>
internal delegate ValueTask NegotiatedProcedure<in TRequest>(TRequest request, uint negotiated, Answer answer, CancellationToken cancellationToken)
    where TRequest : struct, IDiameterCommand<TRequest>;
