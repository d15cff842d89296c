using System.Text;
using System.Xml;
using System.Xml.Schema;

namespace Hss.Subscribers.Tests;

/// <summary>Validates Sh-Data against the schema that ships.</summary>
internal static class ShDataSchema
{
    private static readonly XmlSchemaSet s_schemas = Load();

    public static void Validate(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = s_schemas };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, problem) => Assert.Fail($"{problem.Message} in {text}");
        using var reader = XmlReader.Create(new MemoryStream(utf8.ToArray()), settings);
        reader.MoveToContent();
        Assert.Equal("Sh-Data", reader.Name);
        while (reader.Read()) continue;
    }

    private static XmlSchemaSet Load()
    {
        var schemas = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        schemas.Add(null, Path.Combine(AppContext.BaseDirectory, "ifc-templates", "schema", "sh-data.xsd"));
        schemas.Compile();
        return schemas;
    }
}
