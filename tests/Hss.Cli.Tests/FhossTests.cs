using System.Text;
using Hss.Authentication;
using Hss.Cli.Foreign;
using Hss.Subscribers;

namespace Hss.Cli.Tests;

/// <summary>FHoSS dumps: made here with the tables and columns of its schema, in the ways mysqldump writes them.</summary>
public sealed class FhossTests : IDisposable
{
    // Octets as mysqldump writes them into a string: K 00 27 5C 0A 0D 1A 22 41 ... with every escape it has.
    private const string RawK = @"\0\'\\\n\r\Z\""ABCDEFGHI";
    private const string RawKHex = "00275C0A0D1A22414243444546474849";

    private const string Schema = """
        -- a comment; with 'a quote
        /*!40101 SET NAMES utf8 */;
        DROP TABLE IF EXISTS `imsu`;
        CREATE TABLE `imsu` (`id` int(11) NOT NULL auto_increment, `name` varchar(255) NOT NULL default '', `scscf_name` varchar(255) default NULL, `diameter_name` varchar(255) default NULL,
          `id_capabilities_set` int(11) default NULL, `id_preferred_scscf_set` int(11) default NULL, PRIMARY KEY (`id`), KEY `idx_name` USING BTREE (`name`)) ENGINE=MyISAM COMMENT='IMS; Subscription';
        CREATE TABLE IF NOT EXISTS `hss_db`.`impi` (`id` int(11), `id_imsu` int(11), `identity` varchar(255), `k` tinyblob NOT NULL, `auth_scheme` int(11), `default_auth_scheme` int(11), `amf` tinyblob,
          `op` tinyblob, `opc` tinyblob, `sqn` varchar(64) NOT NULL default '000000000000', `ip` varchar(64), `line_identifier` varchar(64), `zh_uicc_type` int(11), PRIMARY KEY (`id`));
        CREATE TABLE `impu` (`id` int(11), `identity` varchar(255), `type` tinyint(4), `barring` tinyint(4), `user_state` tinyint(4), `id_sp` int(11), `id_implicit_set` int(11), `id_charging_info` int(11),
          `wildcard_psi` varchar(255), `display_name` varchar(255), `psi_activation` tinyint(4), `can_register` tinyint(4), UNIQUE KEY `u` (`identity`));
        CREATE TABLE `impi_impu` (`id` int(11), `id_impi` int(11), `id_impu` int(11), `user_state` tinyint(4));
        CREATE TABLE `impu_visited_network` (`id` int(11), `id_impu` int(11), `id_visited_network` int(11));
        CREATE TABLE `visited_network` (`id` int(11), `identity` varchar(255));
        CREATE TABLE `charging_info` (`id` int(11), `name` varchar(255), `pri_ecf` varchar(255), `sec_ecf` varchar(255), `pri_ccf` varchar(255), `sec_ccf` varchar(255));
        CREATE TABLE `capabilities_set` (`id` int(11), `id_set` int(11), `name` varchar(255), `id_capability` int(11), `is_mandatory` int(11));
        CREATE TABLE `preferred_scscf_set` (`id` int(11), `id_set` int(11), `name` varchar(255), `scscf_name` varchar(255), `priority` int(11));
        CREATE TABLE `sp` (`id` int(11), `name` varchar(16), `cn_service_auth` int(11));
        CREATE TABLE `sp_ifc` (`id` int(11), `id_sp` int(11), `id_ifc` int(11), `priority` int(11));
        CREATE TABLE `sp_shared_ifc_set` (`id` int(11), `id_sp` int(11), `id_shared_ifc_set` int(11));
        CREATE TABLE `shared_ifc_set` (`id` int(11), `id_set` int(11), `name` varchar(255), `id_ifc` int(11), `priority` int(11));
        CREATE TABLE `ifc` (`id` int(11), `name` varchar(255), `id_application_server` int(11), `id_tp` int(11), `profile_part_ind` int(11));
        CREATE TABLE `application_server` (`id` int(11), `name` varchar(255), `server_name` varchar(255), `default_handling` int(11), `service_info` varchar(255), `diameter_address` varchar(255), `udr` tinyint(4),
          `include_register_response` TINYINT, `include_register_request` TINYINT);
        CREATE TABLE `tp` (`id` int(11), `name` varchar(255), `condition_type_cnf` int(11));
        CREATE TABLE `spt` (`id` int(11), `id_tp` int(11), `condition_negated` int(11), `grp` int(11), `type` int(11), `requesturi` varchar(255), `method` varchar(255), `header` varchar(255), `header_content` varchar(255),
          `session_case` int(11), `sdp_line` varchar(255), `sdp_line_content` varchar(255), `registration_type` int(11));
        CREATE TABLE `repository_data` (`id` int(11), `rep_data` blob);

        """;

