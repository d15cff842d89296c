using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>User-Data documents of one subscription as UTF-8, rendered on first use: an SAA then is a copy.</summary>
/// Shape: for one state of the masks; another one begins an empty cache. A list, because a subscription has one or two documents and a hundred thousand of these caches live beside each other.
internal sealed class UserDataCache(ImmutableArray<InactiveService> inactive)
{
    private volatile Document? _first;

    public ReadOnlyMemory<byte> Get(Subscription subscription, int setIndex, string privateIdentity, UserDataForm form)
    {
        var first = _first;
        for (var document = first; document is not null; document = document.Next)
            if (document.SetIndex == setIndex && document.Form == form && string.Equals(document.PrivateIdentity, privateIdentity, StringComparison.Ordinal))
                return document.Utf8;
        var utf8 = Render(subscription, setIndex, privateIdentity, form, null);
        // Two that render the same document at once both may add it: it stands there twice then, which costs memory and nothing else.
        while (Interlocked.CompareExchange(ref _first, new Document(setIndex, privateIdentity, form, utf8, first), first) is var seen && seen != first)
            first = seen;
        return utf8;
    }

    public ReadOnlyMemory<byte> Render(Subscription subscription, int setIndex, string privateIdentity, UserDataForm form, NonDistinctIdentity? nonDistinct) =>
        UserDataXml.Write(subscription, setIndex, privateIdentity, form, nonDistinct, new(inactive));

    /// <summary>Whether these are the masks that its documents have.</summary>
    public bool IsFor(ImmutableArray<InactiveService> others) => inactive == others || inactive.AsSpan().SequenceEqual(others.AsSpan());

    private sealed record Document(int SetIndex, string PrivateIdentity, UserDataForm Form, ReadOnlyMemory<byte> Utf8, Document? Next);
}
