using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Lays one Sh-Data document over another.</summary>
internal static class ShDataMerge
{
    public static void Into(ShData target, ShData later)
    {
        target.PublicIdentifiers = later.PublicIdentifiers ?? target.PublicIdentifiers;
        foreach (var data in later.RepositoryData)
            target.RepositoryData = Put(target.RepositoryData, data, one => one.ServiceIndication == data.ServiceIndication);
        target.ServerName = later.ServerName ?? target.ServerName;
        target.InitialFilterCriteria = later.InitialFilterCriteria ?? target.InitialFilterCriteria;
        target.ImsUserState = later.ImsUserState ?? target.ImsUserState;
        target.Charging = later.Charging ?? target.Charging;
        target.PsiActive = later.PsiActive ?? target.PsiActive;
        foreach (var dsai in later.Dsai) target.Dsai = Put(target.Dsai, dsai, one => one.Tag == dsai.Tag);
        target.ServiceLevelTraceInfo = later.ServiceLevelTraceInfo ?? target.ServiceLevelTraceInfo;
        // The three say together where a UE is bound to: an address of the old binding must not stay beside one of the new.
        if (later.IPv4Address is not null || later.IPv6Prefix is not null || later.IPv6InterfaceIdentifier is not null)
            (target.IPv4Address, target.IPv6Prefix, target.IPv6InterfaceIdentifier) = (later.IPv4Address, later.IPv6Prefix, later.IPv6InterfaceIdentifier);
        target.ServicePriorityLevel = later.ServicePriorityLevel ?? target.ServicePriorityLevel;
        target.SmsRegistration = later.SmsRegistration ?? target.SmsRegistration;
        target.StnSr = later.StnSr ?? target.StnSr;
        if (!later.ExtendedPriorities.IsEmpty) target.ExtendedPriorities = later.ExtendedPriorities;
        target.ReferenceLocation = later.ReferenceLocation ?? target.ReferenceLocation;
        target.RegisteredIdentities = later.RegisteredIdentities ?? target.RegisteredIdentities;
        target.ImplicitIdentities = later.ImplicitIdentities ?? target.ImplicitIdentities;
        target.AllIdentities = later.AllIdentities ?? target.AllIdentities;
        target.AliasIdentities = later.AliasIdentities ?? target.AliasIdentities;
        target.DeletedIdentities = Together(target.DeletedIdentities, later.DeletedIdentities);
        target.Imsi = later.Imsi ?? target.Imsi;
        if (!later.PrivateIdentities.IsEmpty) target.PrivateIdentities = later.PrivateIdentities;
        target.Access = Over(target.Access, later.Access);
    }

    private static ImmutableArray<T> Put<T>(ImmutableArray<T> list, T item, Predicate<T> isSame)
    {
        for (var i = 0; i < list.Length; i++)
            if (isSame(list[i])) return list.SetItem(i, item);
        return list.Add(item);
    }

    private static ShPublicIdentifiers? Together(ShPublicIdentifiers? first, ShPublicIdentifiers? second)
    {
        if (first is null || second is null) return second ?? first;
        return new()
        {
            Identities = [.. first.Identities.Union(second.Identities)],
            Msisdns = [.. first.Msisdns.Union(second.Msisdns)],
            Type = second.Type ?? first.Type,
            WildcardedPsi = second.WildcardedPsi ?? first.WildcardedPsi,
            WildcardedImpu = second.WildcardedImpu ?? first.WildcardedImpu,
            ExtendedMsisdns = [.. first.ExtendedMsisdns.Union(second.ExtendedMsisdns)],
            TypedIdentities = [.. first.TypedIdentities.Union(second.TypedIdentities)],
        };
    }

    private static ShAccessData? Over(ShAccessData? first, ShAccessData? second)
    {
        if (first is null || second is null) return second ?? first;
        return new()
        {
            Reachability = second.Reachability ?? first.Reachability,
            UeSrvccCapable = second.UeSrvccCapable ?? first.UeSrvccCapable,
            Csrn = second.Csrn ?? first.Csrn,
            MtrrIndication = second.MtrrIndication ?? first.MtrrIndication,
            Ue5GSrvccCapable = second.Ue5GSrvccCapable ?? first.Ue5GSrvccCapable,
            CsLocation = second.CsLocation ?? first.CsLocation,
            PsLocation = second.PsLocation ?? first.PsLocation,
            CsUserState = second.CsUserState ?? first.CsUserState,
            PsUserState = second.PsUserState ?? first.PsUserState,
            Tads = second.Tads ?? first.Tads,
            EpsUserState = second.EpsUserState ?? first.EpsUserState,
            EpsLocation = second.EpsLocation ?? first.EpsLocation,
            TwanLocation = second.TwanLocation ?? first.TwanLocation,
            Imeisv = second.Imeisv ?? first.Imeisv,
            FiveGsLocation = second.FiveGsLocation ?? first.FiveGsLocation,
            FiveGsUserState = second.FiveGsUserState ?? first.FiveGsUserState,
        };
    }
}
