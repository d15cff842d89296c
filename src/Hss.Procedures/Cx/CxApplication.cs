using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>The Cx application as the node serves it: one procedure per command.</summary>
/// Spec: TS 29.229 5.3 (no sessions), 5.6 (application id in Vendor-Specific-Application-Id), 6.1.
public static class CxApplication
{
    public static DiameterApplication Create(
        ISubscriberStore store, CxOptions options, CxInstruments instruments, IRandomSource random, ILoggerFactory loggers,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var logger = loggers.CreateLogger("Hss.Procedures.Cx");
        var trouble = new StoreTroubleLog(logger, time ?? TimeProvider.System);
        var userAuthorization = new UserAuthorization(store, options);
        var locationInfo = new LocationInfo(store, options);
        var multimediaAuth = new MultimediaAuth(store, options, instruments, random, logger);
        var serverAssignment = new ServerAssignment(store, options);
        return new DiameterApplication
        {
            Name = "Cx",
            Id = ApplicationIds.Cx,
            VendorId = Vendors.ThreeGpp,
            FurtherVendorIds = [Vendors.Etsi],
            AnswerPreamble = WritePreamble,
            Procedures =
            [
                // RFC 6733 3: a copy of a request must not change anything a second time. A MAR takes sequence numbers and a SAR may end a
                // registration that came after it. UAR and LIR change no registration, so asking again gives what is true now; at worst a
                // late copy of one that asks for capabilities lets an S-CSCF take over once more than the I-CSCF meant.
                Guarded<UserAuthorizationRequest>(userAuthorization.AnswerAsync, static request => request.SupportedFeatures, false),
                // TS 29.228 Table 6.1.2.2: User-Name whenever a private identity is known.
                Guarded<ServerAssignmentRequest>(serverAssignment.AnswerAsync, static request => request.SupportedFeatures, true, Avp.UserName),
                Guarded<LocationInfoRequest>(locationInfo.AnswerAsync, static request => request.SupportedFeatures, false),
                // Kamailio files the vector under the identities of the MAA and hides the error of a MAA without them, so that
                // both are echoed byte for byte in every MAA, also in those that the node makes (TS 29.228 Table 6.3.4).
                Guarded<MultimediaAuthRequest>(multimediaAuth.AnswerAsync, static request => request.SupportedFeatures, true, Avp.UserName, Avp.PublicIdentity),
            ],
        };

        // What comes before the steps of every command: the features both sides have (TS 29.229 7.2.1). And around them: a store that cannot
        // answer is trouble around us, not a bug: UNABLE_TO_COMPLY, nothing changed (TS 29.228 6.1, "exceptions").
        ProcedureRegistration<TRequest> Guarded<TRequest>(
            CxProcedure<TRequest> procedure, Func<TRequest, AvpOccurrences> supportedFeatures, bool remembers, params AvpDefinition[] echoed)
            where TRequest : struct, IDiameterCommand<TRequest>
        {
            return new ProcedureRegistration<TRequest>(AnswerAsync) { EchoedAvps = echoed, RemembersAnswers = remembers };

            async ValueTask AnswerAsync(TRequest request, Answer answer, CancellationToken cancellationToken)
            {
                if (!FeatureNegotiation.TryNegotiate(supportedFeatures(request), options.Features, answer, out var negotiated)) return;
                try
                {
                    await procedure(request, negotiated, answer, cancellationToken).ConfigureAwait(false);
                }
                catch (StoreUnavailableException exception)
                {
                    trouble.Report(TRequest.Grammar.Abbreviation, exception.Message);
                    answer.Result(ResultCode.UnableToComply);
                }
            }
        }
    }

    /// <summary>What every Cx answer carries besides the base AVPs (TS 29.229 6.1).</summary>
    private static void WritePreamble(MessageWriter writer)
    {
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx);
        writer.EndGroup();
        writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
    }
}

/// <summary>Serves one request of a sender that has these features in common with this HSS.</summary>
internal delegate ValueTask CxProcedure<in TRequest>(TRequest request, CxFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    where TRequest : struct, IDiameterCommand<TRequest>;
