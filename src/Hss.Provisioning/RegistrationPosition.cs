using System.Globalization;

namespace Hss.Provisioning;

/// <summary>Where a list of registrations goes on: behind a set of a subscription, which is looked for again.</summary>
/// Shape: LENGTH:AFTER LASTSET:CURRENT. Names of subscriptions may have any character, so the first one has its length.
/// <param name="After">The last subscription that was given whole; null: none was.</param>
/// <param name="Current">The subscription of the last set that was given.</param>
internal readonly record struct RegistrationPosition(string? After, string Current, int LastSet)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{After?.Length ?? -1}:{After}{LastSet}:{Current}");

    /// Errors: INVALID_ARGUMENT.
    public static RegistrationPosition? Read(string? text)
    {
        if (text is null) return null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && int.TryParse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var length) && length >= -1
            && Math.Max(length, 0) <= text.Length - colon - 1)
        {
            var after = length < 0 ? null : text.Substring(colon + 1, length);
            var rest = text.AsSpan(colon + 1 + Math.Max(length, 0));
            var second = rest.IndexOf(':');
            if (second > 0 && int.TryParse(rest[..second], NumberStyles.None, CultureInfo.InvariantCulture, out var set)) return new(after, rest[(second + 1)..].ToString(), set);
        }
        throw Refusals.Field("page_token", "is not a token that this server gave");
    }
}
