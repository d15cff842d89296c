using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>User-Data of a PUR: read, and held against what Data-Reference says is to be changed.</summary>
/// Errors: a sentence that says what is wrong and never shows the data; the PUA is then E:5100.
/// Why USER_DATA_NOT_RECOGNIZED for all of it, though TS 29.329 6.2.2.1 has it for data that an HSS pushes: it is the one code of Sh for "I cannot make
/// anything of these data", and other HSSs answer it to a PUR. INVALID_AVP_VALUE would repeat the first octets of the document in a Failed-AVP,
/// which tells its sender nothing that the sentence in Error-Message does not tell better.
/// Spec: TS 29.328 6.1.2, Annexes C and D; TS 29.329 7.1.1.
internal static class UpdateContent
{
    /// <summary>Null: the document says what it should, and <paramref name="data"/> is it.</summary>
    /// <param name="culprit">The reference that the problem is about, when it is about one.</param>
    public static string? ProblemOf(ShRequest request, AvpValue userData, ShFeatures negotiated, out ShData data, out ShDataReference? culprit)
    {
        (data, culprit) = (null!, null);
        if (!ShDataReader.TryRead(userData.Span, out var read, out var problem)) return problem.ToString();
        data = read;
        return ProblemOfParts(request, read, out culprit) ?? ProblemOfCounts(read, negotiated, out culprit) ?? ProblemOfValues(request, read, out culprit);
    }

    // What can be changed is there if, and only if, Data-Reference names it: an application server that wrote more than it named would believe that
    // all of it was stored. Other content is context that it may have read before; nobody can take that for a change.
    private static string? ProblemOfParts(ShRequest request, ShData data, out ShDataReference? culprit) =>
        ProblemOfPart(request, ShDataReference.RepositoryData, "RepositoryData", !data.RepositoryData.IsEmpty, out culprit)
        ?? ProblemOfPart(request, ShDataReference.PsiActivation, "PSIActivation", data.PsiActive is not null, out culprit)
        ?? ProblemOfPart(request, ShDataReference.Dsai, "DSAI", !data.Dsai.IsEmpty, out culprit)
        ?? ProblemOfPart(request, ShDataReference.SmsRegistrationInfo, "SMSRegistrationInfo", data.SmsRegistration is not null, out culprit)
        ?? ProblemOfPart(request, ShDataReference.StnSr, "STN-SR", data.StnSr is not null, out culprit);

    private static string? ProblemOfPart(ShRequest request, ShDataReference reference, string element, bool isThere, out ShDataReference? culprit)
    {
        culprit = request.Asks(reference) == isThere ? null : reference;
        return culprit is null ? null
            : isThere ? $"User-Data has {element}, which no Data-Reference names"
            : $"User-Data has no {element}, which Data-Reference {(int)reference} names";
    }

    private static string? ProblemOfCounts(ShData data, ShFeatures negotiated, out ShDataReference? culprit)
    {
        culprit = null; // who has not negotiated the features is not told
        if (negotiated.HasFlag(ShFeatures.UpdateEfficiency)) return null;
        if (data.RepositoryData.Length > 1) return "User-Data has several RepositoryData; that needs Update-Eff in Supported-Features";
        return data.Dsai.Length > 1 ? "User-Data has several DSAI; that needs Update-Eff in Supported-Features" : null;
    }

    // The reader lets an empty number pass, which in an answer says that there is none. Nobody can take a user's SRVCC away by that.
    private static string? ProblemOfValues(ShRequest request, ShData data, out ShDataReference? culprit)
    {
        var isEmpty = request.Asks(ShDataReference.StnSr) && data.StnSr!.Length == 0;
        culprit = isEmpty ? ShDataReference.StnSr : null;
        return isEmpty ? "STN-SR is empty; it can be changed and not removed" : null;
    }
}
