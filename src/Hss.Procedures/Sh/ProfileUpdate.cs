using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.DiameterNode;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>PUR (Sh-Update): an application server changes data of a user. All of what it sends, or nothing.</summary>
/// Order: TS 29.328 6.1.2.1; the first step that fails ends it. Errors: 4101, 5001, 5002, 5008, 5100, 5101, 5103, 5105, 5108 (Experimental); 5004, 5005,
/// 5009, 5012 (base). Spec: TS 29.328 6.1.2, TS 29.329 6.1.3.
internal sealed class ProfileUpdate(ISubscriberStore store, ShOptions options, UnknownServerLog unknownServers, TimeProvider time, ILogger logger)
{
    public ValueTask AnswerAsync(ProfileUpdateRequest request, ShFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        var asked = ShRequest.Of(request);
        const ShFeatures Enhanced = ShFeatures.UpdateEfficiency | ShFeatures.UpdateEfficiencyEnhanced; // the second needs the first
        if (RequestForm.Refuses(asked, negotiated.HasFlag(Enhanced), answer)) return ValueTask.CompletedTask;

        // A PUR always waits, for its commit: the places of all its AVPs need not wait with it.
        return DecideAsync(asked, request.ShUserData, request.OriginRealm, negotiated, answer, cancellationToken);
    }

    private async ValueTask DecideAsync(
        ShRequest asked, AvpValue userData, AvpValue originRealm, ShFeatures negotiated, Answer answer, CancellationToken cancellationToken)
    {
        // 1 to 3. A reference that nobody can change is in no permission list, so that it is 5103 and not 5101 (the text leaves that open).
        var right = await AccessRight.DecideAsync(store, asked, cancellationToken).ConfigureAwait(false);
        if (!right.IsGranted)
        {
            if (right.IsUnknownServer) unknownServers.Report("PUR", asked.OriginHost.Span);
            Refuse(asked, right, new(right.Refusal, right.Culprit), negotiated, answer);
            return;
        }
        if (UpdateContent.ProblemOf(asked, userData, negotiated, out var data, out var culprit) is { } problem)
        {
            Refuse(asked, right, new(ExperimentalResultCode.ErrorUserDataNotRecognized, culprit) { Reason = problem }, negotiated, answer);
            return;
        }

        UpdateOutcome outcome;
        if (!asked.Asks(ShDataReference.PsiActivation) && !asked.Asks(ShDataReference.StnSr))
        {
            outcome = await ChangeApplicationDataAsync(asked, originRealm, right, data, cancellationToken).ConfigureAwait(false);
        }
        else if (IsMixed(asked))
        {
            // They are two commits here, and half of a PUR is what it must never come to. The text names no code.
            answer.Result(ResultCode.UnableToComply);
            answer.WriteReason("PSIActivation and STN-SR cannot be changed together with other data; send a PUR of their own");
            WriteCulprit(answer, asked.Asks(ShDataReference.PsiActivation) ? ShDataReference.PsiActivation : ShDataReference.StnSr, negotiated);
            return;
        }
        else if (asked.Asks(ShDataReference.StnSr) && right.User.SinglePrivateIdentity is null)
        {
            outcome = UpdateOutcome.NeedsUserName(ShDataReference.StnSr);
        }
        else
        {
            using var patience = new Patience(options.UpdatePatience, time, cancellationToken);
            outcome = await new ProvisionedDataUpdate(right.User, data, right.ApplicationServer!).RunAsync(store, patience).ConfigureAwait(false);
        }

        if (!outcome.IsDone)
        {
            Refuse(asked, right, outcome, negotiated, answer);
            return;
        }
        answer.Result(ResultCode.Success);
        answer.WriteWildcard(right.User);
    }

