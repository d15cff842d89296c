using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Hss.Authentication;
using Hss.Subscribers;
using Message = Hss.Provisioning.V1.Subscription;
using Subscription = Hss.Subscribers.Subscription;

namespace Hss.Provisioning.Tests;

/// <summary>The subscription document is the proto3 JSON form of hss.provisioning.v1.Subscription, in both directions and in every field.</summary>
public sealed class DocumentFormTests : IDisposable
{
    private const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    private const string Op = "8E27B6AF0E692E750F32667A3B14605D";
    private const string TransportKey = "000102030405060708090a0b0c0d0e0f";

    // Refuses fields that the message does not have.
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default);
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default);

    private readonly string _templates = Directory.CreateTempSubdirectory("hss-templates").FullName;
    private readonly DocumentContext _context;

    public DocumentFormTests()
    {
        Directory.CreateDirectory(Path.Combine(_templates, "services"));
        Directory.CreateDirectory(Path.Combine(_templates, "shared"));
        File.WriteAllText(Path.Combine(_templates, "services", "telephony.json"), """
            {"name":"telephony","version":"1","description":"d","reference":"TS 24.173","priorityBand":{"first":1,"last":99},
             "parameters":[{"name":"as_uri","type":"sip-uri","description":"d"},{"name":"priority","type":"integer","description":"d","default":40,"minimum":0}],
             "initialFilterCriteria":{"priority":"{priority}","profilePartIndicator":"REGISTERED","applicationServer":{"serverName":"{as_uri}"}}}
            """);
        File.WriteAllText(Path.Combine(_templates, "shared", "voice.json"), """
            {"id":7,"name":"voice","initialFilterCriteria":[{"priority":500,"profilePartIndicator":"REGISTERED","applicationServer":{"serverName":"sip:as.example.com"}}]}
            """);
        Directory.CreateDirectory(Path.Combine(_templates, "sets"));
        File.WriteAllText(Path.Combine(_templates, "sets", "mobile.json"), """
            {"name":"mobile","version":"1","description":"d","parameters":[{"name":"tas_uri","type":"sip-uri","description":"d"}],
             "initialFilterCriteria":[{"template":"telephony","parameters":{"as_uri":"{tas_uri}","priority":42}}]}
            """);
        var loaded = IfcTemplates.Load(_templates);
        Assert.True(loaded.Templates is not null, string.Join('\n', loaded.Problems));
        _context = new()
        {
            Templates = loaded.Templates!,
            TransportKeys = new([new("vendor-1", new Secret(Convert.FromHexString(TransportKey)))]),
        };
    }

    public void Dispose() => Directory.Delete(_templates, recursive: true);

    private static string Encrypted(string hex)
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromHexString(TransportKey);
        return Convert.ToHexString(aes.EncryptEcb(Convert.FromHexString(hex), PaddingMode.None));
    }

    // Between them: every field and every value of an enumeration.
    private static readonly string[] s_documents =
    [
        """
        {"subscriptionId":"full-1",
         "privateIdentities":[
          {"identity":"op@example.com","aka":{"algorithm":"MILENAGE","k":"K","op":"OP","amf":"8000","sqn":"0000000003E0"},
           "msisdns":["12125550001","12125550002"],"externalIdentifiers":["op@example.com"],"imsi":"001010000000001","stnSr":"12125559999",
           "smsGateway":{"number":"12125558888","serviceCentreAddress":"12125557777"}},
          {"identity":"opc@example.com","aka":{"k":"K","opc":"OP","amf":"8000"},"allowedSchemes":["Digest-AKAv1-MD5"],"defaultScheme":"Digest-AKAv1-MD5"},
          {"identity":"eop@example.com","aka":{"encryptedK":"EK","encryptedOp":"EOP","transportKey":"vendor-1","amf":"8000"},"privilegedSender":true},
          {"identity":"eopc@example.com","aka":{"encryptedK":"EK","encryptedOpc":"EOP","transportKey":"vendor-1","amf":"8000"}},
          {"identity":"password@example.com","sipDigest":{"realm":"example.com","password":"pa55-Wort-1234","keepPasswordForLegacyDigestMd5":true},
           "allowedSchemes":["SIP Digest","Digest-MD5"],"defaultScheme":"Digest-MD5"},
          {"identity":"ha1@example.com","sipDigest":{"ha1Md5":"f723fbd53694c204d4305d3db51f174a","ha1Sha256":"f723fbd53694c204d4305d3db51f174af723fbd53694c204d4305d3db51f174a"}},
          {"identity":"line@example.com","lineIdentifiers":["dslam-7 port 3"],"framedAddress":{"address":"10.1.2.3"}},
          {"identity":"early6@example.com","framedAddress":{"prefix":"2001:db8::/64","interfaceId":"00000000000000AB"}}],
         "implicitRegistrationSets":[
          {"publicIdentities":[
            {"identity":"sip:first@example.com","serviceProfile":"volte","barred":true},
            {"identity":"sip:+12125550001@example.com","serviceProfile":"volte","displayName":"Front & <desk>","aliasGroup":"a","looseRoute":true,
             "servicePriorityLevel":0,"serviceLevelTraceInfo":"<trace/>","extendedPriorities":[{"namespace":"ets","level":"0"}],"maxSimultaneousRegistrations":3},
            {"identity":"tel:+12125550001","serviceProfile":"volte","aliasGroup":"a"},
            {"identity":"sip:desk!.*!@example.com","serviceProfile":"plain","identityType":"WILDCARDED_IMPU"}],
           "privateIdentities":["op@example.com"]},
          {"publicIdentities":[
            {"identity":"sip:conference@example.com","serviceProfile":"plain","identityType":"DISTINCT_PSI","psiActive":false,"psiApplicationServer":"sip:as.example.com"},
            {"identity":"sip:room!.*!@example.com","serviceProfile":"plain","identityType":"WILDCARDED_PSI"}]}],
         "serviceProfiles":[
          {"name":"volte","sharedFilterSets":[7],"coreNetworkServicesAuthorization":{"subscribedMediaProfileId":0,"serviceIds":["urn:urn-7:3gpp-service.ims.icsi.mmtel"]},
           "initialFilterCriteria":[
            {"template":"telephony","parameters":{"as_uri":"sip:as.example.com:5090","priority":"41"}},{"templateSet":"mobile","parameters":{"tas_uri":"sip:tas.example.com"}},
            {"priority":0,"profilePartIndicator":"UNREGISTERED",
             "triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[
               {"groups":[0],"method":"INVITE"},
               {"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"},
               {"groups":[1],"sessionCase":"TERMINATING_REGISTERED"},
               {"groups":[2],"negated":true,"sessionCase":"TERMINATING_UNREGISTERED"},
               {"groups":[3],"sessionCase":"ORIGINATING_UNREGISTERED"},
               {"groups":[4],"sessionCase":"ORIGINATING_CDIV"},
               {"groups":[5],"requestUri":"^sip:[0-9]{3}@"},
               {"groups":[5,6],"sipHeader":{"header":"Accept","content":"text/.*"}},
               {"groups":[6],"sessionDescription":{"line":"m","content":"audio|video"}}]},
             "applicationServer":{"serverName":"sip:as2.example.com","defaultHandling":"SESSION_CONTINUED","serviceInfo":"a\nb"},"dsaiTags":["voicemail"]},
            {"priority":20,"profilePartIndicator":"REGISTERED","triggerPoint":{"conditionTypeCnf":true,"servicePointTriggers":[
               {"groups":[0],"method":"REGISTER","registrationTypes":["INITIAL_REGISTRATION","DE_REGISTRATION"]},
               {"groups":[1],"method":"REGISTER","registrationTypes":["RE_REGISTRATION"]}]},
             "applicationServer":{"serverName":"sip:as3.example.com","defaultHandling":"SESSION_TERMINATED","includeRegisterRequest":true,"includeRegisterResponse":true}}]},
          {"name":"plain"}],
         "serverCapabilities":{"mandatory":[1,4294967295],"optional":[2]},
         "charging":{"primaryCollection":"aaa://ccf.example.com","secondaryCollection":"aaa://ccf2.example.com","primaryEvent":"aaa://ecf.example.com:3868;transport=tcp","secondaryEvent":"aaas://ecf2.example.com"},
         "allowedVisitedNetworks":["example.com","visited.example.net"],
         "registrationAllowed":false,
         "imsi":"001010000000001",
         "referenceLocation":{"accessType":"xDSL","accessInfo":"dsl-location","accessValue":"node-7"},
         "allowedWebFunctions":{"authenticationFunctions":["waf.example.org"],"webServerFunctions":["wwsf.example.org"]}}
        """,
        """
        {"subscriptionId":"least-1","privateIdentities":[{"identity":"a@example.com","sipDigest":{"password":"pa55-Wort-1234"}}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:a@example.com","serviceProfile":"p"}]}],
         "serviceProfiles":[{"name":"p"}],"serverCapabilities":{"serverNames":["sip:scscf.example.com"]}}
        """,
    ];

    private static IEnumerable<string> Documents() => s_documents.Select(document => document
        .Replace("\"EK\"", $"\"{Encrypted(K)}\"", StringComparison.Ordinal).Replace("\"EOP\"", $"\"{Encrypted(Op)}\"", StringComparison.Ordinal)
        .Replace("\"K\"", $"\"{K}\"", StringComparison.Ordinal).Replace("\"OP\"", $"\"{Op}\"", StringComparison.Ordinal));

    private SubscriptionReading Read(string json) => SubscriptionJson.Read(Encoding.UTF8.GetBytes(json), _context);

    private Subscription Subscription(string json)
    {
        var reading = Read(json);
        Assert.True(reading.Subscription is not null, string.Join('\n', reading.Problems));
        return reading.Subscription!;
    }

    [Fact]
    public void What_an_operator_writes_means_the_same_through_the_message()
    {
        foreach (var document in Documents())
        {
            var direct = Subscription(document);
            var through = Subscription(s_formatter.Format(s_parser.Parse<Message>(document)));
            AssertSame(direct, through);
        }
    }

    /// <summary>They are what others copy, and clients that have only the .proto files read them too.</summary>
    [Fact]
    public void The_demo_subscribers_can_be_read_by_any_parser_of_the_message()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "db", "demo.jsonl"));
        Assert.Equal(3, lines.Length);
        foreach (var line in lines) Assert.NotEmpty(s_parser.Parse<Message>(line).SubscriptionId);
    }

    [Fact]
    public void What_is_written_is_the_JSON_form_of_the_message_and_comes_back_equal()
    {
        foreach (var document in Documents())
        {
            var subscription = Subscription(document);
            var shown = Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span);
            var message = s_parser.Parse<Message>(shown);
            var again = s_formatter.Format(message);
            Assert.Equal(Normal(JsonNode.Parse(shown)), Normal(JsonNode.Parse(again)));
            Assert.Equal(message, Message.Parser.ParseFrom(message.ToByteArray()));
            AssertSame(subscription, Read(again).Complete(subscription).Subscription!);
        }
    }

    [Fact]
    public void The_fields_that_only_the_server_fills_are_ignored_when_they_come_back()
    {
        var subscription = Subscription(Documents().First());
        var message = s_parser.Parse<Message>(Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span));
        AddOutput(message);
        AssertSame(subscription, Read(s_formatter.Format(message)).Complete(subscription).Subscription!);
    }

    [Fact]
    public void Every_field_and_every_value_of_every_message_stands_in_these_documents()
    {
        var seen = new HashSet<string>();
        foreach (var document in Documents())
        {
            Collect(s_parser.Parse<Message>(document), seen);
            var message = s_parser.Parse<Message>(Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(Subscription(document)).Span));
            AddOutput(message);
            Collect(message, seen);
        }
        var expected = new HashSet<string>();
        Describe(Message.Descriptor, expected);
        Assert.Empty(expected.Except(seen).Order());
        Assert.True(expected.Count > 90, $"only {expected.Count} fields and values were found");
    }

    [Fact]
    public void An_empty_message_is_told_what_it_lacks() =>
        Assert.Equal(["subscriptionId", "privateIdentities", "implicitRegistrationSets", "serviceProfiles"], Read(s_formatter.Format(new Message())).Problems.Select(p => p.Path));

    [Fact]
    public void A_value_that_the_enumeration_does_not_have_is_refused_with_its_place()
    {
        var message = s_parser.Parse<Message>(Documents().First());
        message.ImplicitRegistrationSets[0].PublicIdentities[0].IdentityType = (V1.PublicIdentity.Types.IdentityType)3;
        Assert.Equal("implicitRegistrationSets[0].publicIdentities[0].identityType", Assert.Single(Read(s_formatter.Format(message)).Problems).Path);
    }

    private static void AddOutput(Message message)
    {
        message.Name = "subscriptions/full-1";
        message.Etag = "17";
        message.CreateTime = new Timestamp { Seconds = 1_700_000_000 };
        message.UpdateTime = new Timestamp { Seconds = 1_700_000_001, Nanos = 500_000_000 };
    }

    private static void AssertSame(Subscription expected, Subscription actual)
    {
        Assert.Equal(Encoding.UTF8.GetString(SubscriptionJson.Write(expected).Span), Encoding.UTF8.GetString(SubscriptionJson.Write(actual).Span));
        Assert.Equal(expected.PrivateIdentities.Select(p => p.Credentials), actual.PrivateIdentities.Select(p => p.Credentials));
    }

    // What protocol buffers cannot tell from absence: empty lists, maps and texts, and what is false without being optional.
    private static string Normal(JsonNode? node) => Trim(node)?.ToJsonString() ?? "";

    private static JsonNode? Trim(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(f => f.Value is not JsonArray { Count: 0 } && !(f.Key == "parameters" && f.Value is JsonObject { Count: 0 }))
            .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Trim(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Trim)]),
        _ => node?.DeepClone(),
    };

    private static void Describe(MessageDescriptor type, HashSet<string> names)
    {
        // A map's entries and what is Google's own are fields, not messages of this document.
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (!names.Add(field.FullName) || field.IsMap) continue;
            if (field.FieldType == FieldType.Enum)
                foreach (var value in field.EnumType.Values.Where(value => value.Number != 0)) names.Add($"{field.FullName}={value.Name}");
            if (field.FieldType == FieldType.Message && field.MessageType.File == Message.Descriptor.File) Describe(field.MessageType, names);
        }
    }

    private static void Collect(IMessage message, HashSet<string> names)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            var isThere = field.HasPresence ? field.Accessor.HasValue(message)
                : value is System.Collections.ICollection many ? many.Count > 0 : !Equals(value, field.FieldType == FieldType.String ? "" : false) && Convert.ToInt32(value is string ? 1 : value, null) != 0;
            if (!isThere) continue;
            names.Add(field.FullName);
            if (field.IsMap) continue;
            foreach (var item in value is System.Collections.IList list ? list : new[] { value })
            {
                if (field.FieldType == FieldType.Enum) names.Add($"{field.FullName}={field.EnumType.FindValueByNumber((int)item!).Name}");
                else if (item is IMessage inner and not Timestamp) Collect(inner, names);
            }
        }
    }
}
