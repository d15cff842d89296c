namespace Hss.Provisioning;

/// <summary>The names that clients give their requests, so that they can send them again. Spec: AIP-155.</summary>
internal static class RequestIds
{
    /// <summary>Why a UUID and nothing else: a counter or a date is used again by the next script, and its change would silently not happen.</summary>
    /// Errors: INVALID_ARGUMENT.
    public static void Check(string requestId)
    {
        if (requestId.Length == 0 || Guid.TryParseExact(requestId, "D", out _)) return;
        throw Refusals.Field("request_id", "is no UUID; it looks like 123e4567-e89b-42d3-a456-426614174000");
    }
}
