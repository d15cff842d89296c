using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>Steps 1 to 3a that UDR, PUR and SNR share: may this application server do that, with these data, of this user.</summary>
/// Errors: 5102, 5103 or 5104 by operation, 5001, 5002, 5101 (Experimental).
/// Spec: TS 29.328 6.1.1.1, 6.1.2.1, 6.1.3.1, 6.2, Table 7.6.1.
internal sealed record AccessRight(ExperimentalResultCode Refusal, AskedUser? AskedUser, ApplicationServerPermissions? ApplicationServer)
{
    /// <summary>The Data-Reference that was refused, where one was.</summary>
    public ShDataReference? Culprit { get; init; }

    /// <summary>Server-Name of the request, in the form to compare with; null: none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Nobody gave this application server any permission.</summary>
    public bool IsUnknownServer { get; init; }

    public bool IsGranted => Refusal == ExperimentalResultCode.None;

    /// <summary>Only of a right that is granted. Internal, so that a refused one can be printed.</summary>
    internal AskedUser User => AskedUser ?? throw new InvalidOperationException("nothing was granted");

    public static ValueTask<AccessRight> DecideAsync(ISubscriberStore store, ShRequest request, CancellationToken cancellationToken)
    {
        // 1. The permission list, by Origin-Host: behind a relay too it is the application server's own (RFC 6733 6.3).
        var server = store.FindApplicationServer(request.OriginHost.Span);
        if (ForbiddenTo(server, request) is { } forbidden)
            return new(Refused(NotPermitted(request.Operation), forbidden) with { IsUnknownServer = server is null });

        if (ForeignTo(server!, request, out var serverName) is { } foreign) return new(Refused(NotPermitted(request.Operation), foreign));

        return ShIdentities.FindAsync(store, request, cancellationToken)
            .Then((request, server: server!, serverName), static (asked, found) => Decide(asked.request, asked.server, asked.serverName, found));
    }

    private static AccessRight Decide(ShRequest request, ApplicationServerPermissions server, string? serverName, AskedUser? found)
    {
        // 2. The identity exists. 2a. User-Name belongs to it.
        if (found is null) return Refused(ExperimentalResultCode.ErrorUserUnknown, null);
        if (found.Named(ShIdentities.PrivateIdentity(request.UserName)) is not { } user) return Refused(ExperimentalResultCode.ErrorIdentitiesDontMatch, null);

        // 3. It is a key for all of the data. 3a. Binding information of a shared identity would be that of somebody else's terminal.
        return RefusedKey(request, user) is { } culprit
            ? Refused(ExperimentalResultCode.ErrorOperationNotAllowed, culprit)
            : new(ExperimentalResultCode.None, user, server) { ServerName = serverName };
    }

    /// <summary>Step 1 once the turn is held, null when all is as it was: whoever waited for it may have lost the permission meanwhile, or the name that he
    /// asked by, and a subscription without one would be there for nobody to see.</summary>
    public static AccessRight? LeftMeanwhile(ISubscriberStore store, ShRequest request)
    {
        var server = store.FindApplicationServer(request.OriginHost.Span);
        return (ForbiddenTo(server, request) ?? ForeignTo(server!, request, out _)) is { } refused ? Refused(NotPermitted(request.Operation), refused) : null;
    }

    private static ShDataReference? ForbiddenTo(ApplicationServerPermissions? server, ShRequest request)
    {
        foreach (var reference in request.References)
        {
            // What the table does not allow nobody can be permitted, whatever an older list says.
            if (server?.Allows(reference, request.Operation) != true || (DataReferenceTable.Operations(reference) & request.Operation) == 0) return reference;
        }
        return null;
    }

    /// <summary>Filters and services are an application server's own affair: another one's are as if they were not permitted.</summary>
    /// <param name="serverName">Canonical; null: the request is about neither, or names no SIP URI.</param>
    private static ShDataReference? ForeignTo(ApplicationServerPermissions server, ShRequest request, out string? serverName)
    {
        serverName = null;
        var asksForFilters = request.Asks(ShDataReference.InitialFilterCriteria);
        if (!request.ServerName.IsPresent || (!asksForFilters && !request.Asks(ShDataReference.Dsai))) return null;
        serverName = ApplicationServerName.Canonical(request.ServerName.ToText());
        if (serverName is not null && ApplicationServerName.IsOwn(server, serverName)) return null;
        return asksForFilters ? ShDataReference.InitialFilterCriteria : ShDataReference.Dsai;
    }

    /// <summary>Step 3 and 3a: the Data-Reference that the identity is no key for, or null. Asked again within the turn.</summary>
    public static ShDataReference? RefusedKey(ShRequest request, AskedUser user)
    {
        var key = user.Key;
        foreach (var reference in request.References)
        {
            if (DataReferenceTable.Find(reference) is not { } row || !row.IsKey(key, request.Operation, user.IsWildcard)) return reference;
            if (reference == ShDataReference.IPAddressSecureBinding && user.PrivateIdentities.Length > 1) return reference;
            if (reference != ShDataReference.ImsPublicIdentity) continue;
            foreach (var set in request.IdentitySet)
                if (!DataReferenceTable.IsKey((ShIdentitySet)set.ToInteger32(), key)) return reference;
        }
        return null;
    }

    private static AccessRight Refused(ExperimentalResultCode code, ShDataReference? culprit) => new(code, null, null) { Culprit = culprit };

    private static ExperimentalResultCode NotPermitted(ShOperations operation) => operation switch
    {
        ShOperations.Pull => ExperimentalResultCode.ErrorUserDataCannotBeRead,
        ShOperations.Update => ExperimentalResultCode.ErrorUserDataCannotBeModified,
        _ => ExperimentalResultCode.ErrorUserDataCannotBeNotified,
    };
}
