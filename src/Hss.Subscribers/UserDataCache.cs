using System.Collections.Concurrent;

namespace Hss.Subscribers;

/// <summary>User-Data documents of one subscription as UTF-8, rendered on first use: an SAA then is a copy.</summary>
internal sealed class UserDataCache
{
    private readonly ConcurrentDictionary<(int SetIndex, string PrivateIdentity), ReadOnlyMemory<byte>> _documents = new();

    public ReadOnlyMemory<byte> Get(Subscription subscription, int setIndex, string privateIdentity) =>
        _documents.GetOrAdd((setIndex, privateIdentity), static (key, s) => UserDataXml.Write(s, key.SetIndex, key.PrivateIdentity), subscription);
}
