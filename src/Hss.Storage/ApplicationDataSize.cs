using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What the application data of one subscriber weigh in memory, about.</summary>
/// Units: octets.
internal static class ApplicationDataSize
{
    /// <summary>Of an element: the object, its texts, its place in the list.</summary>
    private const int ElementBytes = 300;

    public static long Of(ApplicationData data)
    {
        if (data.IsEmpty) return 0;
        long bytes = ElementBytes * ((long)data.Repository.Length + data.Subscriptions.Length + data.InactiveServices.Length
            + data.SmsRegistrations.Length + data.AccessReports.Length);
        foreach (var one in data.Repository) bytes += one.ServiceData.Length;
        foreach (var one in data.AccessReports) bytes += one.Document.Length;
        return bytes;
    }
}
