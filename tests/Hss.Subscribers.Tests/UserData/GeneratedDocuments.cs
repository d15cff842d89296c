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

    public static string Subscription(Random random, bool withNewFields = true)
    {
        var profiles = new JsonArray();
        for (var p = random.Next(1, 4); p > 0; p--) profiles.Add(Profile(random, $"profile{p}", withNewFields));
        var privates = new JsonArray();
        for (var i = random.Next(1, 4); i > 0; i--)
            privates.Add(new JsonObject
            {
                ["identity"] = $"üser{i}<&>@example.com",
                ["aka"] = new JsonObject { ["k"] = SampleDocuments.K, ["op"] = SampleDocuments.Op, ["amf"] = "8000" },
            });
        var sets = new JsonArray();
        for (var s = random.Next(1, 4); s > 0; s--) sets.Add(Set(random, s, profiles.Count, privates.Count, withNewFields));
        if (withNewFields && random.Next(2) == 0) sets.Add(Services(random, sets.Count + 1));
        var document = new JsonObject
        {
            ["subscriptionId"] = "generated", ["privateIdentities"] = privates, ["implicitRegistrationSets"] = sets, ["serviceProfiles"] = profiles,
        };
        if (withNewFields && random.Next(2) == 0) document["imsi"] = "001010000000001";
        if (withNewFields && random.Next(2) == 0) document["referenceLocation"] = new JsonObject { [random.Next(2) == 0 ? "accessType" : "accessValue"] = Pick(random, s_texts) };
        return document.ToJsonString();
    }

    private static void AddNewFields(Random random, JsonObject identity)
    {
        if (random.Next(4) == 0) identity["looseRoute"] = true;
        if (random.Next(4) == 0) identity["servicePriorityLevel"] = random.Next(5);
        if (random.Next(4) == 0) identity["serviceLevelTraceInfo"] = "<trace id=\"1\">é</trace>";
        if (random.Next(4) == 0) identity["maxSimultaneousRegistrations"] = random.Next(1, 10);
        if (random.Next(4) == 0)
            identity["extendedPriorities"] = new JsonArray(new JsonObject { ["namespace"] = "ets", ["level"] = "0" }, new JsonObject { ["namespace"] = "wps", ["level"] = "4" });
    }

    /// <summary>Public service identities: a set without a user.</summary>
    private static JsonObject Services(Random random, int number)
    {
        var identities = new JsonArray(new JsonObject { ["identity"] = $"sip:s{number}!.*!@example.com", ["serviceProfile"] = "profile1", ["identityType"] = "WILDCARDED_PSI" });
        if (random.Next(2) == 0)
            identities.Add(new JsonObject { ["identity"] = $"sip:s{number}&@example.com", ["serviceProfile"] = "profile1", ["identityType"] = "DISTINCT_PSI", ["psiActive"] = false });
        foreach (var identity in identities) if (random.Next(3) == 0) identity!["displayName"] = Pick(random, s_texts);
        return new() { ["publicIdentities"] = identities };
    }

    private static JsonObject Set(Random random, int number, int profiles, int privates, bool withNewFields)
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
            if (withNewFields && random.Next(5) == 0)
            {
                identity["identity"] = $"sip:w{number}{i}!{Pick(random, ["x.*", "[a-f<&]+", "(1|2){3}"])}!@example.com";
                identity["identityType"] = "WILDCARDED_IMPU";
            }
            if (withNewFields) AddNewFields(random, identity);
            identities.Add(identity);
        }
        // A set of wildcards alone is nobody's (6.5), so somebody is put in front.
        if (identities.All(i => i!["identityType"] is not null))
            identities.Insert(0, new JsonObject { ["identity"] = $"sip:first{number}@example.com", ["serviceProfile"] = "profile1" });
        var set = new JsonObject { ["publicIdentities"] = identities };
        if (random.Next(2) == 0) set["privateIdentities"] = new JsonArray($"üser{random.Next(1, privates + 1)}<&>@example.com");
        return set;
    }

    private static JsonObject Profile(Random random, string name, bool withNewFields)
    {
        var filters = new JsonArray();
        var priority = 5;
        for (var f = random.Next(0, 5); f > 0; f--)
        {
            priority += random.Next(1, 50);
            var filter = new JsonObject { ["priority"] = priority, ["applicationServer"] = Server(random, withNewFields) };
            if (random.Next(2) == 0) filter["profilePartIndicator"] = random.Next(2) == 0 ? "REGISTERED" : "UNREGISTERED";
            if (random.Next(5) > 0) filter["triggerPoint"] = TriggerPoint(random, withNewFields);
            filters.Add(filter);
        }
        var profile = new JsonObject { ["name"] = name, ["initialFilterCriteria"] = filters };
        if (!withNewFields) return profile;
        // Far above every priority made here, so that they never meet.
        if (random.Next(3) == 0) profile["sharedFilterSets"] = new JsonArray(random.Next(2) == 0 ? [0] : [7, 0]);
        if (random.Next(3) == 0)
        {
            var authorization = new JsonObject();
            var kind = random.Next(3);
            if (kind != 0) authorization["subscribedMediaProfileId"] = random.Next(3);
            if (kind != 1) authorization["serviceIds"] = new JsonArray("urn:a", "urn:b<&>");
            profile["coreNetworkServicesAuthorization"] = authorization;
        }
        return profile;
    }

    private static JsonObject Server(Random random, bool withNewFields)
    {
        var server = new JsonObject { ["serverName"] = Pick(random, ["sip:as.example.com", "sips:as@example.com:5090;lr", "SIP:a&b@192.0.2.1"]) };
        if (random.Next(2) == 0) server["defaultHandling"] = random.Next(2) == 0 ? "SESSION_CONTINUED" : "SESSION_TERMINATED";
        if (random.Next(2) == 0) server["serviceInfo"] = Pick(random, s_texts) + (random.Next(2) == 0 ? "\r\n\tline" : "");
        if (withNewFields && random.Next(3) == 0) server["includeRegisterRequest"] = true;
        if (withNewFields && random.Next(3) == 0) server["includeRegisterResponse"] = true;
        return server;
    }

    private static JsonObject TriggerPoint(Random random, bool withNewFields)
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
                case 3: trigger["sessionCase"] = s_cases[random.Next(withNewFields ? 5 : 4)]; break;
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
