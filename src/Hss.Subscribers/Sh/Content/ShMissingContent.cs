namespace Hss.Subscribers;

/// <summary>How data that are not there are told: as an empty element, where the text has one for them.</summary>
/// Shape: references that are not listed stay absent. Spec: TS 29.328 6.1.1.1 step 5, 6.1.4.
internal static class ShMissingContent
{
    /// <returns>Whether there is such an element.</returns>
    public static bool Mark(ShData document, in ShItem item)
    {
        switch (item.Reference)
        {
            case ShDataReference.RepositoryData:
                // SequenceNumber must come although nothing is stored: 0, which is the number that whoever creates the data now has to send.
                document.RepositoryData = document.RepositoryData.Add(new(item.ServiceIndication ?? "", 0, null));
                break;
            case ShDataReference.ImsPublicIdentity: ShIdentityContent.Put(document, item, ShPublicIdentifiers.Empty); break;
            case ShDataReference.Msisdn: document.PublicIdentifiers ??= ShPublicIdentifiers.Empty; break;
            case ShDataReference.ServerName: document.ServerName = ""; break;
            case ShDataReference.InitialFilterCriteria: document.InitialFilterCriteria = []; break;
            // Of IPv4Address and IPv6Prefix one says it; every application server of the time before IPv6 knows the first.
            case ShDataReference.IPAddressSecureBinding: document.IPv4Address = ""; break;
            case ShDataReference.StnSr: document.StnSr = ""; break;
            case ShDataReference.Imsi: document.Imsi = ""; break;
            case ShDataReference.LocationInformation or ShDataReference.Csrn: ShAccessContent.Mark(document, item); break;
            default: return false;
        }
        return true;
    }
}
