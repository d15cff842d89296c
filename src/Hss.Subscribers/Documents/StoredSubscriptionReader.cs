using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads the stored form in one pass: what it holds was checked before it was written, so it only has to be understood.</summary>
/// Shape: fields that are not known are skipped, so that an older version can read what a newer one stored.
internal static class StoredSubscriptionReader
{
    public static Subscription Read(ReadOnlySpan<byte> utf8, Func<string, Credentials?> credentials)
    {
        try
        {
            return ReadSubscription(utf8, credentials);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or OverflowException)
        {
            throw new InvalidDataException($"a stored subscription cannot be read: {exception.Message}", exception);
        }
    }

    private static Subscription ReadSubscription(ReadOnlySpan<byte> utf8, Func<string, Credentials?> credentials)
    {
        string? subscriptionId = null;
        ImmutableArray<PrivateIdentity> privateIdentities = [];
        ImmutableArray<ImplicitRegistrationSet> sets = [];
        ImmutableArray<ServiceProfile> profiles = [];
        ServerCapabilities? capabilities = null;
        ChargingAddresses? charging = null;
        ImmutableArray<string>? networks = null;
        var registrationAllowed = true;
        var json = new Utf8JsonReader(utf8);
        json.Read();
        Expect(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
        {
            if (json.ValueTextEquals("subscriptionId"u8)) subscriptionId = Text(ref json);
            else if (json.ValueTextEquals("privateIdentities"u8)) privateIdentities = ReadPrivateIdentities(ref json, credentials);
            else if (json.ValueTextEquals("implicitRegistrationSets"u8)) sets = ReadSets(ref json);
            else if (json.ValueTextEquals("serviceProfiles"u8))
            {
                json.Read();
                var start = (int)json.TokenStartIndex;
                json.Skip();
                profiles = SharedServiceProfiles.Read(utf8[start..(int)json.BytesConsumed]);
            }
            else if (json.ValueTextEquals("serverCapabilities"u8)) capabilities = ReadCapabilities(ref json);
            else if (json.ValueTextEquals("charging"u8)) charging = ReadCharging(ref json);
            else if (json.ValueTextEquals("allowedVisitedNetworks"u8)) networks = Texts(ref json);
            else if (json.ValueTextEquals("registrationAllowed"u8)) registrationAllowed = Flag(ref json);
            else json.Skip();
        }
        if (subscriptionId is null || privateIdentities.IsEmpty || sets.IsEmpty || profiles.IsEmpty)
            throw new InvalidDataException($"stored subscription {subscriptionId ?? "without a name"} is not complete");
        return new()
        {
            SubscriptionId = subscriptionId,
            PrivateIdentities = privateIdentities,
            ImplicitRegistrationSets = sets,
            ServiceProfiles = profiles,
            ServerCapabilities = capabilities,
            Charging = charging,
            AllowedVisitedNetworks = networks,
            RegistrationAllowed = registrationAllowed,
        };
    }

    private static ImmutableArray<PrivateIdentity> ReadPrivateIdentities(ref Utf8JsonReader json, Func<string, Credentials?> credentials)
    {
        var identities = ImmutableArray.CreateBuilder<PrivateIdentity>(1);
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.StartObject))
        {
            string? identity = null;
            ulong sqn = 0;
            var allowed = AuthenticationSchemes.None;
            var usual = AuthenticationSchemes.None;
            while (NextField(ref json))
            {
                if (json.ValueTextEquals("identity"u8)) identity = Text(ref json);
                else if (json.ValueTextEquals("aka"u8)) sqn = ReadSqn(ref json);
                else if (json.ValueTextEquals("allowedSchemes"u8))
                {
                    Begin(ref json, JsonTokenType.StartArray);
                    while (NextItem(ref json, JsonTokenType.String)) allowed |= Scheme(ref json);
                }
                else if (json.ValueTextEquals("defaultScheme"u8))
                {
                    Begin(ref json, JsonTokenType.String);
                    usual = Scheme(ref json);
                }
                else json.Skip();
            }
            if (identity is null) throw new InvalidDataException("a stored private identity has no name");
            identities.Add(new()
            {
                Identity = identity,
                Credentials = credentials(identity) ?? throw new InvalidDataException($"the credentials of stored private identity {identity} are missing"),
                AllowedSchemes = allowed,
                DefaultScheme = usual,
                InitialSqn = sqn,
            });
        }
        return identities.DrainToImmutable();
    }

    private static ulong ReadSqn(ref Utf8JsonReader json)
    {
        ulong sqn = 0;
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("sqn"u8)) sqn = ulong.Parse(Text(ref json), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            else json.Skip();
        return sqn;
    }

    private static ImmutableArray<ImplicitRegistrationSet> ReadSets(ref Utf8JsonReader json)
    {
        var sets = ImmutableArray.CreateBuilder<ImplicitRegistrationSet>(1);
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.StartObject))
        {
            ImmutableArray<PublicIdentity> publicIdentities = [];
            ImmutableArray<string> privateIdentities = [];
            while (NextField(ref json))
                if (json.ValueTextEquals("publicIdentities"u8)) publicIdentities = ReadPublicIdentities(ref json);
                else if (json.ValueTextEquals("privateIdentities"u8)) privateIdentities = Texts(ref json);
                else json.Skip();
            sets.Add(new() { PublicIdentities = publicIdentities, PrivateIdentities = privateIdentities });
        }
        return sets.DrainToImmutable();
    }

    private static ImmutableArray<PublicIdentity> ReadPublicIdentities(ref Utf8JsonReader json)
    {
        var identities = ImmutableArray.CreateBuilder<PublicIdentity>(4);
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.StartObject))
        {
            string? identity = null, profile = null, displayName = null, aliasGroup = null;
            var barred = false;
            var type = PublicIdentityType.DistinctPublicIdentity;
            while (NextField(ref json))
            {
                if (json.ValueTextEquals("identity"u8)) identity = Text(ref json);
                else if (json.ValueTextEquals("serviceProfile"u8)) profile = Text(ref json);
                else if (json.ValueTextEquals("barred"u8)) barred = Flag(ref json);
                else if (json.ValueTextEquals("identityType"u8)) type = Type(Text(ref json));
                else if (json.ValueTextEquals("displayName"u8)) displayName = Text(ref json);
                else if (json.ValueTextEquals("aliasGroup"u8)) aliasGroup = Text(ref json);
                else json.Skip();
            }
            if (identity is null || profile is null) throw new InvalidDataException("a stored public identity has no name or no service profile");
            identities.Add(new()
            {
                Identity = identity, ServiceProfile = profile, Barred = barred, Type = type, DisplayName = displayName, AliasGroup = aliasGroup,
            });
        }
        return identities.DrainToImmutable();
    }

    private static ServerCapabilities ReadCapabilities(ref Utf8JsonReader json)
    {
        ImmutableArray<uint> mandatory = [], optional = [];
        ImmutableArray<string> names = [];
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("mandatory"u8)) mandatory = Numbers(ref json);
            else if (json.ValueTextEquals("optional"u8)) optional = Numbers(ref json);
            else if (json.ValueTextEquals("serverNames"u8)) names = Texts(ref json);
            else json.Skip();
        return new(mandatory, optional, names);
    }

    private static ChargingAddresses ReadCharging(ref Utf8JsonReader json)
    {
        string? primaryCollection = null, secondaryCollection = null, primaryEvent = null, secondaryEvent = null;
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("primaryCollection"u8)) primaryCollection = Text(ref json);
            else if (json.ValueTextEquals("secondaryCollection"u8)) secondaryCollection = Text(ref json);
            else if (json.ValueTextEquals("primaryEvent"u8)) primaryEvent = Text(ref json);
            else if (json.ValueTextEquals("secondaryEvent"u8)) secondaryEvent = Text(ref json);
            else json.Skip();
        return new(primaryCollection, secondaryCollection, primaryEvent, secondaryEvent);
    }

    private static PublicIdentityType Type(string name)
    {
        foreach (var (known, type) in RegistrationSetReader.Types)
            if (known == name) return type;
        throw new InvalidDataException($"a stored identity has the unknown type {name}");
    }

    private static AuthenticationSchemes Scheme(ref Utf8JsonReader json) =>
        AuthenticationScheme.TryParse(json.ValueSpan, out var scheme) && scheme != AuthenticationSchemes.None
            ? scheme : throw new InvalidDataException("a stored private identity has an unknown authentication scheme");

    private static bool NextField(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static bool NextItem(ref Utf8JsonReader json, JsonTokenType item)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndArray) return false;
        Expect(ref json, item);
        return true;
    }

    private static void Begin(ref Utf8JsonReader json, JsonTokenType token)
    {
        json.Read();
        Expect(ref json, token);
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (json.TokenType != token) throw new InvalidDataException($"a stored subscription has {json.TokenType} where {token} belongs");
    }

    private static string Text(ref Utf8JsonReader json)
    {
        Begin(ref json, JsonTokenType.String);
        return json.GetString()!;
    }

    private static bool Flag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetBoolean();
    }

    private static ImmutableArray<string> Texts(ref Utf8JsonReader json)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.String)) texts.Add(json.GetString()!);
        return texts.DrainToImmutable();
    }

    private static ImmutableArray<uint> Numbers(ref Utf8JsonReader json)
    {
        var numbers = ImmutableArray.CreateBuilder<uint>();
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.Number)) numbers.Add(json.GetUInt32());
        return numbers.DrainToImmutable();
    }
}
