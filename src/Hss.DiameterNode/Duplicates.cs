using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>What a request turned out to be.</summary>
internal enum DuplicateVerdict
{
    /// <summary>The first of its kind: serve it.</summary>
    New,

    /// <summary>A copy of one that is still being served: it gets that one's answer.</summary>
    InWork,

    /// <summary>A copy of one that was answered: the answer was written again.</summary>
    Answered,
}

/// <summary>Recognises copies of requests that change something, so that each is carried out once and all copies get the same answer.</summary>
/// Shape: a copy has the same Origin-Host, End-to-End id, application, command and Session-Id, and one of the two has the T bit.
/// Order: a request enters before its procedure starts and leaves when the procedure has ended, not when its deadline passed: what a
/// late procedure did is the truth, and a copy that waits gets it. Any thread. Limits: octets and age; the oldest are forgotten first.
/// Spec: RFC 6733 3 (T bit, End-to-End id), Appendix C.
/// <remarks>
/// Why the Session-Id, which the RFC does not name: Cx has one per request (TS 29.229 5.3), so a copy has it too, while a sender whose
/// End-to-End ids start over after a crash does not. A key in somebody else's answer would be worse than a procedure that runs twice.
/// Why what the answer repeats of the request (User-Name, Public-Identity) must be the same too: whatever else collides, nobody gets the
/// keys of another subscriber.
/// Why one T bit of the two: a copy over a faster way overtakes the original (Appendix C), which then comes second and without the bit.
/// Without any T bit nothing is a copy, so a load generator that sends one message again and again is served again and again.
/// Which answers: those that say how it ended. Not 3xxx and 4xxx, which ask for another attempt, and not 5012, which is our own
/// trouble (store, deadline, bug): the copy is the second chance.
/// How long: the sender's patience decides (Kamailio 5 s), and the slowest way a copy can take, a relay that turns its requests elsewhere
/// when the watchdog suspects the peer, 2 Tw after it was sent (RFC 3539 3.4.1): 64 s with Tw 30 s and jitter. The RFC's own limit of
/// 4 minutes would keep keys in memory far longer than anybody waits for them.
/// </remarks>
internal sealed class Duplicates : IDisposable
{
    /// <summary>Parts with a lock each; two requests seldom meet in one.</summary>
    private const int PartCount = 8;

    /// <summary>The least memory: two pages for each part.</summary>
    public const int MinMemoryBytes = PartCount * 2 * AnswerMemory.PageBytes;

    private readonly Part[] _parts;
    private readonly TimeProvider _time;
    private readonly TimeSpan _age;
    private readonly ITimer _timer;
    private int _isArmed;

