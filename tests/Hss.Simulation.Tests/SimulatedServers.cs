using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Tests;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>The S-CSCFs as RTRs and PPRs find them, and the relays before them: they answer, answer late, refuse, or are silent.</summary>
/// Order: any thread; each decides for itself.
internal sealed class SimulatedServers(int seed, VirtualTime time, Ledger ledger)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    /// <summary>Whether all of them answer at once and with success.</summary>
    public bool AreWell { get; set; }

    private enum Habit
    {
        Answers,
        AnswersPart,
        Refuses,
        IsSilent,
        CannotDeliver,
    }

    public async Task AskAsync(CscfConnection connection, byte[] request)
    {
        if (connection.Machine.IsDead || connection.IsCut) return;
        string host = AvpOccurrences.Find(request, Avp.DestinationHost).First.ToText();
        ledger.AskedBy(connection, request, host);
        (Habit habit, int delay, int choice) = Decide(connection.IsRelay);
        bool isTermination = DiameterHeader.Read(request).CommandCode == RegistrationTerminationRequest.CommandCode;
        string user = AvpOccurrences.Find(request, Avp.UserName).First.ToText();
        if (host == RequestMaker.Kamailio && habit == Habit.Refuses) habit = Habit.IsSilent;
        if (habit == Habit.IsSilent) return;
        if (habit == Habit.CannotDeliver)
        {
            ledger.Refusing(connection, request);
            await connection.SendAsync(Answer(request, connection.Cscf, (uint)ResultCode.UnableToDeliver, isExperimental: false, [], []));
            return;
        }

        if (delay > 0) _ = LateAsync();
        else await AnswerAsync();

        async Task LateAsync()
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), time);
            await AnswerAsync();
        }

        async Task AnswerAsync()
        {
            (uint code, bool isExperimental) = habit == Habit.Refuses ? RefusalOf(isTermination, choice) : ((uint)ResultCode.Success, false);
            List<string> kept = [];
            if (habit == Habit.AnswersPart && isTermination && SentAnswer.Texts(AvpOccurrences.Find(request, Avp.PublicIdentity)) is [.., var last])
            {
                kept.Add(last);
                code = (uint)ResultCode.LimitedSuccess;
            }

            AvpOccurrences associated = AvpOccurrences.Find(request, Avp.AssociatedIdentities);
            List<string> also = associated.Count == 0 || choice % 4 == 0 ? [] : SentAnswer.Texts(AvpOccurrences.FindIn(associated.First, Avp.UserName));
            byte[] answer = Answer(request, host, code, isExperimental, kept, isTermination ? also : []);
            string asked = isTermination ? SentAnswer.AskedBy(request) : AvpOccurrences.Find(request, Avp.UserData).First is { IsPresent: true } profile ? profile.ToText() : "";
            if (code == (uint)ResultCode.TooBusy) ledger.Refusing(connection, request);
            CxJobKind kind = isTermination ? CxJobKind.RegistrationTermination : CxJobKind.PushProfile;
            if (ledger.Answering(connection, kind, host, user, asked, code, kept)) await connection.SendAsync(answer);
        }
    }

    private (Habit Habit, int DelayMilliseconds, int Choice) Decide(bool isRelay)
    {
        lock (_gate)
        {
            int choice = _random.Next(1 << 16);
            if (AreWell) return (Habit.Answers, 0, choice);
            if (isRelay && _random.Next(6) == 0) return (Habit.CannotDeliver, 0, choice);
            int delay = _random.Next(4) == 0 ? _random.Next(1, 5_000) : 0;
            return (_random.Next(20) switch { < 8 => Habit.Answers, < 10 => Habit.AnswersPart, < 15 => Habit.Refuses, _ => Habit.IsSilent }, delay, choice);
        }
    }

    private static (uint Code, bool IsExperimental) RefusalOf(bool isTermination, int choice) => (choice % 5) switch
    {
        0 => ((uint)ResultCode.UnableToComply, false),
        1 => ((uint)ExperimentalResultCode.ErrorUserUnknown, true),
        2 => ((uint)ResultCode.TooBusy, false),
        _ => isTermination ? ((uint)ResultCode.AuthorizationRejected, false)
            : ((uint)(choice % 2 == 0 ? ExperimentalResultCode.ErrorTooMuchData : ExperimentalResultCode.ErrorNotSupportedUserData), true),
    };

    private static byte[] Answer(byte[] request, string origin, uint code, bool isExperimental, List<string> kept, List<string> associated)
    {
        DiameterHeader header = DiameterHeader.Read(request);
        MessageWriter writer = MessageWriter.Rent();
        bool isProtocolError = !isExperimental && code is >= 3000 and < 4000;
        writer.Begin(header with { Flags = CommandFlags.Proxiable | (isProtocolError ? CommandFlags.Error : CommandFlags.None) });
        writer.WriteRawAvp(AvpOccurrences.Find(request, Avp.SessionId).First.RawAvp.Span);
        WriteApplication(writer);
        if (isExperimental)
        {
            writer.BeginGroup(Avp.ExperimentalResult);
            writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
            writer.WriteUnsigned32(Avp.ExperimentalResultCode, code);
            writer.EndGroup();
        }
        else
        {
            writer.WriteUnsigned32(Avp.ResultCode, code);
        }

        writer.WriteUnsigned32(Avp.AuthSessionState, 1);
        writer.WriteText(Avp.OriginHost, origin);
        writer.WriteText(Avp.OriginRealm, CxRequests.Realm);
        if (associated.Count > 0)
        {
            writer.BeginGroup(Avp.AssociatedIdentities);
            foreach (string identity in associated) writer.WriteText(Avp.UserName, identity);
            writer.EndGroup();
        }

        foreach (string identity in kept)
        {
            writer.BeginGroup(Avp.IdentityWithEmergencyRegistration);
            writer.WriteRawAvp(AvpOccurrences.Find(request, Avp.UserName).First.RawAvp.Span);
            writer.WriteText(Avp.PublicIdentity, identity);
            writer.EndGroup();
        }

        writer.End();
        byte[] answer = writer.Written.ToArray();
        writer.Return();
        return answer;
    }

    private static void WriteApplication(MessageWriter writer)
    {
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx);
        writer.EndGroup();
    }
}
