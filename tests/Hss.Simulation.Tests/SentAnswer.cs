using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>An RTA or PPA that an S-CSCF has given, with what it was asked.</summary>
/// Shape: <paramref name="Code"/> is a Result-Code, or an Experimental-Result-Code; <paramref name="Kept"/> are the identities that stay registered for emergencies.
internal sealed record SentAnswer(int Number, CxJobKind Kind, string Host, string User, string Asked, uint Code, IReadOnlyCollection<string> Kept)
{
    public const uint Unusable = 0;

    public bool IsSuccess => Code is >= 2000 and < 3000;

    /// <summary>Whether the RTR was one of this job: it names all of it, or what has not come back to its S-CSCF since it was written.</summary>
    public bool IsTo(CxJob job)
    {
        if (Asked == Line(job.PrivateIdentity, job.AssociatedIdentities, job.PublicIdentities, job.Reason)) return true;
        string[] parts = Asked.Split(['[', ']', ' '], StringSplitOptions.RemoveEmptyEntries);
        string[] meant = [job.Reason.ToString(), job.PrivateIdentity, .. job.AssociatedIdentities, .. job.PublicIdentities];
        return !job.ClearsOnAnswer && parts[0] == meant[0] && parts.All(meant.Contains);
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
