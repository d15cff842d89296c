namespace Hss.Storage;

/// <summary>The store cannot be opened. The message is one line for an operator: what, which file, and how to mend it.</summary>
public sealed class StoreOpenException : Exception
{
    public StoreOpenException() { }
    public StoreOpenException(string message) : base(message) { }
    public StoreOpenException(string message, Exception inner) : base(message, inner) { }
}
