using System.Globalization;
using Grpc.Core;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>Credentials, vectors and sequence numbers of stored subscribers, for engineers. No key ever leaves.</summary>
/// Order: vectors go through the same door as those of a MAR (<see cref="FreshSequenceNumbers"/>): the subscriber's turn, the commit before the vector, the same IND
/// range; registration state is not touched. What was done is in the audit before the answer leaves.
/// Errors: NOT_FOUND, FAILED_PRECONDITION (no AKA credentials; numbers used up), INVALID_ARGUMENT, UNAVAILABLE.
/// Spec: TS 33.102 6.3.2, 6.3.5, C.1; TS 29.228 6.3.
public sealed partial class AuthenticationService(
    SubscriberStore store, CxOptions options, Func<DocumentContext> documents, IRandomSource random, ILogger<AuthenticationService> logger)
    : V1.AuthenticationService.AuthenticationServiceBase
{
    /// <summary>Most vectors in one answer: what S-CSCFs ask for at most. More would only use up numbers.</summary>
    public const int MaxVectors = 5;

    /// <param name="request">CK and IK leave only when asked for: whoever has them can read a call.</param>
    public override Task<V1.GenerateVectorsResponse> GenerateVectors(V1.GenerateVectorsRequest request, ServerCallContext context) =>
        Refusals.GuardAsync(context, cancellationToken => GenerateAsync(request, context, cancellationToken));

    public override Task<V1.SequenceNumber> GetSequenceNumber(V1.GetSequenceNumberRequest request, ServerCallContext context) =>
        Refusals.GuardAsync(context, async cancellationToken =>
        {
            using var turn = await EnterAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false);
            return Show(turn.PrivateIdentity, turn.Subscriber.SequenceOf(turn.Index));
        });

    private async Task<V1.GenerateVectorsResponse> GenerateAsync(V1.GenerateVectorsRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        var most = Math.Min(MaxVectors, options.MaxVectorsPerRequest);
        if (request.Count < 0 || request.Count > most) throw Refusals.Field("count", $"is {request.Count}; it is 1 to {most}, or 0 for 1");
        var author = Caller.Of(context).AuthorFor(context, null, request);
        var response = new V1.GenerateVectorsResponse();
        SequenceReservation reservation;
        string subscriptionId, privateIdentity;
        using (var turn = await EnterAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false))
        {
            (subscriptionId, privateIdentity) = (turn.Subscriber.Subscription.SubscriptionId, turn.PrivateIdentity);
            var taken = await FreshSequenceNumbers.TakeAsync(store, turn.Turn, turn.Index, turn.Subscriber.SequenceOf(turn.Index), Math.Max(1, request.Count),
                options.Ind, options.SequenceReserve, SubscriberChange.None, cancellationToken).ConfigureAwait(false);
            if (taken is null)
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the sequence numbers of {privateIdentity} are used up; its card must be replaced"));
            reservation = taken.Value;
            var vectors = new AuthenticationVector[reservation.Count];
            var key = turn.Subscriber.KeyOf(turn.Index);
            AuthenticationVector.Generate(key, turn.Aka.Amf, random, reservation, options.Ind, vectors);
            foreach (var vector in vectors) response.Vectors.Add(Show(VectorAnalysis.Of(vector, key, options.Ind.IndBits), request.IncludeCkIk));
        }
        var summary = $"{reservation.Count} vectors of {privateIdentity}, SQN {Sqn(reservation.SqnAt(0, options.Ind))} to "
            + $"{Sqn(reservation.SqnAt(reservation.Count - 1, options.Ind))}{(request.IncludeCkIk ? ", with CK and IK" : "")}";
        // Not within the turn, whose MARs would wait for it; without a record no vector leaves, and its numbers are skipped.
        await store.RecordActionAsync(subscriptionId, summary, author, cancellationToken).ConfigureAwait(false);
        return response;
    }

    /// <summary>The turn of a subscriber with AKA credentials.</summary>
    private async Task<KeyTurn> EnterAsync(string text, CancellationToken cancellationToken)
    {
        var (privateIdentity, found) = await FindAsync(text, cancellationToken).ConfigureAwait(false);
        var turn = await store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        // What was looked up before the turn may have changed meanwhile.
        var index = turn.Subscriber?.IndexOfPrivateIdentity(privateIdentity) ?? -1;
        if (index >= 0 && turn.Subscriber!.Subscription.PrivateIdentities[index].Credentials.Aka is { } aka) return new(turn, privateIdentity, index, aka);
        turn.Dispose();
        throw index < 0 ? Unknown(privateIdentity) : new RpcException(new Status(
            StatusCode.FailedPrecondition, $"{privateIdentity} has no AKA credentials; give it some with SetCredentials, or ask for one that has"));
    }

    private async Task<(string PrivateIdentity, Subscriber Subscriber)> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (!CanonicalIdentity.TryPrivate(text, out var privateIdentity, out var problem))
            throw Refusals.Field("private_identity", $"{problem}; it looks like 001010000000001@ims.mnc001.mcc001.3gppnetwork.org");
        var found = await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false);
        return (privateIdentity, found ?? throw Unknown(privateIdentity));
    }

    private static RpcException Unknown(string privateIdentity) =>
        new(new Status(StatusCode.NotFound, $"there is no private identity {privateIdentity}; hss subscription list shows what there is"));

    private static V1.AuthenticationVector Show(VectorAnalysis vector, bool includeKeys) => new()
    {
        Rand = Hex(vector.Rand),
        Autn = Hex(vector.Autn),
        Xres = Hex(vector.Xres),
        Ck = includeKeys ? Hex(vector.Ck) : "",
        Ik = includeKeys ? Hex(vector.Ik) : "",
        Sqn = Sqn(vector.Sqn),
        Seq = vector.Seq,
        Ind = (uint)vector.Ind,
        SqnXorAk = Sqn(vector.SqnXorAk),
        Ak = Sqn(vector.Ak),
        Amf = vector.Amf.ToString("x4", CultureInfo.InvariantCulture),
        Mac = vector.MacA.ToString("x16", CultureInfo.InvariantCulture),
        Nonce = vector.Nonce,
    };

    private V1.SequenceNumber Show(string privateIdentity, in SequenceState state)
    {
        var last = options.Ind.LastSqn(state);
        var (seq, ind) = SequenceNumber.Split(last, options.Ind.IndBits);
        return new()
        {
            PrivateIdentity = privateIdentity,
            Sqn = Sqn(last),
            Seq = seq,
            Ind = (uint)ind,
            Ceiling = Sqn(state.ToDurable(options.Ind)),
            NextSqn = options.Ind.NextSqn(state) is { } next ? Sqn(next) : "",
        };
    }

    /// <summary>48 bits as 12 digits.</summary>
    private static string Sqn(ulong number) => number.ToString("x12", CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(octets);

    /// <summary>A turn with the key it was entered for. Dispose it when the answer is decided.</summary>
    private readonly record struct KeyTurn(SubscriberTurn Turn, string PrivateIdentity, int Index, AkaCredentials Aka) : IDisposable
    {
        public Subscriber Subscriber => Turn.Subscriber!;

        public void Dispose() => Turn.Dispose();
    }
}
