using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>The subscription document as JSON: read strictly when it is provisioned, written without secrets, read back fast from the store.</summary>
/// Shape: one JSON object in UTF-8, the proto3 JSON form of hss.provisioning.v1.Subscription.
/// Errors: <see cref="Read"/> lists every problem of the document and never throws for one. Spec: TS 29.228 clause 5, Annex B; TS 29.229 6.3.
public static class SubscriptionJson
{
    /// <summary>A document that is longer is refused unread. Ten times what fills the largest User-Data.</summary>
    public const int MaxDocumentBytes = 512 * 1024;

    /// <summary>Items of one array: identities of a business trunk are the longest list that makes sense.</summary>
    public const int MaxItems = 1000;

    /// <summary>Problems kept per document; who has a hundred has one mistake a hundred times.</summary>
    public const int MaxProblems = 100;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16 };

    /// <summary>Reads what an operator wrote. Templates are rendered, OP becomes OPc, passwords become HA1, identities become canonical.</summary>
    public static SubscriptionReading Read(ReadOnlyMemory<byte> utf8, DocumentContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var problems = new ProblemList();
        var reader = new SubscriptionReader(context, problems);
        SubscriptionDraft? draft = null;
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (utf8.Length > MaxDocumentBytes)
            problems.Add(DocumentPath.Root, $"the document has {utf8.Length} octets, at most {MaxDocumentBytes} are allowed");
        else
        {
            try
            {
                using var document = JsonDocument.Parse(utf8, s_options);
                draft = reader.Read(document.RootElement);
            }
            catch (JsonException exception)
            {
                // The parser's own message may quote what it stumbled over, and that may be part of a key.
                problems.Add(DocumentPath.Root,
                    $"no valid JSON at line {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}");
            }
        }
        if (!problems.IsEmpty) draft = null;
        var needsStored = draft?.NeedsStored ?? false;
        return new(needsStored ? null : draft?.Rest, problems.Problems, problems.Warnings)
        {
            SubscriptionId = reader.SubscriptionId,
            Draft = needsStored ? draft : null,
        };
    }

    /// <summary>Reads a document that has to be whole: no transport keys, and no stored key to stay.</summary>
    public static SubscriptionReading Read(ReadOnlyMemory<byte> utf8, IfcTemplates templates) =>
        Read(utf8, new DocumentContext { Templates = templates }).Complete(null);

    /// <summary>The form the store keeps: no K, OPc, HA1 or password; filters rendered, each with the template it came from.</summary>
    public static ReadOnlyMemory<byte> Write(Subscription subscription) => SubscriptionWriter.Write(subscription, stored: true);

    /// <summary>The form to show: as an operator would write it, with template references instead of what they render to, but without secrets.</summary>
    public static ReadOnlyMemory<byte> WriteDocument(Subscription subscription) => SubscriptionWriter.Write(subscription, stored: false);

    /// <summary>Reads what <see cref="Write"/> wrote; the store supplies the credentials of each private identity, which it keeps apart.</summary>
    /// Errors: <see cref="InvalidDataException"/> when the text is not what this class wrote or when credentials are missing.
    public static Subscription ReadStored(ReadOnlySpan<byte> utf8, Func<string, Credentials?> credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return StoredSubscriptionReader.Read(utf8, credentials);
    }
}
