using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Hss.Subscribers.Tests;

/// <summary>Validates User-Data against the schema that ships, and against what S-CSCFs are known to stumble over.</summary>
internal static class UserDataSchema
{
    private static readonly XmlSchemaSet s_schemas = Load();

    private static readonly XmlSchemaSet s_release7 = LoadRelease7();

    public static void Validate(ReadOnlyMemory<byte> utf8) => Validate(utf8, s_schemas);

    /// <summary>Against what the schema of Release 7 knows: identity types to 2, session cases to 3, and in the extension of an identity the
    /// display name alone. Elsewhere its extensions take anything.</summary>
    public static void ValidateAsRelease7(ReadOnlyMemory<byte> utf8) => Validate(utf8, s_release7);

    private static void Validate(ReadOnlyMemory<byte> utf8, XmlSchemaSet schemas)
    {
        var text = System.Text.Encoding.UTF8.GetString(utf8.Span);
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = schemas };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, problem) => Assert.Fail($"{problem.Message} in {text}");
        using var reader = XmlReader.Create(new MemoryStream(utf8.ToArray()), settings);
        var document = new XmlDocument { PreserveWhitespace = true };
        document.Load(reader);
        Assert.Equal("IMSSubscription", document.DocumentElement!.Name);
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?><IMSSubscription><PrivateID>", text, StringComparison.Ordinal);
        Assert.EndsWith("</IMSSubscription>", text, StringComparison.Ordinal);
        Assert.InRange(utf8.Length, 1, UserDataXml.MaxUserDataBytes);
        Check(document.DocumentElement);
    }

    private static void Check(XmlElement element)
    {
        var children = element.ChildNodes.OfType<XmlElement>().ToList();
        foreach (var node in element.ChildNodes.OfType<XmlNode>())
            if (children.Count > 0) Assert.True(node is XmlElement, $"text between the elements of {element.Name}");
        if (children.Count == 0 && element.Name is not ("IncludeRegisterRequest" or "IncludeRegisterResponse"))
            Assert.True(element.InnerText.Length > 0 && element.InnerText == element.InnerText.Trim(), $"<{element.Name}>{element.InnerText}");
        if (element.Name == "SPT") Assert.True(children.Any(c => c.Name == "Group") && children[0].Name == "ConditionNegated" && children[0].InnerText is "0" or "1");
        if (element.Name == "TriggerPoint") Assert.True(children[0].Name == "ConditionTypeCNF" && children[0].InnerText is "0" or "1");
        foreach (var child in children) Check(child);
    }

    private static XmlSchemaSet LoadRelease7()
    {
        var schema = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "schema", "cx-user-data.xsd"));
        XNamespace xs = "http://www.w3.org/2001/XMLSchema";
        Type("tIdentityType").Descendants(xs + "maxInclusive").Single().SetAttributeValue("value", 2);
        Type("tDirectionOfRequest").Descendants(xs + "maxInclusive").Single().SetAttributeValue("value", 3);
        var second = Type("tPublicIdentityExtension2").Element(xs + "sequence")!;
        second.Elements().Where(element => (string?)element.Attribute("name") != "DisplayName").Remove();
        foreach (var unused in new[] { "tPublicIdentityExtension3", "tPublicIdentityExtension4", "tServicePriorityLevel" }) Type(unused).Remove();
        var schemas = new XmlSchemaSet();
        schemas.Add(null, schema.CreateReader());
        schemas.Compile();
        return schemas;

        XElement Type(string name) => schema.Root!.Elements().Single(type => (string?)type.Attribute("name") == name);
    }

    private static XmlSchemaSet Load()
    {
        var schemas = new XmlSchemaSet();
        using var reader = XmlReader.Create(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "schema", "cx-user-data.xsd"));
        schemas.Add(null, reader);
        schemas.Compile();
        return schemas;
    }
}
