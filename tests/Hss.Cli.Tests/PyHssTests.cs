using System.Text;
using Hss.Authentication;
using Hss.Cli.Foreign;
using Microsoft.Data.Sqlite;

namespace Hss.Cli.Tests;

/// <summary>PyHSS databases: made here with the tables and columns of its 2.x schema.</summary>
public sealed class PyHssTests : IDisposable
{
    private const string Domain = "ims.mnc001.mcc001.3gppnetwork.org";

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-pyhss").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Database(string rows, bool withTables = true)
    {
        var file = Path.Combine(_folder, "hss.db");
        File.Delete(file);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = (withTables ? """
            CREATE TABLE apn (apn_id INTEGER PRIMARY KEY, apn VARCHAR(50) NOT NULL, apn_ambr_dl INTEGER NOT NULL, apn_ambr_ul INTEGER NOT NULL);
            CREATE TABLE auc (auc_id INTEGER PRIMARY KEY, ki VARCHAR(32) NOT NULL, opc VARCHAR(32) NOT NULL, amf VARCHAR(4) NOT NULL, sqn BIGINT, iccid VARCHAR(20),
              imsi VARCHAR(18), algo VARCHAR(20), pin1 VARCHAR(20), pin2 VARCHAR(20), puk1 VARCHAR(20), puk2 VARCHAR(20), kid VARCHAR(20), psk VARCHAR(128), des VARCHAR(128),
              adm1 VARCHAR(20), lpa VARCHAR(128));
            CREATE TABLE subscriber (subscriber_id INTEGER PRIMARY KEY, imsi VARCHAR(18), enabled BOOLEAN, auc_id INTEGER NOT NULL, default_apn INTEGER NOT NULL,
              apn_list VARCHAR(64) NOT NULL, msisdn VARCHAR(18), roaming_enabled BOOLEAN);
            CREATE TABLE ims_subscriber (ims_subscriber_id INTEGER PRIMARY KEY, msisdn VARCHAR(18), msisdn_list VARCHAR(1200), imsi VARCHAR(18), ifc_path VARCHAR(512),
              xcap_profile TEXT, sh_profile TEXT, scscf VARCHAR(512), sh_template_path VARCHAR(512));
            INSERT INTO apn VALUES (1, 'ims', 1, 1), (2, 'internet', 1, 1);
            """ : "") + rows;
        command.ExecuteNonQuery();
        return file;
    }

    private static string Auc(int id, string imsi, string ki = ForeignSamples.K, string sqn = "0") =>
        $"INSERT INTO auc (auc_id, ki, opc, amf, sqn, imsi) VALUES ({id}, '{ki}', '{ForeignSamples.Opc}', '8000', {sqn}, '{imsi}');";

    private static string Subscriber(int id, string imsi, int enabled = 1) =>
        $"INSERT INTO subscriber VALUES ({id}, '{imsi}', {enabled}, {id}, 1, '1,2', '12125550001', 1);";

    private static string Ims(int id, string imsi, string msisdn = "12125550001", string list = "", string ifc = "default_ifc.xml") =>
        $"INSERT INTO ims_subscriber (ims_subscriber_id, msisdn, msisdn_list, imsi, ifc_path) VALUES ({id}, '{msisdn}', '{list}', '{imsi}', '{ifc}');";

    private static (List<ForeignDocument>, ForeignReport) Read(string file, PyHssOptions? options = null)
    {
        var report = new ForeignReport();
        var documents = PyHssDatabase.Read(file, options ?? new(), report).ToList();
        ForeignSamples.AssertTellsNoSecret(report);
        Assert.Equal(documents.Count, report.Documents);
        return (documents, report);
    }

