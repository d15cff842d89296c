using System.Security.Cryptography;
using System.Text;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Answers that were given, for copies of their requests; of bounded size and age, and wiped when forgotten.</summary>
/// Shape: pages in a ring, filled one after the other; each entry is known by a number that only grows, and links to the older one in
/// its bucket. A number below the oldest ends a chain, so forgetting is moving that mark and unlinks nothing. Keeping an answer is one
/// copy and allocates nothing once the pages are there. Order: one thread at a time. Errors: none; what does not fit is not kept.
internal sealed class AnswerMemory(int maxPages, long maxAgeTicks)
{
    /// <summary>Octets of one page, room for several of the largest answers.</summary>
    public const int PageBytes = 256 * 1024;

    private const int EntriesPerPage = 512;
    private const int BucketCount = 4096;

    private readonly Page?[] _pages = new Page?[maxPages];
    private long[]? _newest;
    private long _page;
    private long _oldest = EntriesPerPage;
    private long _next = EntriesPerPage;
    private int _retransmitted;

    /// <summary>Whether nothing is remembered.</summary>
    public bool IsEmpty => _oldest == _next;

    /// <summary>Octets remembered.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Remembers an answer.</summary>
    public void Keep(in RequestKey key, ReadOnlySpan<byte> avps, ResultCode code, ExperimentalResultCode experimentalCode, long now)
    {
        Forget(now);
        int length = key.OriginHost.Length + avps.Length;
        if (length > PageBytes) return;
        Page page = PageFor(length);
        _newest ??= new long[BucketCount];
        ref long newest = ref _newest[Bucket(key.Hash)];
        page.Entries[page.Count] = new Entry
        {
            Hash = key.Hash,
            EndToEndId = key.EndToEndId,
            ApplicationId = key.ApplicationId,
            CommandCode = key.CommandCode,
            IsRetransmitted = key.IsRetransmitted,
            Code = code,
            ExperimentalCode = experimentalCode,
            Offset = page.LengthBytes,
            OriginHostBytes = key.OriginHost.Length,
            AvpBytes = avps.Length,
            KeptAt = now,
            Older = newest,
        };
        key.OriginHost.CopyTo(page.Octets.AsSpan(page.LengthBytes));
        avps.CopyTo(page.Octets.AsSpan(page.LengthBytes + key.OriginHost.Length));
        newest = _next;
        page.LengthBytes += length;
        page.Count++;
        _next++;
        LengthBytes += length;
        if (key.IsRetransmitted) _retransmitted++;
    }

    /// <summary>Finds the answer that a copy of this request got. Its octets are true until the next call.</summary>
    /// <param name="key">The request.</param>
    /// <param name="opening">What its own answer begins with: Session-Id and what is repeated of the request. The answer found begins so too.</param>
    /// <param name="now">The time.</param>
    /// <param name="avps">The AVPs of the answer.</param>
    /// <param name="code">Its Result-Code.</param>
    /// <param name="experimentalCode">Its Experimental-Result-Code.</param>
    public bool TryFind(
        in RequestKey key, ReadOnlySpan<byte> opening, long now, out ReadOnlySpan<byte> avps, out ResultCode code, out ExperimentalResultCode experimentalCode)
    {
        avps = default;
        code = ResultCode.None;
        experimentalCode = ExperimentalResultCode.None;
        if (_newest is null || (!key.IsRetransmitted && _retransmitted == 0)) return false;
        for (long number = _newest[Bucket(key.Hash)]; number >= _oldest;)
        {
            Page page = PageOf(number);
            ref Entry entry = ref page.Entries[number % EntriesPerPage];
            if (entry.Is(key) && page.AvpsOf(entry).StartsWith(opening) && Ascii.EqualsIgnoreCase(page.OriginHostOf(entry), key.OriginHost))
            {
                // The newest of its key decides. A sender that repeats itself without the T bit fills the chain with its like.
                if ((!key.IsRetransmitted && !entry.IsRetransmitted) || now - entry.KeptAt > maxAgeTicks) return false;
                avps = page.AvpsOf(entry);
                code = entry.Code;
                experimentalCode = entry.ExperimentalCode;
                return true;
            }

            number = entry.Older;
        }

        return false;
    }

    /// <summary>Forgets what is too old by now.</summary>
    public void Forget(long now)
    {
        while (!IsEmpty)
        {
            Page page = PageOf(_oldest);
            int index = (int)(_oldest % EntriesPerPage);
            if (index < page.Count && now - page.Entries[index].KeptAt <= maxAgeTicks) return;
            ForgetOldest(page, index);
        }
    }

    private void ForgetOldest(Page page, int index)
    {
        if (index >= page.Count)
        {
            // The page was left before its last place was taken.
            _oldest = ((_oldest / EntriesPerPage) + 1) * EntriesPerPage;
            return;
        }

        ref Entry entry = ref page.Entries[index];
        int length = entry.OriginHostBytes + entry.AvpBytes;
        CryptographicOperations.ZeroMemory(page.Octets.AsSpan(entry.Offset, length));
        LengthBytes -= length;
        if (entry.IsRetransmitted) _retransmitted--;
        _oldest++;
    }

    /// <summary>The page that takes this many octets more; the oldest page makes room.</summary>
    private Page PageFor(int length)
    {
        if (_page > 0 && PageOf(_page * EntriesPerPage) is { Count: < EntriesPerPage } current && current.LengthBytes + length <= PageBytes) return current;
        bool wasEmpty = IsEmpty;
        _page++;
        _next = _page * EntriesPerPage;
        if (wasEmpty) _oldest = _next;
        while (_oldest / EntriesPerPage + maxPages <= _page) ForgetOldest(PageOf(_oldest), (int)(_oldest % EntriesPerPage));
        ref Page? page = ref _pages[_page % maxPages];
        page ??= new Page();
        page.Count = 0;
        page.LengthBytes = 0;
        return page;
    }

    private Page PageOf(long number) => _pages[number / EntriesPerPage % maxPages]!;

    private static int Bucket(uint hash) => (int)((hash >> 12) % BucketCount);

    private sealed class Page
    {
        public byte[] Octets { get; } = GC.AllocateUninitializedArray<byte>(PageBytes);

        public Entry[] Entries { get; } = new Entry[EntriesPerPage];

        public int Count { get; set; }

        public int LengthBytes { get; set; }

        public ReadOnlySpan<byte> OriginHostOf(in Entry entry) => Octets.AsSpan(entry.Offset, entry.OriginHostBytes);

        public ReadOnlySpan<byte> AvpsOf(in Entry entry) => Octets.AsSpan(entry.Offset + entry.OriginHostBytes, entry.AvpBytes);
    }

    private struct Entry
    {
        public uint Hash;
        public uint EndToEndId;
        public uint ApplicationId;
        public uint CommandCode;
        public bool IsRetransmitted;
        public ResultCode Code;
        public ExperimentalResultCode ExperimentalCode;
        public int Offset;
        public int OriginHostBytes;
        public int AvpBytes;
        public long KeptAt;
        public long Older;

        public readonly bool Is(in RequestKey key) =>
            Hash == key.Hash && EndToEndId == key.EndToEndId && CommandCode == key.CommandCode && ApplicationId == key.ApplicationId;
    }
}
