using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The Cx application as the node serves it: one procedure per command.</summary>
/// Spec: TS 29.229 5.3 (no sessions), 5.6 (application id in Vendor-Specific-Application-Id), 6.1.
public static class CxApplication
{
    public static DiameterApplication Create(ISubscriberStore store, CxOptions options, CxInstruments instruments)
    {
        ArgumentNullException.ThrowIfNull(store);
        var userAuthorization = new UserAuthorization(store, options);
        var locationInfo = new LocationInfo(store, options);
        var multimediaAuth = new MultimediaAuth(store, options, instruments);
        var serverAssignment = new ServerAssignment(store, options);
        return new DiameterApplication
        {
            Id = ApplicationIds.Cx,
            VendorId = Vendors.ThreeGpp,
            AnswerPreamble = WritePreamble(),
            Procedures =
            [
                Guarded<UserAuthorizationRequest>(userAuthorization.AnswerAsync),
                Guarded<ServerAssignmentRequest>(serverAssignment.AnswerAsync),
                Guarded<LocationInfoRequest>(locationInfo.AnswerAsync),
                // Kamailio files the vector under the identities of the MAA and hides the error of a MAA without them, so that
                // both are echoed byte for byte in every MAA, also in those that the node makes (TS 29.228 Table 6.3.4).
                Guarded<MultimediaAuthRequest>(multimediaAuth.AnswerAsync, Avp.UserName, Avp.PublicIdentity),
            ],
        };
    }

    /// <summary>A store that cannot answer is trouble around us, not a bug: UNABLE_TO_COMPLY, nothing changed (TS 29.228 6.1, "exceptions").</summary>
    private static ProcedureRegistration<TRequest> Guarded<TRequest>(Procedure<TRequest> procedure, params AvpDefinition[] echoed)
        where TRequest : struct, IDiameterCommand<TRequest>
    {
        return new ProcedureRegistration<TRequest>(AnswerAsync) { EchoedAvps = [.. echoed] };

        async ValueTask AnswerAsync(TRequest request, Answer answer, CancellationToken cancellationToken)
        {
            try
            {
                await procedure(request, answer, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException trouble)
            {
                answer.Fail(ResultCode.UnableToComply, trouble.Message);
            }
        }
    }

    /// <summary>What every Cx answer carries besides the base AVPs (TS 29.229 6.1).</summary>
    private static byte[] WritePreamble()
    {
        var writer = MessageWriter.Rent();
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx);
        writer.EndGroup();
        writer.WriteUnsigned32(Avp.AuthSessionState, 1); // NO_STATE_MAINTAINED
        var preamble = writer.Written.ToArray();
        writer.Return();
        return preamble;
    }
}
