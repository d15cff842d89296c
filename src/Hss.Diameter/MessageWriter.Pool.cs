namespace Hss.Diameter;

// The pool: a writer per thread that was just here, and a small shelf for those that end on another thread.
public sealed partial class MessageWriter
{
    private const int ShelfPlaces = 64;
    private const int MaxKeptBytes = 128 * 1024;

    private static readonly MessageWriter?[] Shelf = new MessageWriter?[ShelfPlaces];

    [ThreadStatic]
    private static MessageWriter? _lastHere;

    private MessageWriter()
    {
    }

    /// <summary>Takes a writer out of the pool, with nothing written.</summary>
    public static MessageWriter Rent()
    {
        MessageWriter? writer = _lastHere;
        _lastHere = null;
        for (int place = 0; writer is null && place < ShelfPlaces; place++)
        {
            if (Volatile.Read(ref Shelf[place]) is not null) writer = Interlocked.Exchange(ref Shelf[place], null);
        }

        writer ??= new MessageWriter();
        writer.Clear();
        return writer;
    }

    /// <summary>Gives the writer back; what <see cref="Written"/> returned must not be used any more.</summary>
    public void Return()
    {
        if (_buffer.Length > MaxKeptBytes) return;
        if (_lastHere is null)
        {
            _lastHere = this;
            return;
        }

        for (int place = 0; place < ShelfPlaces; place++)
        {
            if (Volatile.Read(ref Shelf[place]) is null && Interlocked.CompareExchange(ref Shelf[place], this, null) is null) return;
        }
    }
}
