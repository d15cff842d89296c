using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hss.Authentication;
using static Hss.Subscribers.StoredJson;

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
        string? imsi = null;
        ReferenceLocation? location = null;
        AllowedWebFunctions? web = null;
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
            else if (json.ValueTextEquals("imsi"u8)) imsi = Text(ref json);
            else if (json.ValueTextEquals("referenceLocation"u8)) location = ReadLocation(ref json);
            else if (json.ValueTextEquals("allowedWebFunctions"u8)) web = ReadWebFunctions(ref json);
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
            Imsi = imsi,
            ReferenceLocation = location,
            AllowedWebFunctions = web,
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
            var privileged = false;
            ImmutableArray<string> lines = [], msisdns = [], externals = [];
            FramedAddress? address = null;
            string? imsi = null, stnSr = null;
            SmsGateway? gateway = null;
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
                else if (json.ValueTextEquals("privilegedSender"u8)) privileged = Flag(ref json);
                else if (json.ValueTextEquals("lineIdentifiers"u8)) lines = Texts(ref json);
                else if (json.ValueTextEquals("framedAddress"u8)) address = ReadAddress(ref json);
                else if (json.ValueTextEquals("msisdns"u8)) msisdns = Texts(ref json);
                else if (json.ValueTextEquals("externalIdentifiers"u8)) externals = Texts(ref json);
                else if (json.ValueTextEquals("imsi"u8)) imsi = Text(ref json);
                else if (json.ValueTextEquals("stnSr"u8)) stnSr = Text(ref json);
                else if (json.ValueTextEquals("smsGateway"u8)) gateway = ReadGateway(ref json);
                else json.Skip();
            }
            if (identity is null) throw new InvalidDataException("a stored private identity has no name");
            var secrets = credentials(identity) ?? throw new InvalidDataException($"the credentials of stored private identity {identity} are missing");
            identities.Add(new()
            {
                Identity = identity,
                // Lines and addresses are no secrets and stand in the document.
                Credentials = lines.IsEmpty && address is null ? secrets : secrets with { LineIdentifiers = lines, FramedAddress = address },
                PrivilegedSender = privileged,
                AllowedSchemes = allowed,
                DefaultScheme = usual,
                InitialSqn = sqn,
                Msisdns = msisdns,
                ExternalIdentifiers = externals,
                Imsi = imsi,
                StnSr = stnSr,
                SmsGateway = gateway,
            });
        }
        return identities.DrainToImmutable();
    }

    private static ulong ReadSqn(ref Utf8JsonReader json)
    {
        ulong sqn = 0;
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("sqn"u8))
                sqn = ulong.Parse(Text(ref json), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            else json.Skip();
        return sqn;
    }

    private static SmsGateway ReadGateway(ref Utf8JsonReader json)
    {
        string? number = null, centre = null;
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("number"u8)) number = Text(ref json);
            else if (json.ValueTextEquals("serviceCentreAddress"u8)) centre = Text(ref json);
            else json.Skip();
        return new(number, centre);
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
            string? server = null, trace = null;
            var (barred, loose, active) = (false, false, true);
            int? priority = null, simultaneous = null;
            ImmutableArray<ExtendedPriority> priorities = [];
            var type = PublicIdentityType.DistinctPublicIdentity;
            while (NextField(ref json))
            {
                if (json.ValueTextEquals("identity"u8)) identity = Text(ref json);
                else if (json.ValueTextEquals("serviceProfile"u8)) profile = Text(ref json);
                else if (json.ValueTextEquals("barred"u8)) barred = Flag(ref json);
                else if (json.ValueTextEquals("identityType"u8)) type = Type(Text(ref json));
                else if (json.ValueTextEquals("displayName"u8)) displayName = Text(ref json);
                else if (json.ValueTextEquals("aliasGroup"u8)) aliasGroup = Text(ref json);
                else if (json.ValueTextEquals("looseRoute"u8)) loose = Flag(ref json);
                else if (json.ValueTextEquals("psiActive"u8)) active = Flag(ref json);
                else if (json.ValueTextEquals("psiApplicationServer"u8)) server = Text(ref json);
                else if (json.ValueTextEquals("servicePriorityLevel"u8)) priority = Number(ref json);
                else if (json.ValueTextEquals("serviceLevelTraceInfo"u8)) trace = Text(ref json);
                else if (json.ValueTextEquals("extendedPriorities"u8)) priorities = ReadPriorities(ref json);
                else if (json.ValueTextEquals("maxSimultaneousRegistrations"u8)) simultaneous = Number(ref json);
                else json.Skip();
            }
            if (identity is null || profile is null)
                throw new InvalidDataException("a stored public identity has no name or no service profile");
            identities.Add(new()
            {
                Identity = identity, ServiceProfile = profile, Barred = barred, Type = type, DisplayName = displayName, AliasGroup = aliasGroup,
                LooseRoute = loose, PsiActive = active, PsiApplicationServer = server, ServicePriorityLevel = priority, ServiceLevelTraceInfo = trace,
                ExtendedPriorities = priorities, MaxSimultaneousRegistrations = simultaneous,
            });
        }
        return identities.DrainToImmutable();
    }

    private static ImmutableArray<ExtendedPriority> ReadPriorities(ref Utf8JsonReader json)
    {
        var priorities = ImmutableArray.CreateBuilder<ExtendedPriority>();
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.StartObject))
        {
            string space = "", level = "";
            while (NextField(ref json))
                if (json.ValueTextEquals("namespace"u8)) space = Text(ref json);
                else if (json.ValueTextEquals("level"u8)) level = Text(ref json);
                else json.Skip();
            priorities.Add(new(space, level));
        }
        return priorities.DrainToImmutable();
    }

    private static FramedAddress ReadAddress(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
            return AccessNetworkReader.TryIPv4(json.GetString()!, out var address)
                ? new(address, 32, null) : throw new InvalidDataException("a stored address is none");
        Expect(ref json, JsonTokenType.StartObject);
        System.Net.IPAddress? prefix = null;
        var lengthBits = 0;
        ulong? id = null;
        while (NextField(ref json))
            if (json.ValueTextEquals("prefix"u8))
            {
                if (!AccessNetworkReader.TryPrefix(Text(ref json), out prefix, out lengthBits)) throw new InvalidDataException("a stored prefix is none");
            }
            else if (json.ValueTextEquals("interfaceId"u8)) id = ulong.Parse(Text(ref json), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            else json.Skip();
        return new(prefix ?? throw new InvalidDataException("a stored address has no prefix"), lengthBits, id);
    }

    private static ReferenceLocation ReadLocation(ref Utf8JsonReader json)
    {
        string? type = null, info = null, value = null;
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("accessType"u8)) type = Text(ref json);
            else if (json.ValueTextEquals("accessInfo"u8)) info = Text(ref json);
            else if (json.ValueTextEquals("accessValue"u8)) value = Text(ref json);
            else json.Skip();
        return new(type, info, value);
    }

    private static AllowedWebFunctions ReadWebFunctions(ref Utf8JsonReader json)
    {
        ImmutableArray<string> authentication = [], web = [];
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json))
            if (json.ValueTextEquals("authenticationFunctions"u8)) authentication = Texts(ref json);
            else if (json.ValueTextEquals("webServerFunctions"u8)) web = Texts(ref json);
            else json.Skip();
        return new(authentication, web);
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
}
