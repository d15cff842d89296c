using Grpc.Core;
using Hss.Authentication;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

// What to do about an AUTS that somebody has in hand.
public sealed partial class AuthenticationService
{
    /// Order: length, MAC-S, then the counter (<see cref="Resynchronisation.Evaluate"/>); a move is durable before the answer.
    /// Why it needs the very RAND and AUTS: to set a counter to a number of somebody's choice would make any card refuse its network.
    /// Errors: a bad AUTS is a verdict and no error.
    public override Task<V1.ResynchroniseResponse> Resynchronise(V1.ResynchroniseRequest request, ServerCallContext context) =>
        Refusals.GuardAsync(context, cancellationToken => ResynchroniseAsync(request, context, cancellationToken));

    private async Task<V1.ResynchroniseResponse> ResynchroniseAsync(V1.ResynchroniseRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        var author = Caller.Of(context).AuthorFor(context, null, request);
        V1.ResynchroniseResponse response;
        string subscriptionId, privateIdentity;
        using (var turn = await EnterAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false))
        {
            (subscriptionId, privateIdentity) = (turn.Subscriber.Subscription.SubscriptionId, turn.PrivateIdentity);
            var before = turn.Subscriber.SequenceOf(turn.Index);
            var after = before;
            response = Judge(request, turn, before, ref after);
            if (!request.DryRun && after != before)
                await store.CommitAsync(turn.Turn, new([], [(turn.Index, after)]), cancellationToken).ConfigureAwait(false);
            response.Before = Show(privateIdentity, before);
            response.After = Show(privateIdentity, after);
        }
        response.DryRun = request.DryRun;
        logger.EngineerResynchronised(privateIdentity, response.Verdict, request.DryRun, author.Actor);
        if (request.DryRun) return response;
        var isMoved = response.Verdict == V1.ResynchroniseResponse.Types.Verdict.Moved;
        await ActionRecord.WriteAsync(store, subscriptionId,
            $"resynchronisation of {privateIdentity}: {NameOf(response.Verdict)}, SQN {response.Before.Sqn} to {response.After.Sqn}", author,
            isMoved ? "the sequence number was moved (GetSequenceNumber shows where it stands)" : "the AUTS was judged and nothing moved").ConfigureAwait(false);
        return response;
    }

    private V1.ResynchroniseResponse Judge(V1.ResynchroniseRequest request, in KeyTurn turn, in SequenceState before, ref SequenceState after)
    {
        var malformed = ReadPair(request, turn.Aka, out var rand, out var auts);
        if (malformed is not null) return new() { Verdict = V1.ResynchroniseResponse.Types.Verdict.Malformed, Explanation = malformed };

        var result = Resynchronisation.Evaluate(turn.Subscriber.KeyOf(turn.Index), turn.Aka.Amf, rand, auts, before, options.Ind);
        after = result.State;
        var response = new V1.ResynchroniseResponse
        {
            Verdict = result.Outcome switch
            {
                ResynchronisationOutcome.Moved => V1.ResynchroniseResponse.Types.Verdict.Moved,
                ResynchronisationOutcome.AlreadyAcceptable => V1.ResynchroniseResponse.Types.Verdict.AlreadyAcceptable,
                ResynchronisationOutcome.OutOfRange => V1.ResynchroniseResponse.Types.Verdict.OutOfRange,
                ResynchronisationOutcome.BadMac => V1.ResynchroniseResponse.Types.Verdict.BadMac,
                _ => V1.ResynchroniseResponse.Types.Verdict.Malformed,
            },
            Explanation = result.Outcome switch
            {
                ResynchronisationOutcome.Moved when request.DryRun => "MAC-S is right; without dry_run the counter would go to the card's SQN, and the next vector be accepted",
                ResynchronisationOutcome.Moved => "MAC-S is right; the counter went to the card's SQN, and the next vector will be accepted",
                ResynchronisationOutcome.AlreadyAcceptable => "MAC-S is right, and the next vector is acceptable to the card as the counter stands: let it register again",
                ResynchronisationOutcome.OutOfRange => "MAC-S is right, but the card's SQN is the last there is: replace the card",
                _ => $"MAC-S is wrong: {MacFailureDiagnosis.Explain(result.Cause)}",
            },
        };
        if (result.Outcome != ResynchronisationOutcome.BadMac) response.SqnMs = Sqn(result.SqnMs);
        else if (result.Cause == MacFailureCause.AmfStarNotZero) response.SqnMs = Sqn(AutsAnalysis.Of(KeyOf(turn.Aka), turn.Aka.Amf, [rand], auts).SqnMs);
        if (response.SqnMs.Length > 0) response.MacSReceived = Hex(auts.AsSpan(Resynchronisation.AutsLengthBytes - 8));
        return response;
    }

    /// <summary>RAND and AUTS out of the request; else the sentence that says what is there instead.</summary>
    private static string? ReadPair(V1.ResynchroniseRequest request, AkaCredentials aka, out byte[] rand, out byte[] auts)
    {
        (rand, auts) = ([], []);
        if (request.Rand.Length > 0)
        {
            if (!OctetText.TryRead(request.Rand, Milenage.RandLengthBytes, out var octets, out var problem)) return $"rand: {problem}";
            rand = octets;
        }
        if (OctetText.TryRead(request.Auts, Resynchronisation.AuthorizationLengthBytes, out var both, out _))
        {
            if (rand.Length > 0 && !both.AsSpan().StartsWith(rand))
                return "auts: begins with another RAND than rand says; leave rand out, or send the 14 octets behind it alone";
            (rand, auts) = (both[..Milenage.RandLengthBytes], both[Milenage.RandLengthBytes..]);
            return null;
        }
        if (OctetText.TryRead(request.Auts, Resynchronisation.AutsLengthBytes, out var alone, out var wrong))
        {
            if (rand.Length == 0) return "rand: is missing; it is the RAND of the challenge that the card refused";
            auts = alone;
            return null;
        }
        // What it is instead can be tried with the key that is here.
        if (!OctetText.TryReadAny(request.Auts, out var any)) return $"auts: {wrong}";
        var cause = AutsAnalysis.Of(KeyOf(aka), aka.Amf, rand.Length > 0 ? [rand] : [], any).Cause;
        return cause is MacFailureCause.WrongLength or MacFailureCause.WrongKeyOrRand ? $"auts: {wrong}" : $"auts: {wrong}; {MacFailureDiagnosis.Explain(cause)}";
    }

    private static AkaKey KeyOf(AkaCredentials aka) => new(aka.K, null, aka.Opc);

    private static string NameOf(V1.ResynchroniseResponse.Types.Verdict verdict) => verdict switch
    {
        V1.ResynchroniseResponse.Types.Verdict.Moved => "moved",
        V1.ResynchroniseResponse.Types.Verdict.AlreadyAcceptable => "was acceptable already",
        V1.ResynchroniseResponse.Types.Verdict.OutOfRange => "refused, the card's SQN is the last there is",
        V1.ResynchroniseResponse.Types.Verdict.BadMac => "refused, MAC-S is wrong",
        _ => "refused, malformed",
    };
}