    private const string Services = """
        LOCK TABLES `sp` WRITE;
        INSERT INTO `application_server` VALUES (1,'as1','sip:as1.example.org:5065',0,'','d',1,0,0),(2,'as2','sip:as2.example.org',1,'<info/>','d',0,1,1);
        INSERT INTO `tp` VALUES (1,'dnf',0),(2,'cnf',1),(3,'empty',0);
        INSERT INTO `spt` VALUES (2,1,0,0,1,NULL,'PUBLISH',NULL,NULL,NULL,NULL,NULL,0),(5,1,0,0,2,NULL,NULL,'Event','.*presence.*',NULL,NULL,NULL,0),(6,1,0,0,3,NULL,NULL,NULL,NULL,0,NULL,NULL,0),
          (7,1,1,1,0,'^sip:[0-9]+@',NULL,NULL,NULL,NULL,NULL,NULL,0),(8,1,0,1,4,NULL,NULL,NULL,NULL,NULL,'m','audio',0),(9,1,0,1,3,NULL,NULL,NULL,NULL,3,NULL,NULL,0),
          (20,2,0,0,1,NULL,'REGISTER',NULL,NULL,NULL,NULL,NULL,5),(21,2,0,1,2,NULL,NULL,'P-Access-Network-Info','',NULL,NULL,NULL,0),(22,2,0,2,3,NULL,NULL,NULL,NULL,0,NULL,NULL,4);
        INSERT INTO `ifc` VALUES (1,'one',1,1,-1),(2,'two',2,2,0),(3,'three',1,NULL,1),(4,'no as',9,1,-1),(5,'empty tp',1,3,-1);
        INSERT INTO `sp` VALUES (1,'default_sp',0),(2,'default_sp',1),(3,'broken',0);
        INSERT INTO `sp_ifc` VALUES (1,1,2,5),(2,1,1,5),(3,2,3,0),(4,3,4,0),(5,3,5,1),(6,3,77,2);
        INSERT INTO `sp_shared_ifc_set` VALUES (1,2,7);
        INSERT INTO `shared_ifc_set` VALUES (1,7,'shared',1,0),(2,7,'shared',2,1);
        INSERT INTO `visited_network` VALUES (1,'example.org'),(2,'visited.example.net');
        INSERT INTO `charging_info` VALUES (1,'c','','','ccf.example.org','aaa://ccf2.example.org'),(2,'c2','ecf','','','');
        INSERT INTO `capabilities_set` VALUES (1,1,'caps',4,1),(2,1,'caps',5,0);
        INSERT INTO `preferred_scscf_set` VALUES (1,1,'p','sip:scscf2.example.org:6060',2),(2,1,'p','sip:scscf1.example.org:6060',1);

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-fhoss").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (List<ForeignDocument> Documents, ForeignReport Report) Read(string rows, FhossOptions? options = null, string? schema = null)
    {
        var file = Path.Combine(_folder, "dump.sql");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes((schema ?? Schema + Services) + rows));
        var report = new ForeignReport();
        var documents = FhossDump.Read(file, options ?? new(), report).ToList();
        ForeignSamples.AssertTellsNoSecret(report);
        Assert.Equal(documents.Count, report.Documents);
        return (documents, report);
    }

    private static string Impi(int id, int imsu, string identity, string k, int schemes = 1, int usual = 1, string op = "0x00000000000000000000000000000000", string opc = "''", string sqn = "0000000003e5", string ip = "", string line = "") =>
        $"INSERT INTO `impi` VALUES ({id},{imsu},'{identity}',{k},{schemes},{usual},0x8000,{op},{opc},'{sqn}','{ip}','{line}',0);\n";

    private static string Impu(int id, string identity, int set = 1, int type = 0, int barring = 0, string sp = "1", string charging = "NULL", string wildcard = "", string name = "", int active = 0, int state = 0) =>
        $"INSERT INTO `impu` VALUES ({id},'{identity}',{type},{barring},{state},{sp},{set},{charging},'{wildcard}','{name}',{active},1);\nINSERT INTO `impu_visited_network` VALUES ({id},{id},1);\n";

    private static string Link(int impi, int impu) => $"INSERT INTO `impi_impu` VALUES ({impi * 1000 + impu},{impi},{impu},0);\n";

    private static string Simple(string k, int schemes = 1, int usual = 1, string op = "0x00000000000000000000000000000000", string opc = "''", string sqn = "0000000003e5", string ip = "", string line = "") =>
        "INSERT INTO `imsu` VALUES (1,'first','','',NULL,NULL);\n" + Impi(1, 1, "first@example.org", k, schemes, usual, op, opc, sqn, ip, line) + Impu(1, "sip:first@example.org") + Link(1, 1);

    [Theory]
    [InlineData("'" + RawK + "'")]
    [InlineData("_binary '" + RawK + "'")]
    [InlineData("0x" + RawKHex)]
    [InlineData("x'" + RawKHex + "'")]
    [InlineData("'" + RawKHex + "'")]
    public void A_key_is_the_same_however_it_was_dumped(string k)
    {
        var (documents, _) = Read(Simple(k));
        var aka = ForeignSamples.Read(Assert.Single(documents)).PrivateIdentities[0].Credentials.Aka!;
        Assert.Equal(RawKHex, Convert.ToHexString(aka.K.Reveal()));
        Assert.Equal(0x8000, aka.Amf);
        Assert.Equal(Milenage.DeriveOpc(aka.K, new Secret(new byte[16])), aka.Opc);
    }

    [Fact]
    public void Keys_with_octets_above_127_survive()
    {
        var (documents, _) = Read(Simple("'" + Encoding.Latin1.GetString([0x80, 0xff, 0xe4, 0xbc, 0x60, 0xa0, 0xd0, 0xf0, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88]) + "'"));
        Assert.Equal("80FFE4BC60A0D0F08182838485868788", Convert.ToHexString(ForeignSamples.Read(Assert.Single(documents)).PrivateIdentities[0].Credentials.Aka!.K.Reveal()));
    }

    [Theory]
    [InlineData("0x" + ForeignSamples.Opc, "''", true)]
    [InlineData("0x00000000000000000000000000000000", "0x" + ForeignSamples.Opc, false)]
    [InlineData("0x" + ForeignSamples.Opc, "0x" + ForeignSamples.K, true)]
    public void OP_and_OPc_are_told_apart(string op, string opc, bool isOp)
    {
        var aka = ForeignSamples.Read(Read(Simple("0x" + ForeignSamples.K, op: op, opc: opc)).Documents[0]).PrivateIdentities[0].Credentials.Aka!;
        var variant = new Secret(Convert.FromHexString(ForeignSamples.Opc));
        Assert.Equal(isOp ? Milenage.DeriveOpc(aka.K, variant) : variant, aka.Opc);
    }

    [Fact]
    public void No_SQN_that_was_issued_comes_again()
    {
        var sqn = ForeignSamples.Read(Read(Simple("0x" + ForeignSamples.K, sqn: "0000000003e5")).Documents[0]).PrivateIdentities[0].InitialSqn;
        Assert.Equal(0x3FFUL, sqn);
        var range = new IndRange(5, 24, 27);
        Assert.True(SequenceAllocator.TryReserve(SequenceState.FromDurable(sqn, range), 1, range, 0, out var reservation));
        Assert.True(reservation.FirstSeq > 0x3e5 >> 5);
    }

    [Theory]
    [InlineData(1, 1, AuthenticationSchemes.DigestAkaV1Md5, AuthenticationSchemes.DigestAkaV1Md5)]
    [InlineData(2, 2, AuthenticationSchemes.DigestAkaV1Md5, AuthenticationSchemes.DigestAkaV1Md5)]
    [InlineData(128, 128, AuthenticationSchemes.SipDigest, AuthenticationSchemes.SipDigest)]
    [InlineData(4, 4, AuthenticationSchemes.LegacyDigestMd5, AuthenticationSchemes.LegacyDigestMd5)]
    [InlineData(8, 8, AuthenticationSchemes.SipDigest, AuthenticationSchemes.SipDigest)]
    [InlineData(96, 64, AuthenticationSchemes.NassBundled | AuthenticationSchemes.EarlyImsSecurity, AuthenticationSchemes.NassBundled)]
    [InlineData(255, 128, (AuthenticationSchemes)31, AuthenticationSchemes.SipDigest)]
    public void The_bits_of_auth_scheme_are_schemes(int bits, int usual, AuthenticationSchemes allowed, AuthenticationSchemes expectedDefault)
    {
        var identity = ForeignSamples.Read(Read(Simple($"'{ForeignSamples.Password}'", bits, usual, ip: "10.1.2.3", line: "line 7")).Documents[0]).PrivateIdentities[0];
        Assert.Equal(allowed, identity.AllowedSchemes);
        Assert.Equal(expectedDefault, identity.DefaultScheme);
        if ((bits & 128) != 0)
            Assert.Equal(Digest.Ha1(DigestAlgorithm.Md5, "first@example.org", "example.org", Encoding.UTF8.GetBytes(ForeignSamples.Password)), identity.Credentials.Digest!.Ha1Md5);
        // As FHoSS does it: filled up with zeros.
        if ((bits & 1) != 0) Assert.Equal(Encoding.UTF8.GetBytes(ForeignSamples.Password.PadRight(16, '\0')), identity.Credentials.Aka!.K.Reveal().ToArray());
    }

    [Fact]
    public void The_key_of_a_card_never_becomes_a_password()
    {
        var (documents, report) = Read(Simple("0x" + ForeignSamples.K, schemes: 255));
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, ForeignSamples.Read(documents[0]).PrivateIdentities[0].AllowedSchemes);
        Assert.Contains(report.Remarks, remark => remark.Subject == "impi.auth_scheme Digest with a card's key");
    }

    [Fact]
    public void Sets_services_charging_networks_and_capabilities_come_over()
    {
        var (documents, report) = Read("INSERT INTO `imsu` VALUES (1,'full','sip:scscf.example.org','d',1,1);\n"
            + Impi(1, 1, "a@example.org", "0x" + ForeignSamples.K) + Impi(2, 1, "b@example.org", "0x" + ForeignSamples.K)
            + Impu(1, "sip:a@example.org", 1, barring: 1, charging: "1", name: "Empf\u00C3\u00A4ng", state: 1) + Impu(2, "tel:+12125550001", 1) + Impu(3, "sip:b@example.org", 2, sp: "2", charging: "2")
            + Impu(4, "sip:chat@example.org", 2, type: 1, active: 1) + Impu(5, "sip:room", 3, type: 2, wildcard: "sip:room.%-_@example.org") + "INSERT INTO `impu_visited_network` VALUES (77,3,2);\n"
            + Link(1, 1) + Link(1, 2) + Link(1, 3) + Link(2, 3) + Link(1, 4) + Link(2, 4) + Link(1, 5) + Link(2, 5) + "INSERT INTO `repository_data` VALUES (1,'" + new string('x', 60_000) + "'),(2,'); INSERT INTO `imsu` VALUES (9');\n");
        var subscription = ForeignSamples.Read(Assert.Single(documents));
        Assert.Equal("full", subscription.SubscriptionId);
        var sets = subscription.ImplicitRegistrationSets;
        Assert.Equal(4, sets.Length);
        Assert.Equal<string>(["a@example.org"], sets[0].PrivateIdentities);
        Assert.Empty(sets[1].PrivateIdentities);
        Assert.True(sets[0].PublicIdentities[0].Barred);
        Assert.Equal("Empfäng", sets[0].PublicIdentities[0].DisplayName);
        Assert.Equal(PublicIdentityType.DistinctPsi, sets[2].PublicIdentities[0].Type);
        Assert.True(sets[2].PublicIdentities[0].PsiActive);
        Assert.Equal("sip:room.!.*-.!@example.org", sets[3].PublicIdentities[0].Identity);
        Assert.False(sets[3].PublicIdentities[0].PsiActive);
        Assert.Equal([4], subscription.ServerCapabilities!.Mandatory.Select(n => (int)n));
        Assert.Equal([5], subscription.ServerCapabilities.Optional.Select(n => (int)n));
        Assert.Equal<string>(["sip:scscf1.example.org:6060", "sip:scscf2.example.org:6060"], subscription.ServerCapabilities.ServerNames);
        Assert.Equal(new ChargingAddresses("aaa://ccf.example.org", "aaa://ccf2.example.org", null, null), subscription.Charging);
        Assert.Equal<string>(["example.org", "visited.example.net"], subscription.AllowedVisitedNetworks!.Value);
        Assert.Equal(7, subscription.FindServiceProfile("default_sp-2")!.SharedFilterSets.Single().Id);
        string[] expected = ["repository_data", "imsu.scscf_name", "impu.user_state", "impu.id_charging_info", "impu_visited_network", "shared_ifc_set 7", "sp_ifc.priority", "sp.cn_service_auth", "spt.registration_type", "application_server permissions of Sh"];
        foreach (var subject in expected) Assert.Contains(report.Remarks, remark => remark.Subject == subject);
        Assert.Equal(2, report.Remarks.Single(remark => remark.Subject == "repository_data").Count);
    }

    [Fact]
    public void Filters_are_written_out_with_their_triggers()
    {
        var profile = ForeignSamples.Read(Read(Simple("0x" + ForeignSamples.K)).Documents[0]).ServiceProfiles.Single();
        Assert.Equal("default_sp", profile.Name);
        Assert.Equal([5, 6], profile.InitialFilterCriteria.Select(filter => filter.Priority));
        var (two, one) = (profile.InitialFilterCriteria[0], profile.InitialFilterCriteria[1]);
        Assert.Equal(ProfilePartIndicator.Registered, two.ProfilePartIndicator);
        Assert.True(two.TriggerPoint!.ConditionTypeCnf);
        Assert.Equal([RegistrationType.InitialRegistration, RegistrationType.DeRegistration], two.TriggerPoint.ServicePointTriggers[0].RegistrationTypes.AsEnumerable());
        Assert.Equal(new HeaderCondition("P-Access-Network-Info", null), two.TriggerPoint.ServicePointTriggers[1].SipHeader);
        Assert.Equal(new ApplicationServer { ServerName = "sip:as2.example.org", DefaultHandling = DefaultHandling.SessionTerminated, ServiceInfo = "<info/>", IncludeRegisterRequest = true, IncludeRegisterResponse = true }, two.ApplicationServer);
        Assert.Null(one.ProfilePartIndicator);
        Assert.False(one.TriggerPoint!.ConditionTypeCnf);
        var triggers = one.TriggerPoint.ServicePointTriggers;
        Assert.Equal([0, 0, 0, 1, 1, 1], triggers.Select(trigger => trigger.Groups.Single()));
        Assert.Equal("PUBLISH", triggers[0].Method);
        Assert.Equal(new HeaderCondition("Event", ".*presence.*"), triggers[1].SipHeader);
        Assert.Equal(SessionCase.OriginatingRegistered, triggers[2].SessionCase);
        Assert.True(triggers[3].Negated);
        Assert.Equal("^sip:[0-9]+@", triggers[3].RequestUri);
        Assert.Equal(new SessionDescriptionCondition("m", "audio"), triggers[4].SessionDescription);
        Assert.Equal(SessionCase.OriginatingUnregistered, triggers[5].SessionCase);
    }

    [Fact]
    public void Shared_sets_can_be_written_out()
    {
        var rows = Simple("0x" + ForeignSamples.K).Replace("0,0,0,1,1,NULL,'','',0,1)", "0,0,0,2,1,NULL,'','',0,1)", StringComparison.Ordinal);
        var profile = ForeignSamples.Read(Read(rows, new() { WritesOutSharedSets = true }).Documents[0]).ServiceProfiles.Single();
        Assert.Empty(profile.SharedFilterSets);
        Assert.Equal([0, 1, 2], profile.InitialFilterCriteria.Select(filter => filter.Priority));
        Assert.Null(profile.InitialFilterCriteria[0].TriggerPoint);
    }

    [Fact]
    public void Each_bad_subscription_is_named_and_the_others_go_on()
    {
        var (documents, report) = Read("INSERT INTO `imsu` VALUES (1,'none','','',NULL,NULL),(2,'lonely','','',NULL,NULL),(3,'broken','','',NULL,NULL),(4,'scheme','','',NULL,NULL),(5,'good','','',NULL,NULL),(6,'good','','',NULL,NULL);\n"
            + Impi(2, 2, "l@example.org", "0x" + ForeignSamples.K) + Impi(3, 3, "b@example.org", "0x" + ForeignSamples.K, sqn: "xyz") + Impu(3, "sip:b@example.org", sp: "3") + Link(3, 3)
            + Impi(4, 4, "s@example.org", "0x" + ForeignSamples.K, schemes: 0) + Impu(4, "sip:s@example.org") + Link(4, 4)
            + Impi(5, 5, "g@example.org", "0x" + ForeignSamples.K) + Impu(5, "sip:g@example.org") + Link(5, 5)
            + Impi(6, 6, "h@example.org", "0x" + ForeignSamples.K) + Impu(6, "sip:h@example.org", sp: "NULL").Replace("VALUES (6,6,1)", "VALUES (6,66,1)", StringComparison.Ordinal) + Link(6, 6)
            + Impi(7, 99, "orphan@example.org", "0x" + ForeignSamples.K) + Impu(7, "sip:nobody@example.org"));
        Assert.Equal(["good", "good-6"], documents.Select(document => document.SubscriptionId));
        Assert.All(documents, document => ForeignSamples.Read(document));
        Assert.False(ForeignSamples.Read(documents[1]).RegistrationAllowed);
        Assert.Equal("none", ForeignSamples.Read(documents[1]).ServiceProfiles[0].Name);
        Assert.Equal(
        [
            "imsu 1: has no private identity (impi); give it one in FHoSS, or leave it out",
            "imsu 2: has no public identity (impu through impi_impu); give it one in FHoSS, or leave it out",
            "imsu 3: impi 3: sqn is no number of 12 hexadecimal digits; set it to 000000000000 there, the first registration resynchronises",
            "imsu 3: ifc 4: names no application server; give it one, or take it out of the profile",
            "imsu 3: tp 3: does not exist, or has no spt; take it out of the ifc to let it always fire, or give it a trigger",
            "imsu 3: sp 3: ifc 77 does not exist; take it out of the profile",
            "imsu 4: impi 4: has no authentication scheme with an equal here; allow Digest-AKAv1-MD5 or SIP Digest in FHoSS",
        ], report.Problems);
        Assert.Contains(report.Remarks, remark => remark is { Subject: "impu without impi", Count: 1 });
        Assert.Contains(report.Remarks, remark => remark is { Subject: "impi without imsu", Count: 1 });
    }

    [Fact]
    public void An_identity_of_two_subscriptions_is_refused_in_both()
    {
        var (documents, report) = Read(Simple("0x" + ForeignSamples.K) + "INSERT INTO `imsu` VALUES (2,'second','','',NULL,NULL);\n" + Impi(2, 2, "second@example.org", "0x" + ForeignSamples.K) + Link(2, 1));
        Assert.Empty(documents);
        Assert.All(report.Problems, problem => Assert.Contains("impu 1 belongs to another imsu as well", problem, StringComparison.Ordinal));
        Assert.Equal(2, report.Problems.Count);
    }

    [Theory]
    [InlineData("INSERT INTO `imsu` (id,name) VALUES (1,'a\n", "line 1: a string begins here and never ends")]
    [InlineData("INSERT INTO `imsu` VALUES (1,'a','','',NULL,NULL);", "line 1: rows of imsu stand without the names of their columns")]
    [InlineData("CREATE TABLE imsu (id int);\nINSERT INTO imsu VALUES (1);", "line 2: table imsu has no column name")]
    [InlineData("CREATE TABLE imsu (id int);\nINSERT INTO imsu VALUES (1,2);", "line 2: a row of imsu has more values than the table has columns (1)")]
    [InlineData("CREATE TABLE imsu (id int, name text);\nINSERT INTO imsu VALUES (1);", "line 2: a row of imsu has 1 values, the table has 2 columns")]
    [InlineData("CREATE TABLE impi (k blob);\n\nINSERT INTO impi VALUES (0x8BAF473);", "line 3: a hexadecimal value has something else in it")]
    [InlineData("CREATE TABLE impi (k blob);\nINSERT INTO impi VALUES (UNHEX('8BAF473F2F8FD09487CCCBD7097C6862'));", "line 2: ")]
    [InlineData("INSERT INTO impi (k) SELECT 1;", "line 1: INSERT INTO impi has no VALUES")]
    [InlineData("INSERT INTO impi (k) VALUES (1", "line 1: a row has no end")]
    [InlineData("", "holds no rows of imsu")]
    [InlineData("INSERT INTO `x", "line 1: a name begins here and never ends")]
    public void A_dump_that_is_none_is_told_by_its_line(string text, string message)
    {
        var exception = Assert.Throws<ForeignFormatException>(() => Read("", schema: text));
        Assert.Contains($"dump.sql: {message}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("8BAF473", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Damaged_dumps_are_refused_or_read_and_nothing_else_happens()
    {
        const int seed = 41_777;
        var whole = Encoding.Latin1.GetBytes(Schema + Services + Simple("'" + RawK + "'", schemes: 255));
        for (var i = 0; i < 400; i++)
        {
            var random = new Random(seed + i);
            var damaged = whole.AsSpan(0, random.Next(3) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var n = random.Next(1, 8); n > 0 && damaged.Length > 0; n--) damaged[random.Next(damaged.Length)] = (byte)"'`(),;\\\"0x-/*\n"[random.Next(14)];
            var file = Path.Combine(_folder, "damaged.sql");
            File.WriteAllBytes(file, damaged);
            try
            {
                foreach (var document in FhossDump.Read(file, new(), new())) ForeignSamples.Read(document);
            }
            catch (Exception exception) when (exception is not ForeignFormatException)
            {
                Assert.Fail($"seed {seed + i}: {exception}");
            }
            catch (ForeignFormatException)
            {
            }
        }
    }
}
