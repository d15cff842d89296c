namespace Hss.DiameterNode;

/// <summary>Letters from many threads, read by one at a time and in order.</summary>
/// Shape: whoever posts into an idle mailbox reads it until it is empty, so no thread waits and none is kept for it.
/// Order: first in, first out. The reader may post, also into its own mailbox; that letter is read later.
internal sealed class Mailbox<TLetter>(Action<TLetter> read)
{
    private readonly Lock _gate = new();
    private readonly Queue<TLetter> _letters = new();
    private bool _isRead;

    /// <summary>Posts a letter and, when nobody else is at it, reads what is there.</summary>
    public void Post(TLetter letter)
    {
        lock (_gate)
        {
            _letters.Enqueue(letter);
            if (_isRead) return;
            _isRead = true;
        }

        while (TryTake(out TLetter? next)) read(next);
    }

    private bool TryTake(out TLetter letter)
    {
        lock (_gate)
        {
            if (_letters.TryDequeue(out letter!)) return true;
            _isRead = false;
            return false;
        }
    }
}
