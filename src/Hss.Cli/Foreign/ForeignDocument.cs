namespace Hss.Cli.Foreign;

/// <summary>One subscription document made of what another system holds.</summary>
/// <param name="Place">Where it came from, for messages: "line 7", "ims_subscriber 12", "imsu 3".</param>
/// <param name="Utf8">JSON on one line. It holds keys in the clear: it goes to the server or into a file of mode 0600, never into a log.</param>
public sealed record ForeignDocument(string Place, string SubscriptionId, ReadOnlyMemory<byte> Utf8);

/// <summary>A file that cannot be read at all. The message is one line, names the mend and holds no key.</summary>
public sealed class ForeignFormatException : Exception
{
    public ForeignFormatException() { }
    public ForeignFormatException(string message) : base(message) { }
    public ForeignFormatException(string message, Exception inner) : base(message, inner) { }
}
