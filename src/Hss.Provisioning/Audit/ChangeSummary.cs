using System.Globalization;
using System.Text.Json;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>What a change changed, in one line and without secrets.</summary>
internal static class ChangeSummary
{
    private const int MaxDifferences = 6;
    private const int MaxValueLength = 60;

    /// <summary>Whether two subscriptions are the same for the store: all that is provisioned, keys included.</summary>
    public static bool AreEqual(Subscription one, Subscription other) =>
        SubscriptionJson.Write(one).Span.SequenceEqual(SubscriptionJson.Write(other).Span)
        && one.PrivateIdentities.Length == other.PrivateIdentities.Length
        && one.PrivateIdentities.Zip(other.PrivateIdentities).All(pair => KeysChanged(pair.First.Credentials, pair.Second.Credentials).Count == 0);

    public static string Of(ChangeRecord record) => record.Kind switch
    {
        ChangeKind.Action => record.Summary ?? record.Author.Method,
        _ when record.Trouble is { } trouble => $"cannot be shown: {trouble}",
        _ when record.Before is null && record.After is null => record.Summary ?? record.Kind.ToString(),
        _ => Of(record.Before, record.After),
    };

    public static string Of(Subscription? before, Subscription? after)
    {
        if (before is null) return after is null ? "nothing" : "created with " + Content(after);
        if (after is null) return "deleted; it had " + Content(before);
        var differences = new List<string>();
        foreach (var identity in after.PrivateIdentities)
            if (before.PrivateIdentities.FirstOrDefault(old => old.Identity == identity.Identity) is { } old)
                differences.AddRange(KeysChanged(old.Credentials, identity.Credentials).Select(what => $"{what} of {identity.Identity} changed"));
        using var old1 = JsonDocument.Parse(SubscriptionJson.WriteDocument(before));
        using var new1 = JsonDocument.Parse(SubscriptionJson.WriteDocument(after));
        Compare("", old1.RootElement, new1.RootElement, differences);
        if (differences.Count == 0) return "nothing that is shown changed";
        var shown = string.Join("; ", differences.Take(MaxDifferences));
        return differences.Count <= MaxDifferences ? shown : $"{shown}; and {differences.Count - MaxDifferences} more";
    }

    private static string Content(Subscription subscription)
    {
        var first = subscription.ImplicitRegistrationSets.SelectMany(set => set.PublicIdentities).FirstOrDefault()?.Identity;
        return $"{Count(subscription.PrivateIdentities.Length, "private identity", "private identities")}, "
            + Count(subscription.ImplicitRegistrationSets.Sum(set => set.PublicIdentities.Length), "public identity", "public identities")
            + (first is null ? "" : $" ({first})");
    }

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    /// <summary>Fingerprints say which key it is; whether another one is there now is asked of the keys themselves.</summary>
    private static List<string> KeysChanged(Credentials before, Credentials after)
    {
        var changed = new List<string>();
        if (before.Aka is { } oldAka && after.Aka is { } newAka)
        {
            if (!oldAka.K.Equals(newAka.K)) changed.Add($"key K ({KeyFingerprint.Of(oldAka.K)} -> {KeyFingerprint.Of(newAka.K)})");
            if (!oldAka.Opc.Equals(newAka.Opc)) changed.Add($"OPc ({KeyFingerprint.Of(oldAka.Opc)} -> {KeyFingerprint.Of(newAka.Opc)})");
        }
        else if (before.Aka is null != after.Aka is null) changed.Add(after.Aka is null ? "AKA key (removed)" : "AKA key (added)");
        if (before.Digest is { } oldDigest && after.Digest is { } newDigest)
        {
            if (!oldDigest.Ha1Md5.Equals(newDigest.Ha1Md5) || !Equals(oldDigest.Ha1Sha256, newDigest.Ha1Sha256)) changed.Add("password");
            else if (!Equals(oldDigest.Password, newDigest.Password)) changed.Add("keeping of the clear password");
        }
        else if (before.Digest is null != after.Digest is null) changed.Add(after.Digest is null ? "password (removed)" : "password (added)");
        return changed;
    }

    private static void Compare(string path, JsonElement before, JsonElement after, List<string> differences)
    {
        if (JsonElement.DeepEquals(before, after)) return;
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in before.EnumerateObject())
                if (after.TryGetProperty(property.Name, out var other)) Compare(Join(path, property.Name), property.Value, other, differences);
                else Add($"{Join(path, property.Name)} removed (was {Text(property.Value)})");
            foreach (var property in after.EnumerateObject())
                if (!before.TryGetProperty(property.Name, out _)) Add($"{Join(path, property.Name)} set to {Text(property.Value)}");
        }
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array) CompareItems(path, before, after, differences);
        else Add($"{path} {Text(before)} -> {Text(after)}");

        // Of keys it was said above, in words.
        void Add(string difference)
        {
            if (!difference.Contains("Fingerprint ", StringComparison.Ordinal)) differences.Add(difference);
        }
    }

    private static void CompareItems(string path, JsonElement before, JsonElement after, List<string> differences)
    {
        var (old, now) = (before.EnumerateArray().ToList(), after.EnumerateArray().ToList());
        // Equal ends are skipped, so that one item put into the middle shows as that one.
        var start = 0;
        while (start < old.Count && start < now.Count && JsonElement.DeepEquals(old[start], now[start])) start++;
        var (oldEnd, newEnd) = (old.Count, now.Count);
        while (oldEnd > start && newEnd > start && JsonElement.DeepEquals(old[oldEnd - 1], now[newEnd - 1])) (oldEnd, newEnd) = (oldEnd - 1, newEnd - 1);
        if (oldEnd - start == newEnd - start)
            for (var i = start; i < oldEnd; i++) Compare($"{path}[{i}]", old[i], now[i], differences);
        else
        {
            for (var i = start; i < oldEnd; i++) differences.Add($"{path}[{i}] removed (was {Text(old[i])})");
            for (var i = start; i < newEnd; i++) differences.Add($"{path}[{i}] added: {Text(now[i])}");
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>An item by what people know it by, anything else as it is written.</summary>
    private static string Text(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var name in (ReadOnlySpan<string>)["identity", "name", "template"])
                if (value.TryGetProperty(name, out var known)) return Text(known);
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= MaxValueLength ? text : text[..MaxValueLength] + "...";
    }
}
