namespace Hss.Subscribers;

/// <summary>A request at the moment when an S-CSCF looks at the filters of the user it serves.</summary>
/// Spec: TS 24.229 5.4.3.2, 5.4.3.3, 5.4.1.7; TS 29.228 B.2.3.
public sealed record SimulatedRequest
{
    private SimulatedRequest(SipRequest request, SessionCase sessionCase, bool registered, RegistrationType? registrationType) =>
        (Request, SessionCase, Registered, RegistrationType) = (request, sessionCase, registered, registrationType);

    public SipRequest Request { get; }

    public SessionCase SessionCase { get; }

    /// <summary>Whether the served user is registered: which part of the profile counts.</summary>
    public bool Registered { get; }

    /// <summary>Of a REGISTER.</summary>
    public RegistrationType? RegistrationType { get; }

    /// <summary>Null and the problem when what is given does not go together. What is left out follows from the rest where it can.</summary>
    /// <param name="sessionCase">Needed but for a REGISTER, which is the user's own.</param>
    /// <param name="registered">Left out: what the session case says; of a diverting user it says nothing, and he is registered then.</param>
    /// <param name="registrationType">Of a REGISTER; left out: a de-registration when it expires at once, else an initial registration.</param>
    public static SimulatedRequest? Create(
        SipRequest request, SessionCase? sessionCase, bool? registered, RegistrationType? registrationType, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(request);
        var isRegister = request.Method == "REGISTER";
        problem = null;
        if (sessionCase is null && !isRegister)
            problem = "the session case is missing; it is ORIGINATING_REGISTERED for a request of the user and TERMINATING_REGISTERED for one to him";
        else if (registrationType is not null && !isRegister) problem = $"a registration type goes with REGISTER, and the request is {request.Method}; leave it out";
        var named = sessionCase ?? Subscribers.SessionCase.OriginatingRegistered;
        bool? implied = named switch
        {
            Subscribers.SessionCase.OriginatingRegistered or Subscribers.SessionCase.TerminatingRegistered => true,
            Subscribers.SessionCase.TerminatingUnregistered or Subscribers.SessionCase.OriginatingUnregistered => false,
            _ => null,
        };
        if (implied is { } state && registered is { } said && state != said)
            problem ??= $"the session case {FilterReader.SessionCases.First(c => c.Item2 == named).Item1} is for a user who is {(state ? "" : "not ")}registered; leave the registration state out";
        if (problem is not null) return null;
        var type = isRegister ? registrationType ?? (ExpiresAtOnce(request) ? Subscribers.RegistrationType.DeRegistration : Subscribers.RegistrationType.InitialRegistration) : registrationType;
        return new(request, named, registered ?? implied ?? true, type);
    }

    private static bool ExpiresAtOnce(SipRequest request)
    {
        var contacts = request.Headers.Where(header => header.Name.Equals("Contact", StringComparison.OrdinalIgnoreCase)).SelectMany(header => header.Values()).ToList();
        var header = request.Header("Expires") == "0";
        // The parameter of a contact stands above the header (RFC 3261 10.2.1.1).
        return contacts.Count == 0 ? header : contacts.All(contact => contact.Split(';').Select(p => p.Trim())
            .FirstOrDefault(p => p.StartsWith("expires=", StringComparison.OrdinalIgnoreCase)) is { } own ? own[8..].Trim() == "0" : header);
    }
}
