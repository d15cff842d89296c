using Google.Protobuf.Collections;

namespace Hss.Provisioning;

/// <summary>A page of a list that lies in memory, in the order of its keys.</summary>
/// Why keys and not numbers: what is removed between two pages must not make another item slip through.
internal static class KeyedPage
{
    public const int UsualSize = 100;
    public const int MostSize = 1000;

    /// <summary>Fills a page; the token of the next one, or empty.</summary>
    /// Errors: INVALID_ARGUMENT for a size or token that is none.
    public static string Fill<T>(RepeatedField<T> page, IEnumerable<T> all, Func<T, string> key, int pageSize, string pageToken, string question)
    {
        var size = PageToken.Size(pageSize, UsualSize, MostSize);
        var after = PageToken.Read(pageToken, question, "page_token");
        var last = "";
        foreach (var (item, name) in all.Select(item => (item, Name: key(item))).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            if (after is not null && string.CompareOrdinal(name, after) <= 0) continue;
            if (page.Count == size) return PageToken.Of(question, last);
            page.Add(item);
            last = name;
        }
        return "";
    }
}
