using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>An RTA or PPA that an S-CSCF has given, with what it was asked.</summary>
/// Shape: <paramref name="Code"/> is a Result-Code, or an Experimental-Result-Code; <paramref name="Kept"/> are the identities that stay registered for emergencies.
internal sealed record SentAnswer(int Number, CxJobKind Kind, string Host, string User, string Asked, uint Code, IReadOnlyCollection<string> Kept)
{
    public const uint Unusable = 0;

    public bool IsSuccess => Code is >= 2000 and < 3000;

    /// <summary>Whether the RTR was one of this job: it names those of its identities that are not registered anew.</summary>
    public bool IsTo(CxJob job)
    {
        string all = Line(job.PrivateIdentity, job.AssociatedIdentities, job.PublicIdentities, job.Reason);
        (int named, int mayBeNamed) = (Asked.LastIndexOf('['), all.LastIndexOf('['));
        string[] names = Asked[(named + 1)..^1].Split(' ');
        return Asked.AsSpan(0, named).SequenceEqual(all.AsSpan(0, mayBeNamed)) && !names.Except(all[(mayBeNamed + 1)..^1].Split(' ')).Any();
    }

    /// <summary>What an RTR says, in one line.</summary>
    public static string AskedBy(byte[] request)
    {
        AvpValue reason = AvpOccurrences.FindIn(AvpOccurrences.Find(request, Avp.DeregistrationReason).First, Avp.ReasonCode).First;
        AvpOccurrences associated = AvpOccurrences.Find(request, Avp.AssociatedIdentities);
        return Line(
            AvpOccurrences.Find(request, Avp.UserName).First.ToText(), associated.Count == 0 ? [] : Texts(AvpOccurrences.FindIn(associated.First, Avp.UserName)),
            Texts(AvpOccurrences.Find(request, Avp.PublicIdentity)), (TerminationReason)reason.ToUnsigned32());
    }

    public static List<string> Texts(AvpOccurrences values)
    {
        List<string> texts = [];
        foreach (AvpValue value in values) texts.Add(value.ToText());
        return texts;
    }

    private static string Line(string user, IEnumerable<string> associated, IEnumerable<string> identities, TerminationReason reason) =>
        $"{reason} {user} [{string.Join(' ', associated)}] [{string.Join(' ', identities)}]";
}
