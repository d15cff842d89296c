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
        var guarded = new GuardedProcedures((uint)options.Features, new StoreTroubleLog(logger, time ?? TimeProvider.System));
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
                guarded.Register<UserAuthorizationRequest>(
                    (request, features, answer, stop) => userAuthorization.AnswerAsync(request, (CxFeatures)features, answer, stop), static (in request) => request.SupportedFeatures, false),
                // TS 29.228 Table 6.1.2.2: User-Name whenever a private identity is known.
                guarded.Register<ServerAssignmentRequest>(
                    (request, features, answer, stop) => serverAssignment.AnswerAsync(request, (CxFeatures)features, answer, stop), static (in request) => request.SupportedFeatures, true, Avp.UserName),
                guarded.Register<LocationInfoRequest>(
                    (request, features, answer, stop) => locationInfo.AnswerAsync(request, (CxFeatures)features, answer, stop), static (in request) => request.SupportedFeatures, false),
                // Kamailio files the vector under the identities of the MAA and hides the error of a MAA without them, so that
                // both are echoed byte for byte in every MAA, also in those that the node makes (TS 29.228 Table 6.3.4).
                guarded.Register<MultimediaAuthRequest>(
                    (request, features, answer, stop) => multimediaAuth.AnswerAsync(request, (CxFeatures)features, answer, stop), static (in request) => request.SupportedFeatures, true, Avp.UserName, Avp.PublicIdentity),
            ],
        };
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
