using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>UDR (Sh-Pull): an application server reads data of a user. Changes nothing.</summary>
/// Order: TS 29.328 6.1.1.1; the first step that fails ends it. Errors: 5001, 5002, 5008, 5101, 5102 (Experimental); 5004, 5005, 5009, 5012 (base).
/// Session-Priority, Pre-paging-Supported and Call-Reference-Info are passed over: they say how to ask a serving node, and this HSS asks none (TS 29.329
/// 6.3.26, 6.3.29); no request overtakes another here by the priority of a session.
/// Spec: TS 29.328 6.1.1, TS 29.329 6.1.1.
internal sealed class UserData(ISubscriberStore store, UnknownServerLog unknownServers, TimeProvider time, ILogger logger)
{
    public ValueTask AnswerAsync(UserDataRequest request, ShFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        var asked = ShRequest.Of(request);
        if (RequestForm.Refuses(asked, negotiated.HasFlag(ShFeatures.NotificationEfficiency), answer)) return ValueTask.CompletedTask;

        // 1 to 3a.
        return AccessRight.DecideAsync(store, asked, cancellationToken)
            .Then((self: this, asked, negotiated, answer), static (all, right) => all.self.Finish(right, all.asked, all.negotiated, all.answer));
    }

    private void Finish(AccessRight right, ShRequest asked, ShFeatures negotiated, Answer answer)
    {
        if (!right.IsGranted)
        {
            if (right.IsUnknownServer) unknownServers.Report("UDR", asked.OriginHost.Span);
            answer.Refuse(right.Refusal);
            return;
        }

        // 4. Nobody waits here, and 4100 never happens: what is read are snapshots that are durable as they stand. An update that runs meanwhile was
        // not answered yet, so that for everybody who looks it has not happened.
        var efficient = negotiated.HasFlag(ShFeatures.NotificationEfficiency);
        var user = right.User;
        var source = ShSource.Of(user.Subscriber);

        // 4a, 4b. T-ADS and CSRN are what was last reported: this HSS collects nothing from serving nodes.
        // 5. The data, and success also when there are none.
        var items = AskedItems.Of(asked, right.ServerName, negotiated.HasFlag(ShFeatures.AdditionalMsisdn));
        if (!asked.Asks(ShDataReference.ImsPublicIdentity)) answer.WriteWildcard(user); // of reference 10 it is part of the data
        if (UserDataAvp.TryWrite(answer, source, user, items, efficient ? MissingData.ToldBesideOthers : MissingData.LeftOut, time.GetUtcNow(), out var bytes))
        {
            answer.Result(ResultCode.Success);
            return;
        }
        // More than one message can carry. Every single piece fits, so that this is the sum of several, and asking for less will help: the permanent
        // TOO_MUCH_DATA says so, where USER_DATA_NOT_AVAILABLE (4100) would ask to try the same again and 5012 would say nothing.
        logger.AnswerTooLong(asked.OriginHost.ToText(), user.Identity.Value, bytes, answer.RoomBytes);
        answer.Refuse(ExperimentalResultCode.ErrorTooMuchData, "the data asked for are longer than one answer; ask for fewer at a time");
    }
}
