using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>The Sh application as the node serves it: one procedure per command.</summary>
/// Spec: TS 29.329 5.3 (no sessions), 5.6 (application id in Vendor-Specific-Application-Id), 6.1.
public static class ShApplication
{
    public static DiameterApplication Create(ISubscriberStore store, ShOptions options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        var logger = loggers.CreateLogger("Hss.Procedures.Sh");
        var clock = time ?? TimeProvider.System;
        var guarded = new GuardedProcedures((uint)options.Features, new StoreTroubleLog(logger, clock));
        var unknownServers = new UnknownServerLog(logger, clock);
        var userData = new UserData(store, unknownServers, clock, logger);
        var profileUpdate = new ProfileUpdate(store, options, unknownServers, clock, logger);
        var subscribeNotifications = new SubscribeNotifications(store, options, unknownServers, clock, logger);
        return new DiameterApplication
        {
            Name = "Sh",
            Id = ApplicationIds.Sh,
            VendorId = Vendors.ThreeGpp,
            AnswerPreamble = WritePreamble,
            Procedures =
            [
                guarded.Register<UserDataRequest>(
                    (request, features, answer, stop) => userData.AnswerAsync(request, (ShFeatures)features, answer, stop),
                    static (in request) => request.SupportedFeatures, false),
                // RFC 6733 3: a copy of a request must not change anything a second time. That of a PUR would find its own sequence number used up and
                // be told OUT_OF_SYNC for what was carried out; that of an SNR would bring back a subscription that ended with its first notification.
                guarded.Register<ProfileUpdateRequest>(
                    (request, features, answer, stop) => profileUpdate.AnswerAsync(request, (ShFeatures)features, answer, stop),
                    static (in request) => request.SupportedFeatures, true),
                guarded.Register<SubscribeNotificationsRequest>(
                    (request, features, answer, stop) => subscribeNotifications.AnswerAsync(request, (ShFeatures)features, answer, stop),
                    static (in request) => request.SupportedFeatures, true),
            ],
        };
    }

    /// <summary>What every Sh answer carries besides the base AVPs (TS 29.329 6.1).</summary>
    private static void WritePreamble(MessageWriter writer)
    {
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Sh);
        writer.EndGroup();
        writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
    }
}
