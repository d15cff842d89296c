using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;

namespace Hss.Procedures.Cx;

/// <summary>What a Server-Assignment-Type does to the registration state.</summary>
internal enum AssignmentEffect
{
    None,
    Register,
    Unregistered,
    Clear,
    ClearKeepingServer,
    AuthenticationFailed,
}

/// <summary>The table of Server-Assignment-Types: what each may carry and what it does.</summary>
/// Spec: TS 29.228 Table 6.1.2.1 and 6.1.2.1 steps 3 to 5; TS 29.229 6.3.15 (values 12 to 14 are SWx only).
internal sealed record AssignmentRules(AssignmentEffect Effect)
{
    /// <summary>Several Public-Identity AVPs, or none at all, are allowed.</summary>
    public bool AllowsSeveralIdentities { get; private init; }

    public bool NeedsUserName { get; private init; }

    public bool DistinctIdentityOnly { get; private init; }

    /// <summary>Types 0 to 3 download the profile (6.6).</summary>
    public bool Downloads { get; private init; }

    public bool BelongsToCx { get; private init; } = true;

    /// <summary>A de-registration without User-Name is unclear when several private identities are registered (5005).</summary>
    public bool NeedsPrivateIdentityWhenShared => Effect is AssignmentEffect.Clear or AssignmentEffect.ClearKeepingServer;

    private static readonly AssignmentRules NoAssignment = new(AssignmentEffect.None) { Downloads = true };
    private static readonly AssignmentRules Registration = new(AssignmentEffect.Register) { NeedsUserName = true, DistinctIdentityOnly = true, Downloads = true };
    private static readonly AssignmentRules UnregisteredUser = new(AssignmentEffect.Unregistered) { Downloads = true };
    private static readonly AssignmentRules Deregistration = new(AssignmentEffect.Clear) { AllowsSeveralIdentities = true };
    private static readonly AssignmentRules UserDeregistration = Deregistration with { DistinctIdentityOnly = true };
    private static readonly AssignmentRules StoreName = new(AssignmentEffect.ClearKeepingServer) { AllowsSeveralIdentities = true };
    private static readonly AssignmentRules UserStoreName = StoreName with { DistinctIdentityOnly = true };
    private static readonly AssignmentRules AuthenticationEnded = new(AssignmentEffect.AuthenticationFailed) { NeedsUserName = true, DistinctIdentityOnly = true };
    private static readonly AssignmentRules NotOnCx = new(AssignmentEffect.None) { AllowsSeveralIdentities = true, BelongsToCx = false };

    public static AssignmentRules Of(ServerAssignmentType type) => type switch
    {
        ServerAssignmentType.NoAssignment => NoAssignment,
        ServerAssignmentType.Registration or ServerAssignmentType.ReRegistration => Registration,
        ServerAssignmentType.UnregisteredUser => UnregisteredUser,
        ServerAssignmentType.TimeoutDeregistration => Deregistration,
        ServerAssignmentType.UserDeregistration => UserDeregistration,
        ServerAssignmentType.TimeoutDeregistrationStoreServerName => StoreName,
        ServerAssignmentType.UserDeregistrationStoreServerName => UserStoreName,
        ServerAssignmentType.AdministrativeDeregistration => Deregistration,
        ServerAssignmentType.AuthenticationFailure or ServerAssignmentType.AuthenticationTimeout => AuthenticationEnded,
        ServerAssignmentType.DeregistrationTooMuchData => Deregistration,
        _ => NotOnCx,
    };

    /// <summary>The conditions of Table 6.1.2.1 that the grammar cannot say. Answers 5005 with an example and returns false when one fails.</summary>
    public bool CheckPresence(in ServerAssignmentRequest request, Answer answer)
    {
        if (request.PublicIdentity.Count == 0 && (!AllowsSeveralIdentities || !request.UserName.IsPresent))
        {
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(Avp.PublicIdentity));
            return false;
        }
        if (NeedsUserName && !request.UserName.IsPresent)
        {
            answer.Result(ResultCode.MissingAvp, FailedAvpContent.ExampleOf(Avp.UserName));
            return false;
        }
        return true;
    }
}
