using System.Text;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>What ListSubscriptions was asked for: terms joined by AND.</summary>
/// Shape: TERM := FIELD = VALUE; VALUE in quotes or without blanks; \" and \\ inside quotes; a trailing * only in subscription_id.
/// Spec: AIP-160, of which this is the part that indexes can answer.
internal sealed record SubscriptionFilter
{
    public const int MaxLength = 1024;

    private static readonly string[] s_fields = ["subscription_id", "private_identity", "public_identity", "registered"];

    public string? SubscriptionId { get; private set; }

    /// <summary>SubscriptionId is only the beginning of it.</summary>
    public bool IsPrefix { get; private set; }

    /// <summary>Canonical.</summary>
    public string? PrivateIdentity { get; private set; }

    /// <summary>Canonical.</summary>
    public string? PublicIdentity { get; private set; }

    public bool? Registered { get; private set; }

    /// Errors: INVALID_ARGUMENT that says where and what to write instead.
    public static SubscriptionFilter Parse(string text)
    {
        if (text.Length > MaxLength)
            throw Refusals.Field("filter", $"has {text.Length} characters, at most {MaxLength} are allowed; ask for fewer things at a time");
        var filter = new SubscriptionFilter();
        var reader = new Reader(text);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var first = true; !reader.AtEnd; first = false)
        {
            if (!first) reader.Expect("AND");
            var field = reader.Word();
            if (!s_fields.Contains(field, StringComparer.Ordinal)) throw reader.Refuse($"'{field}' is no field of the filter; known are {string.Join(", ", s_fields)}");
            if (!seen.Add(field)) throw reader.Refuse($"{field} stands here twice; a subscription has to match all terms");
            reader.Expect("=");
            filter.Take(field, reader.Value(), reader);
        }
        return filter;
    }

    private void Take(string field, string value, Reader reader)
    {
        string? problem = null;
        switch (field)
        {
            case "subscription_id":
                IsPrefix = value.EndsWith('*');
                SubscriptionId = IsPrefix ? value[..^1] : value;
                if (SubscriptionId.Contains('*', StringComparison.Ordinal)) problem = "has a * that is not at the end";
                else if (SubscriptionId.Length == 0 && !IsPrefix) problem = "is empty";
                break;
            case "private_identity":
                if (CanonicalIdentity.TryPrivate(value, out var privateIdentity, out problem)) PrivateIdentity = privateIdentity;
                break;
            case "public_identity":
                if (CanonicalIdentity.TryPublic(value, out var publicIdentity, out problem) || CanonicalIdentity.TryWildcarded(value, out publicIdentity, out _))
                    (PublicIdentity, problem) = (publicIdentity, null);
                break;
            default:
                if (value is "true" or "false") Registered = value == "true";
                else problem = "is neither true nor false";
                break;
        }
        if (problem is not null) throw reader.Refuse($"the value of {field} {problem}");
    }

    private sealed class Reader(string text)
    {
        private int _position;

        public bool AtEnd
        {
            get
            {
                while (_position < text.Length && text[_position] == ' ') _position++;
                return _position == text.Length;
            }
        }

        public void Expect(string token)
        {
            var isWord = char.IsAsciiLetter(token[0]);
            if (AtEnd || !text.AsSpan(_position).StartsWith(token, StringComparison.Ordinal)
                || (isWord && _position + token.Length < text.Length && text[_position + token.Length] != ' '))
                throw Refuse($"{token} is expected here; write FIELD = \"VALUE\" AND FIELD = \"VALUE\"");
            _position += token.Length;
        }

        public string Word()
        {
            if (AtEnd) throw Refuse("a field is expected here");
            var start = _position;
            while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] is '_' or '.')) _position++;
            if (_position == start) throw Refuse("a field is expected here");
            return text[start.._position];
        }

        public string Value()
        {
            if (AtEnd) throw Refuse("a value is expected here");
            var value = new StringBuilder();
            if (text[_position] != '"')
            {
                while (_position < text.Length && text[_position] != ' ') value.Append(text[_position++]);
                if (value.ToString().Contains('"', StringComparison.Ordinal)) throw Refuse("a quote inside a value without quotes");
                return value.ToString();
            }
            for (_position++; _position < text.Length; _position++)
            {
                if (text[_position] == '"')
                {
                    _position++;
                    return value.ToString();
                }
                if (text[_position] == '\\' && _position + 1 < text.Length) _position++;
                value.Append(text[_position]);
            }
            throw Refuse("the closing quote is missing");
        }

        public RpcException Refuse(string why) => Refusals.Field("filter", $"character {_position + 1}: {why}");
    }
}