    [Fact]
    public void A_subscriber_keeps_key_numbers_and_counter()
    {
        var (documents, report) = Read(Database(Auc(1, "001010000000001", sqn: "3300") + Subscriber(1, "001010000000001") + Ims(1, "001010000000001", list: "12125550001, 12125550002")));
        var subscription = ForeignSamples.Read(Assert.Single(documents));
        Assert.Equal("imsi-001010000000001", subscription.SubscriptionId);
        var identity = Assert.Single(subscription.PrivateIdentities);
        Assert.Equal($"001010000000001@{Domain}", identity.Identity);
        Assert.Equal(ForeignSamples.K, Convert.ToHexString(identity.Credentials.Aka!.K.Reveal()));
        Assert.Equal(ForeignSamples.Opc, Convert.ToHexString(identity.Credentials.Aka.Opc.Reveal()));
        Assert.Equal(0x8000, identity.Credentials.Aka.Amf);
        Assert.Equal(
            [$"sip:+12125550001@{Domain}", "tel:+12125550001", $"sip:+12125550002@{Domain}", "tel:+12125550002", $"sip:001010000000001@{Domain}"],
            subscription.ImplicitRegistrationSets[0].PublicIdentities.Select(i => i.Identity));
        Assert.True(subscription.RegistrationAllowed);
        Assert.Equal("001010000000001", subscription.Imsi);
        Assert.Contains(report.Remarks, remark => remark is { Subject: "apn", Count: 2 });
        Assert.Contains(report.Remarks, remark => remark.Subject == "ims_subscriber.ifc_path default_ifc.xml" && remark.Count == 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3300)]
    [InlineData(3327)]
    [InlineData(281474976710000)]
    public void No_SQN_that_was_issued_comes_again_and_each_is_new_for_its_IND(long stored)
    {
        var (documents, _) = Read(Database(Auc(1, "001010000000001", sqn: $"{stored}") + Ims(1, "001010000000001")));
        var sqn = ForeignSamples.Read(documents[0]).PrivateIdentities[0].InitialSqn;
        var range = new IndRange(5, 24, 27);
        var state = SequenceState.FromDurable(sqn, range);
        if (!SequenceAllocator.TryReserve(state, 1, range, 0, out var reservation)) return;
        // Steps of 100 over the whole 48 bits: the greatest SEQ that any IND has seen is that of the last one.
        var last = stored - 100;
        Assert.True((long)reservation.SqnAt(0, range) > stored);
        Assert.True((long)reservation.FirstSeq > last >> 5);
    }

    [Fact]
    public void The_rows_of_one_IMSI_are_one_subscription()
    {
        var (documents, _) = Read(Database(Auc(1, "001010000000001") + Subscriber(1, "001010000000001", enabled: 0)
            + Ims(1, "001010000000001") + Ims(2, "001010000000001", "12125550009", ifc: "other.xml")));
        var subscription = ForeignSamples.Read(Assert.Single(documents));
        Assert.Equal(5, subscription.ImplicitRegistrationSets[0].PublicIdentities.Length);
        Assert.False(subscription.RegistrationAllowed);
    }

