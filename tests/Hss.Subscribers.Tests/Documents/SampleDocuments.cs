using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Subscription documents for tests, and the folder of templates that ships.</summary>
internal static class SampleDocuments
{
    public const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    public const string Op = "8E27B6AF0E692E750F32667A3B14605D";
    public const string Password = "pa55-Wort-1234";
    public const string Ha1Md5 = "f723fbd53694c204d4305d3db51f174a";

    public static readonly IfcTemplates Templates = IfcTemplates.Load(Path.Combine(AppContext.BaseDirectory, "ifc-templates")).Templates!;

    /// <summary>A document with every field of the contract.</summary>
    public const string Full = """
        {"subscriptionId":"full-1",
         "privateIdentities":[
          {"identity":"alice@example.com",
           "aka":{"algorithm":"MILENAGE","k":"8BAF473F2F8FD09487CCCBD7097C6862","op":"8E27B6AF0E692E750F32667A3B14605D","amf":"8000","sqn":"0000000003E0"}},
          {"identity":"fixed@example.com",
           "sipDigest":{"realm":"example.com","password":"pa55-Wort-1234","keepPasswordForLegacyDigestMd5":true},
           "allowedSchemes":["SIP Digest","Digest-MD5"],"defaultScheme":"Digest-MD5"}],
         "implicitRegistrationSets":[
          {"publicIdentities":[
            {"identity":"sip:alice@example.com","serviceProfile":"volte","barred":true},
            {"identity":"sip:+12125550001@example.com","serviceProfile":"volte","displayName":"Alice & <Co>","aliasGroup":"a"},
            {"identity":"tel:+12125550001","serviceProfile":"volte","aliasGroup":"a"},
            {"identity":"sip:desk!.*!@example.com","serviceProfile":"plain","identityType":"WILDCARDED_IMPU"}],
           "privateIdentities":["alice@example.com"]},
          {"publicIdentities":[{"identity":"sip:conference@example.com","serviceProfile":"plain","identityType":"DISTINCT_PSI"},
            {"identity":"sip:room!.*!@example.com","serviceProfile":"plain","identityType":"WILDCARDED_PSI"}]}],
         "serviceProfiles":[
          {"name":"volte","initialFilterCriteria":[
            {"template":"mmtel-originating","parameters":{"as_uri":"sip:as.example.com:5090"}},
            {"priority":10,"profilePartIndicator":"UNREGISTERED",
             "triggerPoint":{"conditionTypeCnf":true,"servicePointTriggers":[
               {"groups":[0],"method":"INVITE"},
               {"groups":[1],"negated":true,"sessionCase":"TERMINATING_UNREGISTERED"},
               {"groups":[2],"requestUri":"^sip:[0-9]{3}@"},
               {"groups":[3,4],"sipHeader":{"header":"Accept","content":"text/.*"}},
               {"groups":[4],"sessionDescription":{"line":"m","content":"audio|video"}}]},
             "applicationServer":{"serverName":"sip:as2.example.com","defaultHandling":"SESSION_CONTINUED","serviceInfo":"a\nb"}},
            {"priority":20,"triggerPoint":{"servicePointTriggers":[
               {"groups":[0],"method":"REGISTER","registrationTypes":["INITIAL_REGISTRATION","DE_REGISTRATION"]}]},
             "applicationServer":{"serverName":"sip:as3.example.com","defaultHandling":"SESSION_TERMINATED","includeRegisterRequest":true,"includeRegisterResponse":true}}]},
          {"name":"plain"}],
         "serverCapabilities":{"mandatory":[1,4294967295],"optional":[2]},
         "charging":{"primaryCollection":"aaa://ccf.example.com","secondaryCollection":"aaa://ccf2.example.com","primaryEvent":"aaa://ecf.example.com:3868;transport=tcp","secondaryEvent":"aaas://ecf2.example.com"},
         "allowedVisitedNetworks":["example.com","visited.example.net"],
         "registrationAllowed":false}
        """;

    public static SubscriptionReading Read(string json) => SubscriptionJson.Read(Encoding.UTF8.GetBytes(json), Templates);

    public static Subscription Subscription(string json)
    {
        var reading = Read(json);
        Assert.True(reading.Subscription is not null, string.Join('\n', reading.Problems));
        return reading.Subscription!;
    }

    /// <summary>The full document after one change.</summary>
    public static string With(Action<JsonNode> change)
    {
        var document = JsonNode.Parse(Full)!;
        change(document);
        return document.ToJsonString();
    }
}
