using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What the S-CSCFs leave with the registration so that another one can restore it: kept per set and private identity.</summary>
/// Shape: at most one entry per private identity, within bounds. Pure. Spec: TS 29.228 6.1.2.1, TS 29.229 6.3.46, TS 23.380 4.
public static class Restoration
{
    /// <summary>The longest data of one private identity.</summary>
    /// Units: octets. A contact with its path and the headers of a subscription needs some hundred; this is several contacts.
    public const int MaxEntryBytes = 4 * 1024;

    /// <summary>The most data of one set.</summary>
    /// Units: octets. All of it stands in one SAA beside <see cref="UserDataXml.MaxUserDataBytes"/> of profile, and a message ends at 64 KiB.
    public const int MaxSetBytes = 12 * 1024;

    /// <summary>The data of one private identity, or null.</summary>
    public static RestorationData? Of(RegistrationState state, string privateIdentity)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var data in state.RestorationData)
            if (string.Equals(data.PrivateIdentity, privateIdentity, StringComparison.Ordinal)) return data;
        return null;
    }

    /// <summary>Stores or replaces the data of one private identity. Data beyond the bounds, or without octets, is not kept, and the older data not either.</summary>
    /// Why forgotten and not refused: the registration itself is good, and outdated contacts would restore calls into the void.
    public static RegistrationState Store(RegistrationState state, RestorationData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Equals(Of(state, data.PrivateIdentity))) return state;
        var others = Forget(state, data.PrivateIdentity);
        var room = MaxSetBytes - others.RestorationData.Sum(other => other.Avps.Length);
        return data.Avps.IsEmpty || data.Avps.Length > Math.Min(room, MaxEntryBytes) ? others : others with { RestorationData = others.RestorationData.Add(data) };
    }

    /// <summary>Forgets the data of one private identity. Null stands for the only registered one, so for all there is.</summary>
    public static RegistrationState Forget(RegistrationState state, string? privateIdentity)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.RestorationData.IsEmpty) return state;
        return state with
        {
            RestorationData = privateIdentity is null
                ? [] : state.RestorationData.RemoveAll(data => string.Equals(data.PrivateIdentity, privateIdentity, StringComparison.Ordinal)),
        };
    }
}