    [Fact]
    public void A_mapping_puts_templates_in_the_place_of_iFC_files()
    {
        var mapping = IfcMapping.Parse("""
            {"default_ifc.xml":{"initialFilterCriteria":[{"template":"telephony","parameters":{"as_uri":"sip:as.{domain}"}}],"sharedFilterSets":[7]}}
            """u8, "map.json");
        var (documents, report) = Read(Database(Auc(1, "001010000000001") + Ims(1, "001010000000001")), new() { Mapping = mapping });
        var profile = Assert.Single(ForeignSamples.Read(documents[0]).ServiceProfiles);
        Assert.Equal("default_ifc", profile.Name);
        Assert.Equal($"sip:as.{Domain}", profile.InitialFilterCriteria[0].ApplicationServer.ServerName);
        Assert.Equal(7, Assert.Single(profile.SharedFilterSets).Id);
        Assert.DoesNotContain(report.Remarks, remark => remark.Subject.Contains("ifc_path", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_JSON_would_read_otherwise_stays_a_name_in_a_mapping()
    {
        var mapping = IfcMapping.Parse("""{"default_ifc.xml":{"initialFilterCriteria":[{"template":"telephony","parameters":{"as_uri":"sip:{imsi}@as.{domain}"}}]}}"""u8, "map.json");
        var (documents, report) = Read(Database(Auc(1, "desk\"1") + Ims(1, "desk\"1") + Auc(2, "desk2") + Ims(2, "desk2")), new() { Mapping = mapping, Domain = Domain });
        Assert.Equal(2, documents.Count + report.Refused);
        Assert.Contains(documents, document => document.SubscriptionId == "imsi-desk2");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"a\":[]}")]
    [InlineData("{\"a\":{\"name\":\"x\"}}")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":{},\"a\":{}}")]
    public void A_mapping_that_is_none_is_told(string json) =>
        Assert.StartsWith("map.json: ", Assert.Throws<ForeignFormatException>(() => IfcMapping.Parse(Encoding.UTF8.GetBytes(json), "map.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_fixed_line_has_its_password_and_local_numbers_stay_as_they_are()
    {
        var (documents, report) = Read(Database(Auc(1, "desk1", ForeignSamples.Password) + Ims(1, "desk1", "1001")), new() { Domain = "ims.example.org", LocalNumbers = true });
        var subscription = ForeignSamples.Read(Assert.Single(documents));
        Assert.Equal(AuthenticationSchemes.SipDigest | AuthenticationSchemes.LegacyDigestMd5, subscription.PrivateIdentities[0].AllowedSchemes);
        Assert.Equal(["sip:1001@ims.example.org", "tel:1001;phone-context=ims.example.org", "sip:desk1@ims.example.org"],
            subscription.ImplicitRegistrationSets[0].PublicIdentities.Select(i => i.Identity));
        Assert.Contains(report.Remarks, remark => remark.Subject == "auc.ki as a password");
    }

    [Fact]
    public void Each_bad_row_is_named_and_the_others_go_on()
    {
        var (documents, report) = Read(Database(
            Ims(1, "001010000000001") + Auc(2, "001010000000002", ForeignSamples.K, "-5") + Ims(2, "001010000000002")
            + Auc(3, "001010000000003") + Ims(3, "001010000000003", "+1 212 555") + Auc(4, "") + Ims(4, "")
            + Auc(5, "desk", ForeignSamples.Password) + Ims(5, "desk") + $"INSERT INTO auc (auc_id, ki, opc, amf, sqn, imsi) VALUES (6, '{ForeignSamples.K}', '{ForeignSamples.Opc}77', '8000', 1, '001010000000006');" + Ims(6, "001010000000006")
            + Auc(7, "001010000000007") + Ims(7, "001010000000007", ifc: new string('x', 3000)) + Auc(9, "001010000000009") + Ims(9, "001010000000009")));
        Assert.Equal("imsi-001010000000009", Assert.Single(documents).SubscriptionId);
        Assert.Equal(7, report.Refused);
        string[] expected =
        [
            "ims_subscriber 4: has no imsi", "ims_subscriber 1: has no row in auc; give the subscriber its key in PyHSS, or leave it out",
            "ims_subscriber 2: auc.sqn is no number of 48 bits; set it to 0 there, the first registration resynchronises",
            "ims_subscriber 3: has an msisdn that is no number of at most 15 digits",
            "ims_subscriber 6: privateIdentities[0].aka.opc: 34 hexadecimal digits, 32 are needed",
            "ims_subscriber 7: has a text of more than 2048 characters", "ims_subscriber 5: has an imsi that is none, so no domain follows from it; give the domain",
        ];
        Assert.Equal(expected, report.Problems);
    }

    [Theory]
    [InlineData("310410000000001", null, "ims.mnc410.mcc310.3gppnetwork.org")]
    [InlineData("310410000000001", 2, "ims.mnc041.mcc310.3gppnetwork.org")]
    [InlineData("001010000000001", 3, "ims.mnc010.mcc001.3gppnetwork.org")]
    public void The_domain_follows_from_the_IMSI(string imsi, int? mncDigits, string domain)
    {
        var (documents, _) = Read(Database(Auc(1, imsi) + Ims(1, imsi)), new() { MncDigits = mncDigits });
        Assert.Equal($"{imsi}@{domain}", ForeignSamples.Read(documents[0]).PrivateIdentities[0].Identity);
    }

    [Fact]
    public void A_file_that_is_no_PyHSS_database_is_told_in_one_line()
    {
        var text = Path.Combine(_folder, "text");
        File.WriteAllText(text, "not a database, and long enough to be looked at as one ........................................................................");
        (string File, string Message)[] cases =
        [
            (Path.Combine(_folder, "none"), "there is no such file"), (text, "cannot be read as a SQLite database"),
            (Database("CREATE TABLE x (y);", withTables: false), "has no table auc"),
        ];
        foreach (var (file, message) in cases)
        {
            var exception = Assert.Throws<ForeignFormatException>(() => PyHssDatabase.Read(file, new(), new()).ToList());
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', exception.Message);
        }
        Assert.Contains("has no column sqn", Assert.Throws<ForeignFormatException>(() => PyHssDatabase.Read(Database("ALTER TABLE auc RENAME COLUMN sqn TO seq;"), new(), new()).ToList()).Message, StringComparison.Ordinal);
    }
}
