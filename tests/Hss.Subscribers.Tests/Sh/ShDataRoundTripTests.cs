using System.Buffers;
using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>What the writer writes validates, is read, and is written again as it was.</summary>
public sealed class ShDataRoundTripTests
{
    private const int Seed = 20260328;

    [Fact]
    public void Everything_there_is() => Check(GeneratedShData.Maximal(), "maximal");

    [Fact]
    public void Nothing()
    {
        Check(new(), "minimal");
        Assert.Equal("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data></Sh-Data>", Encoding.UTF8.GetString(ShDataWriter.Write(new ShData())));
    }

    [Fact]
    public void Documents_of_random_shape()
    {
        for (var i = 0; i < 2_000; i++) Check(GeneratedShData.Next(new Random(Seed + i)), $"seed {Seed + i}");
    }

    [Fact]
    public void The_maximal_document_has_every_element_that_the_schema_names()
    {
        var text = Encoding.UTF8.GetString(ShDataWriter.Write(GeneratedShData.Maximal()));
        var schema = System.Xml.Linq.XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "schema", "sh-data.xsd"));
        System.Xml.Linq.XNamespace xs = "http://www.w3.org/2001/XMLSchema";
        var names = schema.Descendants(xs + "element").Select(element => (string)element.Attribute("name")!).Distinct().ToList();
        Assert.True(names.Count > 100);
        // Of the three areas a location has one.
        Assert.All(names.Except(["CellGlobalId", "LocationAreaId"]), name => Assert.True(text.Contains($"<{name}>", StringComparison.Ordinal), name));
    }

    private static void Check(ShData data, string what)
    {
        var first = ShDataWriter.Write(data);
        ShDataSchema.Validate(first);
        Assert.Equal(first.Length, ShDataWriter.Measure(data));
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Equal(first.Length, ShDataWriter.Write(data, buffer));
        Assert.True(ShDataReader.TryRead(first, out var read, out var problem), $"{what}: {problem} in {Encoding.UTF8.GetString(first)}");
        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(ShDataWriter.Write(read)));
        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(ShDataWriter.Write(ShData.Merge([new(), read]))));
    }
}