    public Duplicates(long memoryBytes, TimeSpan age, TimeProvider time)
    {
        _time = time;
        _age = age;
        long ageTicks = (long)(age.TotalSeconds * time.TimestampFrequency);
        int pages = (int)(memoryBytes / PartCount / AnswerMemory.PageBytes);
        _parts = [.. Enumerable.Range(0, PartCount).Select(_ => new Part(new AnswerMemory(pages, ageTicks)))];
        _timer = time.CreateTimer(static all => ((Duplicates)all!).Forget(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Octets of answers remembered.</summary>
    public long RememberedBytes => _parts.Sum(part => part.RememberedBytes);

    /// <summary>Takes a request in, or finds what it is a copy of. A copy of an answered one has its answer written and its result set.</summary>
    public DuplicateVerdict Enter(Answer answer)
    {
        RequestKey key = answer.Key;

        // Without both it is no request of anybody's; the grammar will say so.
        if (key.SessionIdAvp.IsEmpty || key.OriginHost.IsEmpty) return DuplicateVerdict.New;
        return _parts[key.Hash % PartCount].Enter(answer, key, _time.GetTimestamp());
    }

    /// <summary>Lets a request go whose procedure has ended; hands out the copies that waited for it, linked by NextCopy.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="avps">The AVPs of a final answer up to Proxy-Info; empty for one that is not remembered.</param>
    public Answer? Leave(Answer answer, ReadOnlySpan<byte> avps)
    {
        RequestKey key = answer.Key;
        Answer? copies = _parts[key.Hash % PartCount].Leave(answer, key, avps, _time.GetTimestamp());
        if (!avps.IsEmpty && Volatile.Read(ref _isArmed) == 0) Arm();
        return copies;
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (Part part in _parts) part.Forget(long.MaxValue);
    }

    // Answers leave when others come or when they are looked for; the timer is for the silence in between, in which keys would stay.
    private void Arm()
    {
        if (Interlocked.Exchange(ref _isArmed, 1) == 0) _timer.Change(_age, Timeout.InfiniteTimeSpan);
    }

    private void Forget()
    {
        Volatile.Write(ref _isArmed, 0);
        long now = _time.GetTimestamp();
        bool isEmpty = true;
        foreach (Part part in _parts) isEmpty &= part.Forget(now);
        if (!isEmpty) Arm();
    }

    /// <summary>The requests whose hash falls here.</summary>
    private sealed class Part(AnswerMemory memory)
    {
        private const int BucketCount = 512;

        private readonly Lock _gate = new();
        private readonly Answer?[] _inWork = new Answer?[BucketCount];
        private int _copiesInWork;

        public long RememberedBytes
        {
            get
            {
                lock (_gate) return memory.LengthBytes;
            }
        }

        public DuplicateVerdict Enter(Answer answer, in RequestKey key, long now)
        {
            ref Answer? first = ref Bucket(key);
            lock (_gate)
            {
                // The common case, no T bit anywhere, looks for nothing.
                if ((key.IsRetransmitted || _copiesInWork > 0) && FindInWork(first, key) is { } original)
                {
                    answer.NextCopy = original.FirstCopy;
                    original.FirstCopy = answer;
                    return DuplicateVerdict.InWork;
                }

                if (memory.TryFind(key, answer.Opening, now, out ReadOnlySpan<byte> avps, out ResultCode code, out ExperimentalResultCode experimentalCode))
                {
                    answer.Restore(avps, code, experimentalCode);
                    return DuplicateVerdict.Answered;
                }

                if (key.IsRetransmitted) _copiesInWork++;
                answer.NextInWork = first;
                if (first is not null) first.PreviousInWork = answer;
                first = answer;
                answer.IsInWork = true;
                return DuplicateVerdict.New;
            }
        }

        public Answer? Leave(Answer answer, in RequestKey key, ReadOnlySpan<byte> avps, long now)
        {
            ref Answer? first = ref Bucket(key);
            lock (_gate)
            {
                if (key.IsRetransmitted) _copiesInWork--;
                if (answer.PreviousInWork is null) first = answer.NextInWork;
                else answer.PreviousInWork.NextInWork = answer.NextInWork;
                if (answer.NextInWork is not null) answer.NextInWork.PreviousInWork = answer.PreviousInWork;
                answer.NextInWork = answer.PreviousInWork = null;
                answer.IsInWork = false;
                if (!avps.IsEmpty) memory.Keep(key, avps, answer.Code, answer.ExperimentalCode, now);
                Answer? copies = answer.FirstCopy;
                answer.FirstCopy = null;
                return copies;
            }
        }

        public bool Forget(long now)
        {
            lock (_gate)
            {
                memory.Forget(now);
                return memory.IsEmpty;
            }
        }

        private static Answer? FindInWork(Answer? answer, in RequestKey key)
        {
            for (; answer is not null; answer = answer.NextInWork)
            {
                RequestKey other = answer.Key;
                if ((key.IsRetransmitted || other.IsRetransmitted) && key.IsSameAs(other)) return answer;
            }

            return null;
        }

        private ref Answer? Bucket(in RequestKey key) => ref _inWork[key.Hash / PartCount % BucketCount];
    }
}
