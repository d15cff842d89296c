using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace Hss.Server.Tests;

/// <summary>Every key is known and every value checked before anything starts; each refusal is one line that names the key and the mend.</summary>
public sealed class ServerSettingsTests
{
    [Fact]
    public void Defaults_are_those_of_the_contract()
    {
        var settings = Read();
        Assert.Equal("hss.ims.mnc001.mcc001.3gppnetwork.org", settings.Diameter.Node.Identity);
        Assert.Equal("ims.mnc001.mcc001.3gppnetwork.org", settings.Diameter.Node.Realm);
        Assert.Equal("127.0.0.1:3868", Assert.Single(settings.Diameter.Listen).ToString());
        Assert.True(settings.Diameter.Node.AllowUnknownPeers);
        Assert.Equal("Data Source=db/hss.db", settings.Storage.ConnectionString);
        Assert.Equal("db/master.key", settings.Storage.MasterKeyFile);
        Assert.Equal((5, 24, 27), (settings.Cx.Ind.IndBits, settings.Cx.Ind.First, settings.Cx.Ind.Last));
        Assert.Equal(settings.Cx.Ind, settings.Storage.IndRange);
    }

    [Fact]
    public void The_shipped_file_is_accepted()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build();
        Assert.NotNull(ServerSettings.Read(configuration));
    }

    [Theory]
    [InlineData("Diameter:Realmm", "x", "did you mean Diameter:Realm?")]
    [InlineData("Diametr:Listen:0", "127.0.0.1:1", "did you mean Diameter:Listen")]
    [InlineData("Storage:MasterKey", "x", "did you mean Storage:MasterKeyFile?")]
    [InlineData("Nonsense", "x", "there is no such key")]
    [InlineData("Diameter:Listen:0", "localhost", "is not an address and port")]
    [InlineData("Diameter:Listen:0", "127.0.0.1", "is not an address and port")]
    [InlineData("Diameter:Listen:0", "3868", "is not an address and port")]
    [InlineData("Diameter:Listen:0", "127.0.0.1:99999", "is not an address and port")]
    [InlineData("Diameter:Listen:0", "127.0.0.1:3868;tls", "Diameter:Listen:0 needs it")]
    [InlineData("Diameter:Listen:0", ";tls", "is not an address and port")]
    [InlineData("Diameter:Listen", "127.0.0.1:3868,127.0.0.1:3868;tls", "listed twice")]
    [InlineData("Diameter:Tls:KeyFile", "a.key", "Tls:CertificateFile: is missing beside the others")]
    [InlineData("Operations:Listen", "8080", "is not an address and port")]
    [InlineData("Diameter:Listen", "127.0.0.1:3868,127.0.0.1:3868", "listed twice")]
    [InlineData("Diameter:AllowUnknownPeers", "maybe", "neither true nor false")]
    [InlineData("Diameter:Identity", "two words", "is no host or realm name")]
    [InlineData("Diameter:Peers:0:Role", "relay", "Peers:0:Identity: is missing")]
    [InlineData("Diameter:WatchdogSeconds", "1", "from 6 to")]
    [InlineData("Diameter:ReconnectSeconds", "0", "from 1 to 3600")]
    [InlineData("Diameter:AnswerTimeoutMilliseconds", "99", "from 100 to 60000")]
    [InlineData("Storage:Provider", "oracle", "use sqlite")]
    [InlineData("Storage:Provider", "postgresql", "not available in this version")]
    [InlineData("Storage:ConnectionString", "Data Source=:memory:", "again after a restart")]
    [InlineData("Storage:ConnectionString", "Data Source=x;Journal Mode=Off", "cannot be set")]
    [InlineData("Storage:ConnectionString", "Data Source=", "names no file")]
    [InlineData("Authentication:Ind", "Cx=24-32", "IND values from 0 to 31")]
    [InlineData("Authentication:Ind", "Cx=27-24", "is not DOMAIN=FIRST-LAST")]
    [InlineData("Authentication:Ind", "S6a=0-3", "is not served")]
    [InlineData("Authentication:Ind", ",", "no range given for Cx")]
    [InlineData("Authentication:Ind", "Cx=24-27,garbage", "'garbage' is not DOMAIN=FIRST-LAST")]
    [InlineData("Authentication:Ind", "Cx=24-27,Cx=0-3", "'Cx=0-3' is a second range for Cx")]
    [InlineData("Authentication:Ind", "Cx=24-27,S6a=0-3", "domain 'S6a' is not served")]
    [InlineData("Authentication:IndBits", "17", "from 0 to 16")]
    [InlineData("Authentication:MaxVectorsPerRequest", "0", "from 1 to 32")]
    [InlineData("Provisioning:Listen", "nowhere", "is not an address and port")]
    [InlineData("Provisioning:Listen", "127.0.0.1:1,127.0.0.1:1", "listed twice")]
    [InlineData("Provisioning:Listen:0", "0.0.0.0:50051", "is not on loopback")]
    [InlineData("Provisioning:Tls:KeyFile", "a.key", "Tls:CertificateFile: is missing beside the others")]
    [InlineData("Provisioning:Certificates:0:Name", "a.example.org", "Certificates:0:Role: is missing")]
    [InlineData("Provisioning:Certificates:0:Role", "reader", "Certificates:0:Name: is missing")]
    [InlineData("Provisioning:MaxRequestsPerSecond", "0", "from 1 to")]
    [InlineData("Provisioning:MaxRequestsInFlight", "0", "from 1 to")]
    [InlineData("Provisioning:MaxMessageBytes", "1000", "from 65536 to")]
    [InlineData("Provisioning:MaxMessageByte", "100000", "did you mean Provisioning:MaxMessageBytes?")]
    [InlineData("Cx:DefaultServerCapabilities:Mandatory", "1,x", "is not a whole number")]
    [InlineData("Cx:DefaultServerCapabilities:ServerNames", "sip:scscf.example.org:6060,scscf2.example.org", "'scscf2.example.org' is no SIP URI; begin it with sip:")]
    [InlineData("Cx:DefaultServerCapabilities:ServerNames:0", "sip:two words@example.org", "'sip:two words@example.org' ")]
    [InlineData("Cx:Features", "SiFC,Restoration", "list SiFC, AliasInd, IMSRestorationInd, or none alone")]
    [InlineData("Cx:Features", "none,SiFC", "'none' is no feature")]
    [InlineData("Sh:Features", "Notif-Eff,Notif", "list Notif-Eff, Update-Eff, Update-Eff-Enhance, Additional-MSISDN, or none alone")]
    [InlineData("Sh:Features", "Update-Eff-Enhance", "list both, or neither")]
    [InlineData("Sh:MaxServiceDataBytes", "49153", "from 1 to 49152")]
    [InlineData("Sh:MaxServiceData", "1000", "did you mean Sh:MaxServiceDataBytes?")]
    [InlineData("Sh:MaxRepositoryItems", "0", "from 1 to 10000")]
    [InlineData("Sh:MaxSubscriptions", "-1", "from 1 to 10000")]
    [InlineData("Sh:LongestSubscriptionSeconds", "59", "from 60 to")]
    public void Bad_input_is_refused_with_the_key_and_the_mend(string key, string value, string says)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read((key, value)));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith($"configuration {problem.Problems[0].Key}: ", problem.Message, StringComparison.Ordinal);
        Assert.All(problem.Problems.Skip(1), one => Assert.Contains(":Tls:", one.Key, StringComparison.Ordinal)); // its files go together
    }

    /// <summary>Whoever mends a file sees all of it at once, and nothing that would be right with the rest mended.</summary>
    [Fact]
    public void Every_bad_key_and_value_has_a_line()
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(
            ("Diameter:Relm", "example.org"), ("Storage:Path", "hss.db"), ("Diameter:Listen:0", "nowhere;tls"), ("Diameter:WatchdogSeconds", "soon"), ("Diameter:Identity", "two words"),
            ("Diameter:Peers:0:Role", "agent"), ("Storage:Provider", "postgresql"), ("Authentication:IndBits", "40"), ("Authentication:Ind", "Cx=0-1000"),
            ("Cx:Features", "SiFC,a,b"), ("Cx:KeepServerName", "perhaps"), ("Provisioning:Listen", "127.0.0.1"), ("Provisioning:Certificates:0:Name", "oss.example.org"),
            ("Operations:Listen", "8080"), ("Sh:MaxSubscriptions", "0"), ("Sh:Features", "Update-Eff-Enhance")));
        Assert.Equal(
            ["Authentication:IndBits", "Cx:Features", "Cx:Features", "Cx:KeepServerName", "Diameter:Listen:0", "Diameter:Peers:0:Identity", "Diameter:Peers:0:Role", "Diameter:Relm",
                "Diameter:WatchdogSeconds", "Operations:Listen", "Provisioning:Certificates:0:Role", "Provisioning:Listen:0", "Sh:Features", "Sh:MaxSubscriptions", "Storage:Path",
                "Storage:Provider"],
            problem.Problems.Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.Equal(problem.Problems.Select(one => $"configuration {one.Key}: {one.Problem}"), problem.Message.Split('\n'));
        Assert.Equal(
            ["Diameter:Identity", "Diameter:Realm"],
            Assert.Throws<ConfigurationException>(() => Read(("Diameter:Identity", "two words"), ("Diameter:Realm", "two words"))).Problems.Select(one => one.Key));
    }

    [Fact]
    public void A_listener_beyond_loopback_takes_known_peers_only_unless_told_otherwise()
    {
        Assert.False(Read(("Diameter:Listen:0", "127.0.0.1:3868"), ("Diameter:Listen:1", "0.0.0.0:3869")).Diameter.Node.AllowUnknownPeers);
        Assert.True(Read(("Diameter:Listen:0", "0.0.0.0:3868"), ("Diameter:AllowUnknownPeers", "true")).Diameter.Node.AllowUnknownPeers);
    }

    [Theory]
    [InlineData(null, CxFeatures.All)]
    [InlineData("none", CxFeatures.None)]
    [InlineData("IMSRestorationInd", CxFeatures.Restoration)]
    [InlineData("SiFC, AliasInd", CxFeatures.SharedFilterSets | CxFeatures.AliasIndication)]
    public void Features_are_read_by_their_names(string? value, CxFeatures features) =>
        Assert.Equal(features, (value is null ? Read() : Read(("Cx:Features", value))).Cx.Features);

    [Fact]
    public void Sh_is_what_it_is_without_a_word_and_what_is_said_otherwise()
    {
        var absent = Read().Sh;
        Assert.Equal((ShFeatures.All, 16 * 1024, null, TimeSpan.FromSeconds(1)), (absent.Features, absent.MaxServiceDataBytes, absent.LongestSubscription, absent.UpdatePatience));
        var said = Read(("Sh:Features", "Notif-Eff, Update-Eff"), ("Sh:MaxServiceDataBytes", "49152"), ("Sh:MaxRepositoryItems", "2"), ("Sh:MaxSubscriptions", "3"),
            ("Sh:LongestSubscriptionSeconds", "86400"), ("Diameter:RequestDeadlineMilliseconds", "600")).Sh;
        Assert.Equal(ShFeatures.NotificationEfficiency | ShFeatures.UpdateEfficiency, said.Features);
        Assert.Equal((49_152, 2, 3), (said.MaxServiceDataBytes, said.MaxRepositoryItems, said.MaxSubscriptions));
        Assert.Equal((TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(300)), (said.LongestSubscription, said.UpdatePatience));
        Assert.Equal(ShFeatures.None, Read(("Sh:Features", "none")).Sh.Features);
    }

    [Fact]
    public void A_TLS_listener_has_its_three_files()
    {
        var diameter = Read(
            ("Diameter:Listen:0", "127.0.0.1:3868"), ("Diameter:Listen:1", "127.0.0.1:5868;TLS"),
            ("Diameter:Tls:CertificateFile", "a.pem"), ("Diameter:Tls:KeyFile", "a.key"), ("Diameter:Tls:CaFile", "ca.pem")).Diameter;
        Assert.Equal(["127.0.0.1:3868", "127.0.0.1:5868;tls"], diameter.Listen.Select(listener => listener.ToString()));
        Assert.Equal(new TlsSettings("a.pem", "a.key", "ca.pem"), diameter.Tls);
        Assert.Null(Read().Diameter.Tls);
    }

    [Fact]
    public void The_operations_listener_is_off_only_when_that_is_said()
    {
        Assert.Equal("127.0.0.1:8080", Read().Operations.Listen?.ToString());
        Assert.Equal("127.0.0.2:81", Read(("Operations:Listen", "127.0.0.2:81")).Operations.Listen?.ToString());
        Assert.Null(Read(("Operations:Listen", "")).Operations.Listen);
    }

    [Fact]
    public void The_provisioning_listener_is_off_only_when_that_is_said()
    {
        Assert.Equal(["127.0.0.1:50051"], Read().Provisioning.Listen.Select(one => one.ToString()));
        Assert.Empty(Read(("Provisioning:Listen", "")).Provisioning.Listen);
        Assert.Equal(["127.0.0.2:1", "[::1]:2"], Read(("Provisioning:Listen:0", "127.0.0.2:1"), ("Provisioning:Listen:1", "[::1]:2")).Provisioning.Listen.Select(one => one.ToString()));
    }

    [Fact]
    public void Client_certificates_need_an_authority_and_a_TLS_listener()
    {
        (string, string)[] tls =
        [
            ("Provisioning:Listen", "192.0.2.1:50051;tls"), ("Provisioning:Tls:CertificateFile", "a.pem"), ("Provisioning:Tls:KeyFile", "a.key"),
        ];
        Assert.Equal(
            ["Provisioning:Tls:CertificateFile", "Provisioning:Tls:KeyFile"],
            Assert.Throws<ConfigurationException>(() => Read(("Provisioning:Listen:0", "192.0.2.1:50051;tls"))).Problems.Select(one => one.Key));
        (string, string)[] certificate = [("Provisioning:Certificates:0:Name", "oss.example.org"), ("Provisioning:Certificates:0:Role", "Authentication-Admin")];
        Assert.Null(Read(tls).Provisioning.Tls!.CaFile);
        Assert.Contains("Provisioning:Tls:CaFile: is missing and Provisioning:Certificates needs it", Refused([.. tls, .. certificate]), StringComparison.Ordinal);
        Assert.Contains("no listener could see a certificate", Refused(certificate), StringComparison.Ordinal);
        (string, string)[] all = [.. tls, .. certificate, ("Provisioning:Tls:CaFile", "ca.pem")];
        var entry = Assert.Single(Read(all).Provisioning.Access.Certificates);
        Assert.Equal(("oss.example.org", Hss.Subscribers.AccessRole.AuthenticationAdmin), (entry.Name, entry.Role));
        Assert.Contains("listed twice", Refused([.. all, ("Provisioning:Certificates:1:Name", "OSS.example.org"), ("Provisioning:Certificates:1:Role", "reader")]), StringComparison.Ordinal);
        Assert.Contains("is not reader", Refused([.. all, ("Provisioning:Certificates:1:Name", "x"), ("Provisioning:Certificates:1:Role", "root")]), StringComparison.Ordinal);

        static string Refused((string, string)[] values) => Assert.Throws<ConfigurationException>(() => Read(values)).Message;
    }

    [Theory]
    [InlineData("Commands", "")]
    [InlineData("Commands:0", " ")]
    [InlineData("Realms", ",")]
    [InlineData("Applications", "")]
    [InlineData("CertificateNames", "")]
    public void A_limit_that_names_nothing_does_not_stand_for_no_limit(string key, string value)
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(("Diameter:Peers:0:Identity", "dra.example.org"), ($"Diameter:Peers:0:{key}", value)));
        Assert.Contains("is given but empty", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a.example,b.example", "a.example,b.example")]
    [InlineData("a.example", "0=b.example", "b.example")]
    [InlineData("0=a.example", "b.example", "b.example")]
    [InlineData("0=a.example 1=b.example", "1=c.example", "a.example,c.example")]
    [InlineData("0=a.example 1=b.example", "c.example 0=d.example", "c.example")]
    [InlineData("a.example", "1=c.example 0=b.example", "b.example,c.example")]
    [InlineData("a.example", "0=", "")]
    [InlineData("0=a.example", "*=", "a.example")]
    public void A_list_is_what_was_given_last_in_either_form(string earlier, string later, string realms)
    {
        var read = ServerSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Diameter:Realms:0", "beneath.example"), new("Diameter:Realms:7", "beneath.example")])
            .AddInMemoryCollection([new("Diameter:Realms", "other.example")])
            .AddInMemoryCollection(Given(earlier)).AddInMemoryCollection(Given(later)).Build());
        Assert.Equal(realms, string.Join(',', read.Diameter.Node.Realms));

        static IEnumerable<KeyValuePair<string, string?>> Given(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
            word.Split('=') is [var index, var value] ? KeyValuePair.Create(index == "*" ? "Diameter:Realms" : $"Diameter:Realms:{index}", (string?)value) : new("Diameter:Realms", word));
    }

    [Fact]
    public void Default_server_names_are_SIP_URIs() =>
        Assert.Equal("sip:scscf.example.org:6060 sips:scscf2.example.org", string.Join(' ',
            Read(("Cx:DefaultServerCapabilities:ServerNames", "sip:scscf.example.org:6060, sips:scscf2.example.org")).Cx.DefaultServerCapabilities!.ServerNames));

    [Fact]
    public void Peers_are_read_whole()
    {
        var peer = Assert.Single(Read(
            ("Diameter:Peers:0:Identity", "dra.example.org"), ("Diameter:Peers:0:Role", "Relay"), ("Diameter:Peers:0:Quirks:0", "kamailio"),
            ("Diameter:Peers:0:CertificateNames", "pool.example.org, old.example.org"), ("Diameter:Peers:0:Applications:0", "Cx"),
            ("Diameter:Peers:0:Commands", "MAR, SAR"), ("Diameter:Peers:0:Realms:0", "a.example")).Diameter.Node.Peers);
        Assert.Equal(("dra.example.org", PeerRole.Relay, PeerQuirks.Kamailio), (peer.Identity, peer.Role, peer.Quirks));
        Assert.Equal("Cx", Assert.Single(peer.Applications));
        Assert.Equal(["pool.example.org", "old.example.org"], peer.CertificateNames);
        Assert.Equal(["MAR", "SAR"], peer.Commands);
        Assert.Equal("a.example", Assert.Single(peer.Realms));
    }

    [Fact]
    public void The_limits_of_requests_are_read()
    {
        var node = Read(
            ("Diameter:MaxRequestsInFlight", "200"), ("Diameter:DuplicateMemoryMebibytes", "5"), ("Diameter:DuplicateMemorySeconds", "9")).Diameter.Node;
        Assert.Equal((200, 5L << 20, 9.0), (node.MaxRequestsInFlight, node.DuplicateMemoryBytes, node.DuplicateMemoryAge.TotalSeconds));
        var defaults = Read().Diameter.Node;
        Assert.Equal((64L << 20, 70.0), (defaults.DuplicateMemoryBytes, defaults.DuplicateMemoryAge.TotalSeconds));
    }

    [Fact]
    public void Environment_of_tests_and_of_the_hss_command_is_no_configuration() =>
        Assert.NotNull(Read(("REQUIRE_INTEROP", "1"), ("TEST_SEED", "7"), ("SERVER", "127.0.0.1:50051")));

    [Theory]
    [InlineData("--demo", "--Diameter:Realm=x")]
    [InlineData("import", "--file", "a.jsonl", "--continue-on-error")]
    [InlineData("certs", "dev")]
    [InlineData("certs", "dev", "--out", "x", "--name", "a.example.org", "--name=b.example.org", "--Diameter:Identity=c.example.org")]
    [InlineData("import", "--file=a.jsonl", "--Storage:ConnectionString", "Data Source=x")]
    [InlineData("deregister", "--private-identity", "a@b", "--reason=SERVER_CHANGE", "--info", "two words")]
    [InlineData("deregister", "--public-identity", "sip:a@b", "--Storage:ConnectionString=Data Source=x")]
    [InlineData("remove", "--subscription", "x")]
    [InlineData("jobs", "--json", "--state", "failed", "--identity", "tel:+1")]
    [InlineData("token", "create", "--name", "robot", "--role=provisioner", "--expires", "2030-01-31")]
    [InlineData("token", "list", "--Storage:ConnectionString=Data Source=x")]
    [InlineData("token", "revoke", "--name", "robot")]
    public void Good_command_lines(params string[] words) => Assert.NotNull(CommandLine.Parse(words));

    [Theory]
    [InlineData("--dmeo")]
    [InlineData("import")]
    [InlineData("import", "--file")]
    [InlineData("--file", "x")]
    [InlineData("certs")]
    [InlineData("certs", "prod")]
    [InlineData("certs", "dev", "--out")]
    [InlineData("certs", "dev", "--out=")]
    [InlineData("--name", "x")]
    [InlineData("--demo=yes")]
    [InlineData("deregister")]
    [InlineData("deregister", "--private-identity", "a@b", "--public-identity", "sip:a@b")]
    [InlineData("deregister", "--private-identity", "a@b", "--private-identity", "c@d")]
    [InlineData("remove")]
    [InlineData("jobs", "--retry", "1", "--force", "2")]
    [InlineData("jobs", "--subscription", "x")]
    [InlineData("run")]
    [InlineData("token")]
    [InlineData("token", "create", "--name", "robot")]
    [InlineData("token", "create", "--role", "reader")]
    [InlineData("token", "list", "--name", "robot")]
    [InlineData("token", "revoke")]
    [InlineData("token", "revoke", "--name", "robot", "--expires", "2030-01-31")]
    [InlineData("import", "--demo", "--file", "x")]
    public void Bad_command_lines_say_how_it_goes(params string[] words) =>
        Assert.Contains("usage:", Assert.Throws<CommandLineException>(() => CommandLine.Parse(words)).Message, StringComparison.Ordinal);

    private static ServerSettings Read(params (string Key, string Value)[] values) => ServerSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build());
}
