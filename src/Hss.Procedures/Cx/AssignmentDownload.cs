using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>What a SAA of types 0 to 3 carries beside its result: the profile, and whom else it concerns.</summary>
/// Order: what is needed most first, because lists end where the message would grow too long for a CSCF to read.
/// Spec: TS 29.228 Table 6.1.2.2, 6.6; TS 29.229 6.1.4.
internal sealed class AssignmentDownload(ServerAssignmentRequest request, Answer answer, Subscriber subscriber, in CxIdentities.Place place)
{
    private readonly int _setIndex = place.SetIndex;
    private readonly ImplicitRegistrationSet _set = place.Set;
    private readonly MessageWriter _writer = answer.Writer;

    /// <summary>The private identity the request stands for; without User-Name any of the set will do (6.1.2.1), a registered one first.</summary>
    /// Why a registered one: it is the one that RTR and PPR can name to this S-CSCF.
    public static string UserName(string? privateIdentity, Subscriber subscriber, int setIndex) =>
        privateIdentity
        ?? (subscriber.States[setIndex].RegisteredPrivateIdentities is [var registered, ..] ? registered : subscriber.Subscription.PrivateIdentitiesOf(setIndex)[0].Identity);

    /// <summary>6.6. User-Data-Already-Available may be overridden: an outdated profile goes to an S-CSCF that believes it has it.</summary>
    public void WriteProfile(string userName, CxFeatures negotiated, NonDistinctIdentity? fallen, bool isOutdated)
    {
        var subscription = subscriber.Subscription;
        if (isOutdated || request.UserDataAlreadyAvailable == UserDataAlreadyAvailable.UserDataNotAvailable)
        {
            var form = negotiated.UserDataForm();
            var userData = fallen is { } asked ? subscriber.UserData(_setIndex, userName, form, asked) : subscriber.UserData(_setIndex, userName, form);
            _writer.WriteOctets(Avp.UserData, userData.Span);
            _writer.WriteChargingInformation(subscription.Charging);
            _writer.WriteAllowedWebFunctions(subscription.AllowedWebFunctions);
        }
        // Loose routing is how the S-CSCF reaches the contacts of the set (TS 24.229 5.4.3.3), and those are shared by its identities.
        if (_set.PublicIdentities.Any(identity => identity.LooseRoute)) _writer.WriteEnumerated(Avp.LooseRouteIndication, LooseRouteIndication.LooseRouteRequired);
        if (subscription.PrivateIdentities[subscriber.IndexOfPrivateIdentity(userName)].PrivilegedSender)
            _writer.WriteEnumerated(Avp.PriviledgedSenderIndication, PriviledgedSenderIndication.PriviledgedSender);
    }

    /// <summary>What a S-CSCF needs that has to go on with registrations it has not seen. Only where restoration is in use.</summary>
    /// <param name="answered">The state that holds once the answer leaves.</param>
    public void WriteRestoration(string? privateIdentity, ServerAssignmentType type, bool refused, RegistrationState answered)
    {
        var isRegistration = type is ServerAssignmentType.Registration or ServerAssignmentType.ReRegistration;
        foreach (var data in answered.RestorationData)
        {
            // NO_ASSIGNMENT and UNREGISTERED_USER: all there is. A multiple registration: its own. REGISTRATION: the text leaves it open whether
            // those of the other phones go along; they do, as this may be an S-CSCF that has just taken them all over. At a re-registration it has them.
            var isOwn = string.Equals(data.PrivateIdentity, privateIdentity, StringComparison.Ordinal);
            var goes = !isRegistration || (type == ServerAssignmentType.Registration && (refused || !isOwn));
            if (goes && _writer.HasRoomFor(data.Avps.Length)) RestorationAvps.Write(_writer, data);
        }
        if (isRegistration)
            WriteList(Avp.AssociatedRegisteredIdentities, answered.RegisteredPrivateIdentities.Where(identity => identity != privateIdentity));
    }

    /// <summary>All private identities of the subscription; absent when there is only one.</summary>
    public void WriteAssociatedIdentities()
    {
        var identities = subscriber.Subscription.PrivateIdentities;
        if (identities.Length > 1) WriteList(Avp.AssociatedIdentities, identities.Select(identity => identity.Identity));
    }

    private void WriteList(AvpDefinition group, IEnumerable<string> userNames)
    {
        _writer.BeginGroup(group); // dropped when it stays empty
        foreach (var userName in userNames)
        {
            if (!_writer.TryList(Avp.UserName, userName)) break;
        }
        _writer.EndGroup();
    }
}
