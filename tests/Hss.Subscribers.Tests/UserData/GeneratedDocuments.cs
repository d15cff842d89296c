using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Valid subscription documents of random shape.</summary>
internal static class GeneratedDocuments
{
    private static readonly string[] s_cases =
        ["ORIGINATING_REGISTERED", "TERMINATING_REGISTERED", "TERMINATING_UNREGISTERED", "ORIGINATING_UNREGISTERED", "ORIGINATING_CDIV"];
    private static readonly string[] s_patterns = ["a.b", "^sip:[^;&<>]+$", "(\"|')<x>&amp;", "[]a-z]{2,3}", "x|y", "\\.\\[\\(", "[[:alpha:]é]", "]]>"];
    private static readonly string[] s_texts = ["plain", "Zoë \"Z\" <z&z>", "日本", "a'b", "\ud83d\ude00 smile", "]]>", "&amp;"];
    private static readonly string[] s_methods = ["INVITE", "MESSAGE", "SUBSCRIBE", "PUBLISH", "OPTIONS"];

    public static string Subscription(Random random)
    {
        var profiles = new JsonArray();
        for (var p = random.Next(1, 4); p > 0; p--) profiles.Add(Profile(random, $"profile{p}"));
        var privates = new JsonArray();
        for (var i = random.Next(1, 4); i > 0; i--)
            privates.Add(new JsonObject
            {
                ["identity"] = $"üser{i}<&>@example.com",
                ["aka"] = new JsonObject { ["k"] = SampleDocuments.K, ["op"] = SampleDocuments.Op, ["amf"] = "8000" },
            });
        var sets = new JsonArray();
        for (var s = random.Next(1, 4); s > 0; s--) sets.Add(Set(random, s, profiles.Count, privates.Count));
        return new JsonObject
        {
            ["subscriptionId"] = "generated", ["privateIdentities"] = privates, ["implicitRegistrationSets"] = sets, ["serviceProfiles"] = profiles,
        }.ToJsonString();
    }

    private static JsonObject Set(Random random, int number, int profiles, int privates)
    {
        var identities = new JsonArray();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var identity = new JsonObject
            {
                ["identity"] = random.Next(3) switch
                {
                    0 => $"tel:+{number}{i}123",
                    1 => $"sip:+{number}{i}-123@Example.com;user=phone",
                    _ => $"sip:n{number}&{i}'x'@example.com",
                },
                ["serviceProfile"] = $"profile{random.Next(1, profiles + 1)}",
            };
            if (random.Next(3) == 0) identity["barred"] = true;
            if (random.Next(3) == 0) identity["displayName"] = Pick(random, s_texts);
            if (random.Next(3) == 0) identity["aliasGroup"] = $"group{number}-{identity["serviceProfile"]}";
            if (random.Next(5) == 0)
            {
                identity["identity"] = $"sip:w{number}{i}!{Pick(random, ["x.*", "[a-f<&]+", "(1|2){3}"])}!@example.com";
                identity["identityType"] = "WILDCARDED_IMPU";
            }
            identities.Add(identity);
        }
        var set = new JsonObject { ["publicIdentities"] = identities };
        if (random.Next(2) == 0) set["privateIdentities"] = new JsonArray($"üser{random.Next(1, privates + 1)}<&>@example.com");
        return set;
    }

    private static JsonObject Profile(Random random, string name)
    {
        var filters = new JsonArray();
        var priority = 0;
        for (var f = random.Next(0, 5); f > 0; f--)
        {
            priority += random.Next(1, 50);
            var filter = new JsonObject { ["priority"] = priority, ["applicationServer"] = Server(random) };
            if (random.Next(2) == 0) filter["profilePartIndicator"] = random.Next(2) == 0 ? "REGISTERED" : "UNREGISTERED";
            if (random.Next(5) > 0) filter["triggerPoint"] = TriggerPoint(random);
            filters.Add(filter);
        }
        return new() { ["name"] = name, ["initialFilterCriteria"] = filters };
    }

    private static JsonObject Server(Random random)
    {
        var server = new JsonObject { ["serverName"] = Pick(random, ["sip:as.example.com", "sips:as@example.com:5090;lr", "SIP:a&b@192.0.2.1"]) };
        if (random.Next(2) == 0) server["defaultHandling"] = random.Next(2) == 0 ? "SESSION_CONTINUED" : "SESSION_TERMINATED";
        if (random.Next(2) == 0) server["serviceInfo"] = Pick(random, s_texts) + (random.Next(2) == 0 ? "\r\n\tline" : "");
        if (random.Next(3) == 0) server["includeRegisterRequest"] = true;
        if (random.Next(3) == 0) server["includeRegisterResponse"] = true;
        return server;
    }

    private static JsonObject TriggerPoint(Random random)
    {
        var triggers = new JsonArray();
        for (var t = random.Next(1, 5); t > 0; t--)
        {
            var trigger = new JsonObject { ["groups"] = random.Next(3) == 0 ? new JsonArray(0, 1, 7) : new JsonArray(random.Next(4)) };
            if (random.Next(3) == 0) trigger["negated"] = true;
            switch (random.Next(6))
            {
                case 0: trigger["method"] = Pick(random, s_methods); break;
                case 1: trigger["requestUri"] = Pick(random, s_patterns); break;
                case 2: trigger["sipHeader"] = Pair(random, "header"); break;
                case 3: trigger["sessionCase"] = Pick(random, s_cases); break;
                case 4: trigger["sessionDescription"] = Pair(random, "line"); break;
                default:
                    trigger["method"] = "REGISTER";
                    if (random.Next(2) == 0) trigger["registrationTypes"] = new JsonArray("RE_REGISTRATION", "INITIAL_REGISTRATION");
                    break;
            }
            triggers.Add(trigger);
        }
        return new() { ["conditionTypeCnf"] = random.Next(2) == 0, ["servicePointTriggers"] = triggers };
    }

    private static JsonObject Pair(Random random, string name)
    {
        var pair = new JsonObject { [name] = Pick(random, s_patterns) };
        if (random.Next(2) == 0) pair["content"] = Pick(random, s_patterns);
        return pair;
    }

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