    /// <summary>4a to 6, in the turn: a second update of this user waits, so that two application servers never build on the same sequence number.</summary>
    private async ValueTask<UpdateOutcome> ChangeApplicationDataAsync(
        ShRequest asked, AvpValue originRealm, AccessRight right, ShData data, CancellationToken cancellationToken)
    {
        if (await Patience.EnterAsync(store, right.User.Subscriber, options.UpdatePatience, time, cancellationToken).ConfigureAwait(false) is not { } entered)
        {
            // 5. It waits for any update of the user, not only for one of the same Service-Indication; how long another one takes is a matter of milliseconds.
            return new(ExperimentalResultCode.PriorUpdateInProgress, asked.References.First);
        }
        using var turn = entered;
        // Provisioning may have come before this turn: what was checked above is checked again on what is true now.
        if (AccessRight.LeftMeanwhile(store, asked) is { } left) return new(left.Refusal, left.Culprit);
        if (right.User.PlacedAgain(turn.Subscriber) is not { } user) return new(ExperimentalResultCode.ErrorUserUnknown);
        if (AccessRight.RefusedKey(asked, user) is { } culprit) return new(ExperimentalResultCode.ErrorOperationNotAllowed, culprit);

        var update = new ApplicationDataUpdate(user, data, right.ApplicationServer!, originRealm.ToText(), options);
        var outcome = update.Run(asked);
        // Not given up at the deadline: what was handed to the disk is carried out all the same, and a copy of this request is to be told so. Had this one
        // left before, the copy would be a PUR of its own, meet its own sequence number and be told OUT_OF_SYNC (RFC 6733 3).
        if (outcome.IsDone && update.Change is { IsEmpty: false } change)
            await store.CommitAsync(turn, change, CancellationToken.None).ConfigureAwait(false);
        return outcome;
    }

    private static bool IsMixed(ShRequest asked)
    {
        foreach (var reference in asked.References)
            if (reference != asked.References.First) return true;
        return false;
    }

    /// <summary>The result, and with the features which part it is about (TS 29.329 6.1.4, 7.1.1).</summary>
    private void Refuse(ShRequest asked, AccessRight right, in UpdateOutcome outcome, ShFeatures negotiated, Answer answer)
    {
        if (outcome.Reason is { } reason) logger.Refused("PUR", asked.OriginHost.ToText(), outcome.Code, reason);
        if (outcome.Missing is { } missing) answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(missing));
        else answer.Refuse(outcome.Code, outcome.Reason);
        if (outcome.Instance is { } instance && negotiated.HasFlag(ShFeatures.UpdateEfficiency))
        {
            answer.Writer.BeginGroup(Avp.RepositoryDataId);
            answer.Writer.WriteText(Avp.ServiceIndication, instance.ServiceIndication);
            answer.Writer.WriteUnsigned32(Avp.SequenceNumber, instance.SequenceNumber);
            answer.Writer.EndGroup();
        }
        if (outcome.Culprit is { } culprit) WriteCulprit(answer, culprit, negotiated);

        // OUT_OF_SYNC with what is stored saves the UDR that has to follow. Only for one that could send this UDR: who may change and not read does not
        // learn the data by guessing wrong. The grammar of PUA has User-Data among its *[ AVP ] only, so it goes without the M bit: a stack that holds to
        // RFC 6733 4.1 (Erlang's does) throws an answer away whose M bit is on an AVP that its command does not name. What does not fit is left out.
        if (outcome is { Code: ExperimentalResultCode.ErrorTransparentDataOutOfSync, Stored: { } stored }
            && right.ApplicationServer!.Allows(ShDataReference.RepositoryData, ShOperations.Pull))
            UserDataAvp.TryWrite(answer, new ShData { RepositoryData = [new(stored.ServiceIndication, stored.SequenceNumber, stored.ServiceData)] }, out _, mandatory: false);
    }

    private static void WriteCulprit(Answer answer, ShDataReference culprit, ShFeatures negotiated)
    {
        if (negotiated.HasFlag(ShFeatures.UpdateEfficiency | ShFeatures.UpdateEfficiencyEnhanced)) answer.Writer.WriteEnumerated(Avp.DataReference, (int)culprit);
    }
}
