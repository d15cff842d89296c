namespace Hss.Diameter.Tests;

/// <summary>The compiled pages against tables that were compiled from other sources.</summary>
public sealed class DictionaryVectorTests
{
    /// <summary>Where a page departs from the printed grammar, and says why.</summary>
    private static readonly Dictionary<string, string[]> Departures = new()
    {
        ["CER"] = ["-+*Host-IP-Address", "*Host-IP-Address"],
        ["CEA"] = ["-+*Host-IP-Address", "*Host-IP-Address"],
        ["DPA"] = ["-+Result-Code", "Result-Code"],
        ["SAR"] = ["Failed-PCSCF"],
        ["RTR"] = ["+Destination-Host"],
    };

    [Fact]
    public void Every_AVP_has_the_identity_type_and_flags_of_the_tables()
    {
        int found = 0;
        foreach (string[] row in VectorFiles.Rows("dictionary", "avps.tsv"))
        {
            AvpKey key = new(uint.Parse(row[0], null), uint.Parse(row[1], null));
            AvpDefinition? avp = DiameterDictionary.Find(key);
            Assert.True(avp is not null, $"{row[4]} is not in the dictionary");
            Assert.Equal(row[4], avp.Name);
            Assert.Equal(row[2], avp.Type.ToString(), ignoreCase: true);
            Assert.Equal(row[3], FlagsOf(avp));
            found++;
        }

        Assert.True(found >= 136);
    }

    [Fact]
    public void Every_AVP_that_no_table_has_is_of_the_old_ETSI_digest()
    {
        HashSet<string> known = [.. VectorFiles.Rows("dictionary", "avps.tsv").Select(row => row[0] + "/" + row[1])];
        foreach (AvpDefinition avp in DiameterDictionary.Avps.Where(avp => !known.Contains($"{avp.Key.VendorId}/{avp.Key.Code}")))
        {
            Assert.StartsWith("ETSI-", avp.Name, StringComparison.Ordinal);
            Assert.Equal(Vendors.Etsi, avp.Key.VendorId);
            Assert.InRange(avp.Key.Code, 501u, 521u);
        }
    }

    [Fact]
    public void Every_enumeration_has_the_values_of_the_tables_and_no_others()
    {
        ILookup<AvpKey, (int, string)> tables = VectorFiles.Rows("dictionary", "enumerations.tsv")
            .ToLookup(row => new AvpKey(uint.Parse(row[0], null), uint.Parse(row[1], null)), row => (int.Parse(row[2], null), row[3]));
        AvpDefinition[] enumerated = [.. DiameterDictionary.Avps.Where(avp => avp.Type == AvpType.Enumerated)];
        Assert.NotEmpty(enumerated);
        foreach (AvpDefinition avp in enumerated) Assert.Equal(tables[avp.Key].Order(), avp.Values);
    }

    [Fact]
    public void Every_command_has_the_members_of_the_printed_grammars_but_for_what_the_pages_argue()
    {
        string[][] rows = [.. VectorFiles.Rows("dictionary", "commands.tsv")];
        Assert.Equal(CommandCase.All.Count, rows.Length);
        foreach (string[] row in rows)
        {
            CommandGrammar command = CommandCase.All[row[0]].Grammar;
            Assert.Equal(row[1], $"{command.Code}");
            Assert.Equal(row[2], $"{command.ApplicationId}");
            Assert.Equal(row[3], command.Flags switch
            {
                CommandFlags.Request => "R",
                CommandFlags.Request | CommandFlags.Proxiable => "RP",
                CommandFlags.Proxiable => "P",
                CommandFlags.Error => "E",
                _ => "-",
            });
            HashSet<string> expected = [.. row[4].Split(' ')];
            foreach (string departure in Departures.GetValueOrDefault(row[0], []))
            {
                Assert.True(departure[0] == '-' ? expected.Remove(departure[1..]) : expected.Add(departure), $"{row[0]} {departure}");
            }

            IEnumerable<string> members = command.Members.Select(rule => (rule.Required ? "+" : "") + (rule.Repeatable ? "*" : "") + rule.Avp.Name);
            Assert.Equal(expected.Order(StringComparer.Ordinal), members.Append(command.IsOpen ? "*AVP" : "").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_IETFs_own_SIP_application_is_not_mistaken_for_Cx()
    {
        // RFC 4740 has AVPs of the same names under 376 to 382.
        for (uint code = 376; code <= 382; code++) Assert.Null(DiameterDictionary.Find(new AvpKey(Vendors.Ietf, code)));
        Assert.Same(Avp.SipAuthDataItem, DiameterDictionary.Find(new AvpKey(Vendors.ThreeGpp, 612)));
        Assert.Same(Avp.SipNumberAuthItems, DiameterDictionary.Find(new AvpKey(Vendors.ThreeGpp, 607)));
        Assert.Null(DiameterDictionary.Find(new AvpKey(Vendors.Ietf, 612)));
        Assert.Null(DiameterDictionary.Find(new AvpKey(Vendors.ThreeGpp, 376)));
        Assert.Same(Avp.LineIdentifier, DiameterDictionary.Find(new AvpKey(Vendors.Etsi, 500)));
    }

    [Fact]
    public void Keys_and_passwords_are_marked_secret()
    {
        AvpDefinition[] secrets =
        [
            Avp.ConfidentialityKey, Avp.IntegrityKey, Avp.SipAuthorization, Avp.DigestHa1, Avp.AlternateDigestHa1, Avp.EtsiDigestHa1,
            Avp.EtsiDigestResponse, Avp.EtsiDigestResponseAuth,
        ];
        Assert.Equal(secrets.Select(avp => avp.Name).Order(StringComparer.Ordinal), DiameterDictionary.Avps.Where(avp => avp.Secret).Select(avp => avp.Name).Order(StringComparer.Ordinal));
    }

    private static string FlagsOf(AvpDefinition avp) => avp.Flags switch
    {
        AvpFlags.None => "-",
        AvpFlags.Vendor => "V",
        AvpFlags.Mandatory => "M",
        _ => "VM",
    };
}
