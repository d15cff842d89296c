using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class ShDataReaderTests
{
    private const string Secret = "hidden-content";

    /// <summary>Document, path, and what the message has to say. A document without angle brackets in front is what stands in Sh-Data.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "", "", "no well-formed XML (line" },
        { "<Sh-Data>", "Sh-Data", "no well-formed XML (line" },
        { "<Sh-Data/><Sh-Data/>", "", "no well-formed XML" },
        { "<ShData/>", "", "the root element is not Sh-Data" },
        { "<p:Sh-Data xmlns:p='urn:p'/>", "", "the root element is not Sh-Data" },
        { "<?xml version='1.0' encoding='ISO-8859-1'?><Sh-Data/>", "", "declares another encoding than UTF-8" },
        { "<!DOCTYPE Sh-Data [<!ENTITY a 'hidden-content'>]><Sh-Data>&a;</Sh-Data>", "", "document type declaration" },
        { "<!DOCTYPE Sh-Data SYSTEM 'file:///hidden-content'><Sh-Data/>", "", "document type declaration" },
        { Body("&hidden-content;"), "Sh-Data", "no well-formed XML" },
        { Body("hidden-content"), "Sh-Data", "has text; elements are needed" },
        { Body("<Sh-IMS-Data/><Sh-IMS-Data/>"), "Sh-Data/Sh-IMS-Data", "twice" },
        { Body("<Extension><IMSI>001010000000001</IMSI><Extension><IMSI/></Extension></Extension>"), "Sh-Data/IMSI", "twice" },
        { Body("<IMSI>hidden-content</IMSI>"), "Sh-Data/IMSI", "no IMSI" },
        { Body("<IMSI><a>1</a></IMSI>"), "Sh-Data/IMSI", "has elements; a text is needed" },
        { Body("<RepositoryData><SequenceNumber>1</SequenceNumber></RepositoryData>"), "Sh-Data/RepositoryData[0]", "has no ServiceIndication" },
        { Body("<RepositoryData><ServiceIndication>a</ServiceIndication></RepositoryData>"), "Sh-Data/RepositoryData[0]", "has no SequenceNumber" },
        { Body("<RepositoryData><ServiceIndication> </ServiceIndication><SequenceNumber>1</SequenceNumber></RepositoryData>"), "Sh-Data/RepositoryData[0]/ServiceIndication", "is empty" },
        { Body(Repository("a", "65536")), "Sh-Data/RepositoryData[0]/SequenceNumber", "no number from 0 to 65535" },
        { Body(Repository("a", "-1")), "Sh-Data/RepositoryData[0]/SequenceNumber", "no number from 0 to 65535" },
        { Body(Repository("a", "1.0")), "Sh-Data/RepositoryData[0]/SequenceNumber", "no number from 0 to 65535" },
        { Body(Repository("a", "")), "Sh-Data/RepositoryData[0]/SequenceNumber", "no number from 0 to 65535" },
        { Body(Repository("hidden-content", "1") + Repository("hidden-content", "2")), "Sh-Data/RepositoryData[1]", "ServiceIndication of an earlier one" },
        { Body("<RepositoryData><ServiceIndication>a</ServiceIndication><SequenceNumber>1</SequenceNumber><ServiceData><p:a/></ServiceData></RepositoryData>"), "Sh-Data/RepositoryData[0]", "no well-formed XML" },
        { Ims("<SCSCFName>hidden-content</SCSCFName>"), "Sh-Data/Sh-IMS-Data/SCSCFName", "no SIP URI" },
        { Ims("<IMSUserState>4</IMSUserState>"), "Sh-Data/Sh-IMS-Data/IMSUserState", "no number from 0 to 3" },
        { Ims("<PSIActivation>true</PSIActivation>"), "Sh-Data/Sh-IMS-Data/PSIActivation", "no number from 0 to 1" },
        { Ims("<MTRRIndication>yes</MTRRIndication>"), "Sh-Data/Sh-IMS-Data/MTRRIndication", "neither 0 nor 1" },
        { Ims("<DSAI><DSAI-Tag>a</DSAI-Tag></DSAI>"), "Sh-Data/Sh-IMS-Data/DSAI[0]", "has no DSAI-Value" },
        { Ims("<DSAI><DSAI-Value>0</DSAI-Value></DSAI>"), "Sh-Data/Sh-IMS-Data/DSAI[0]", "has no DSAI-Tag" },
        { Ims(Dsai("a") + Dsai("a")), "Sh-Data/Sh-IMS-Data/DSAI[1]", "DSAI-Tag of an earlier one" },
        { Ims("<STN-SR>12a</STN-SR>"), "Sh-Data/Sh-IMS-Data/STN-SR", "1 to 15 digits" },
        { Ims("<SMSRegistrationInfo/>"), "Sh-Data/Sh-IMS-Data/SMSRegistrationInfo", "has no IP-SM-GW-Number" },
        { Ims("<IPv4Address>1.2.3</IPv4Address>"), "Sh-Data/Sh-IMS-Data/IPv4Address", "no IPv4 address" },
        { Ims("<IFCs><InitialFilterCriteria><Priority>0</Priority></InitialFilterCriteria></IFCs>"), "Sh-Data/Sh-IMS-Data/IFCs/InitialFilterCriteria[0]", "has no ApplicationServer" },
        { Ims(Filter("<SPT><Group>0</Group></SPT>")), "Sh-Data/Sh-IMS-Data/IFCs/InitialFilterCriteria[0]/TriggerPoint/SPT[0]", "has not one of" },
        { Ims(Filter("<SPT><Method>A</Method></SPT>")), "Sh-Data/Sh-IMS-Data/IFCs/InitialFilterCriteria[0]/TriggerPoint/SPT[0]", "has no Group" },
        { Ims(Filter("")), "Sh-Data/Sh-IMS-Data/IFCs/InitialFilterCriteria[0]/TriggerPoint", "has no SPT" },
        { Body("<PublicIdentifiers><IMSPublicIdentity>hidden-content</IMSPublicIdentity></PublicIdentifiers>"), "Sh-Data/PublicIdentifiers/IMSPublicIdentity", "no SIP or tel URI" },
        { Body("<PublicIdentifiers><IdentityType>4</IdentityType></PublicIdentifiers>"), "Sh-Data/PublicIdentifiers/IdentityType", "no number from 0 to 3" },
        { Cs("<CellGlobalId>APEQABAAEA=</CellGlobalId>"), "Sh-Data/CSLocationInformation/CellGlobalId", "no base64 of 12 characters" },
        { Cs("<CellGlobalId>APEQABAAEA*=</CellGlobalId>"), "Sh-Data/CSLocationInformation/CellGlobalId", "no base64 of 12 characters" },
        { Cs("<CellGlobalId>APEQABAAEA==</CellGlobalId><ServiceAreaId>APEQABAAEA==</ServiceAreaId>"), "Sh-Data/CSLocationInformation", "more than one of" },
        { Cs("<AgeOfLocationInformation>32768</AgeOfLocationInformation>"), "Sh-Data/CSLocationInformation/AgeOfLocationInformation", "no number from 0 to 32767" },
        { Cs("<MSCNumber/>"), "Sh-Data/CSLocationInformation/MSCNumber", "has no Address" },
        { Body("<TADSinformation><IMSVoiceOverPSSessionSupport>1</IMSVoiceOverPSSessionSupport><LastUEActivityTime>2026-02-30T00:00:00Z</LastUEActivityTime></TADSinformation>"), "Sh-Data/TADSinformation/LastUEActivityTime", "no date and time" },
        { Body("<IMEISV>123456789012345</IMEISV>"), "Sh-Data/IMEISV", "neither an IMEI" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_fault_is_a_problem_with_its_place(string document, string path, string message)
    {
        Assert.False(ShDataReader.TryRead(Encoding.UTF8.GetBytes(document), out var data, out var problem));
        Assert.Null(data);
        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Octets_that_are_no_UTF8_or_too_many_are_refused()
    {
        Refused([0xFF, 0xFE, (byte)'<', 0], "not UTF-8");
        Refused(Encoding.UTF8.GetBytes("<Sh-Data>é</Sh-Data>")[..^11], "not UTF-8");
        Refused(Encoding.UTF8.GetBytes(Body(new string(' ', 65_537))), "at most 65536");
    }

    [Fact]
    public void Depth_and_elements_are_bounded()
    {
        Refused(Encoding.UTF8.GetBytes(Body(string.Concat(Enumerable.Repeat("<a>", 10_000)))), "nested more than 64 deep");
        Refused(Encoding.UTF8.GetBytes(Body(string.Concat(Enumerable.Repeat("<a/>", 10_001)))), "more than 10000 elements");
        Refused(Encoding.UTF8.GetBytes(Body(string.Concat(Enumerable.Repeat("<Extension>", 5_000)))), "nested more than 64 deep");
    }

    [Fact]
    public void A_byte_order_mark_and_a_declaration_are_welcome()
    {
        byte[] document = [.. "\uFEFF"u8, .. "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Sh-Data xmlns=\"urn:toolkit\"><IMSI>001010000000001</IMSI></Sh-Data>\n"u8];
        Assert.Equal("001010000000001", ShDataSamples.Read(document).Imsi);
    }

    private static void Refused(byte[] document, string message)
    {
        Assert.False(ShDataReader.TryRead(document, out _, out var problem));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    private static string Body(string content) => $"<Sh-Data>{content}</Sh-Data>";

    private static string Ims(string content) => Body($"<Sh-IMS-Data><Extension>{content}</Extension></Sh-IMS-Data>");

    private static string Cs(string content) => Body($"<CSLocationInformation>{content}</CSLocationInformation>");

    private static string Repository(string indication, string number) =>
        $"<RepositoryData><ServiceIndication>{indication}</ServiceIndication><SequenceNumber>{number}</SequenceNumber></RepositoryData>";

    private static string Dsai(string tag) => $"<DSAI><DSAI-Tag>{tag}</DSAI-Tag><DSAI-Value>0</DSAI-Value></DSAI>";

    private static string Filter(string triggers) => "<IFCs><InitialFilterCriteria><Priority>0</Priority><TriggerPoint><ConditionTypeCNF>1</ConditionTypeCNF>"
        + $"{triggers}</TriggerPoint><ApplicationServer><ServerName>sip:a</ServerName></ApplicationServer></InitialFilterCriteria></IFCs>";
}
