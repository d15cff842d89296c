using System.Text;
using System.Xml.Linq;

namespace Hss.Subscribers.Tests;

/// <summary>ServiceData come back as they were, and stand on their own (TS 29.328 6.1.2.1).</summary>
public sealed class ServiceDataTests
{
    [Theory]
    [InlineData("<a/>")]
    [InlineData("  <a  x='1'\ty=\"2\" ></a >\r\n")]
    [InlineData("<!-- c --><a><![CDATA[<>&]]>&lt;&#233;&#x20ac;</a><?pi ?>")]
    [InlineData("<a>\r\n<b>\r</b>\n</a>\r")]
    [InlineData("<日本 é=\"\ud83d\ude00\">\ud83d\ude00</日本>")]
    [InlineData("<a x=\">\"/><b y='/>'/>")]
    [InlineData("text")]
    [InlineData("<ServiceData><ServiceData/></ServiceData>")]
    [InlineData("<Extension><ServiceData>1</ServiceData></Extension>")]
    [InlineData("<a xmlns=\"urn:a\" xmlns:p=\"urn:p\"><p:b xml:lang=\"en\"/></a>")]
    public void Unchanged(string content)
    {
        Assert.Equal(content, Cut($"<Sh-Data>\n<RepositoryData>\r\n<ServiceIndication>é\ud83d\ude00\r</ServiceIndication>"
            + $"<SequenceNumber>0</SequenceNumber><ServiceData x='>' >{content}</ServiceData></RepositoryData></Sh-Data>"));
        Assert.Equal(content, Cut(Document(content, "xmlns:p0=\"urn:unused\"")));
    }

    [Fact]
    public void Behind_long_content_the_place_is_still_right()
    {
        var filler = string.Concat(Enumerable.Range(0, 3_000).Select(i => i % 7 == 0 ? "é\r\n" : i % 5 == 0 ? "\r" : "x\ud83d\ude00\n"));
        Assert.Equal($"<a>{filler}</a>", Cut(Document($"<a>{filler}</a>", "", $"<!--{filler}-->")));
    }

    [Theory]
    [InlineData("<p:a/>", "xmlns:p=\"urn:p\"", "<p:a xmlns:p=\"urn:p\"/>")]
    [InlineData("<a t=\"p:x\"/>", "xmlns:p=\"urn:p\"", "<a xmlns:p=\"urn:p\" t=\"p:x\"/>")]
    [InlineData("<a>p:x</a>", "xmlns:p=\"urn:p\"", "<a xmlns:p=\"urn:p\">p:x</a>")]
    [InlineData("<a xmlns:p=\"urn:own\"><p:b/></a>", "xmlns:p=\"urn:p\"", "<a xmlns:p=\"urn:own\"><p:b/></a>")]
    [InlineData("<a/><b/>", "xmlns=\"urn:d\"", "<a xmlns=\"urn:d\"/><b xmlns=\"urn:d\"/>")]
    [InlineData("<a xmlns=\"\"/>", "xmlns=\"urn:d\"", "<a xmlns=\"\"/>")]
    [InlineData("<p:a><b/></p:a>", "xmlns=\"urn:d\" xmlns:p=\"urn:p\"", "<p:a xmlns=\"urn:d\" xmlns:p=\"urn:p\"><b/></p:a>")]
    [InlineData("<p:a/>", "xmlns:p='urn:\"&amp;&lt;&#10;'", "<p:a xmlns:p=\"urn:&quot;&amp;&lt;&#10;\"/>")]
    public void Declarations_from_outside_are_carried(string content, string declarations, string expected)
    {
        var cut = Cut(Document(content, declarations));
        Assert.Equal(string.Concat(Sorted(expected)), string.Concat(Sorted(cut)));
        var inside = XElement.Parse(Document(content, declarations), LoadOptions.PreserveWhitespace).Descendants().Single(e => e.Name.LocalName == "ServiceData");
        var alone = XElement.Parse($"<ServiceData>{cut}</ServiceData>", LoadOptions.PreserveWhitespace);
        Assert.Equal(inside.Descendants().Select(e => e.Name), alone.Descendants().Select(e => e.Name));
    }

    [Fact]
    public void The_sample_stands_on_its_own()
    {
        var data = ShDataSamples.Read(ShDataSamples.Octets("update-namespaces.xml"));
        var first = ShDataSamples.Text(data.RepositoryData[0].ServiceData);
        Assert.StartsWith("\n      <!-- what stays: comments, --><p:list xmlns:", first, StringComparison.Ordinal);
        Assert.Contains("<p:item xsi:type=\"p:special\"><![CDATA[<&>]]></p:item>", first, StringComparison.Ordinal);
        Assert.DoesNotContain("unused", first, StringComparison.Ordinal);
        var list = XElement.Parse($"<x>{first}</x>").Elements().Single();
        Assert.Equal("urn:example:p?a=1&b=2", list.Name.NamespaceName);
        Assert.Equal("a \"b\"", list.Attribute(XName.Get("kind", "urn:example:q"))!.Value);
        Assert.Equal("<list xmlns=\"urn:example:default\"><item/></list><list xmlns=\"\"/><list xmlns=\"urn:example:mine\"/>",
            ShDataSamples.Text(data.RepositoryData[1].ServiceData));
    }

    [Theory]
    [InlineData("<ServiceData/>")]
    [InlineData("<ServiceData></ServiceData>")]
    [InlineData("<ServiceData> \n<!-- c --></ServiceData>")]
    [InlineData("<ServicesData><a/></ServicesData>")]
    [InlineData("<x:ServiceData xmlns:x=\"urn:x\"><a/></x:ServiceData>")]
    public void Nothing_but_the_absence_of_the_element_deletes(string element)
    {
        var document = $"<Sh-Data><RepositoryData><ServiceIndication>a</ServiceIndication><SequenceNumber>1</SequenceNumber>{element}</RepositoryData></Sh-Data>";
        Assert.False(ShDataReader.TryRead(Encoding.UTF8.GetBytes(document), out _, out var problem));
        Assert.Contains("to delete the data", problem.Message, StringComparison.Ordinal);
        Assert.Null(ShDataSamples.Read(document.Replace(element, "", StringComparison.Ordinal)).RepositoryData.Single().ServiceData);
    }

    [Fact]
    public void No_octets_are_no_element()
    {
        Assert.Null(new ShRepositoryData("a", 1, ReadOnlyMemory<byte>.Empty).ServiceData);
        Assert.DoesNotContain("ServiceData", ShDataSamples.Text(new ShData { RepositoryData = [new("a", 1, default(ReadOnlyMemory<byte>))] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Declarations_that_would_be_multiplied_are_refused()
    {
        var many = string.Concat(Enumerable.Range(0, 65).Select(i => $" xmlns:p{i}=\"urn:{i}\""));
        var longOnes = $"xmlns:p=\"urn:{new string('x', 20_000)}\"";
        foreach (var document in new[] { Document("<a/>", many), Document(string.Concat(Enumerable.Repeat("<p:a/>", 2_000)), longOnes) })
        {
            Assert.False(ShDataReader.TryRead(Encoding.UTF8.GetBytes(document), out _, out var problem));
            Assert.Equal(("Sh-Data/RepositoryData[0]/ServiceData", "stands in too many namespace declarations; make them inside"), (problem.Path, problem.Message));
        }
    }

    private static IEnumerable<string> Sorted(string text) => text.Split(' ', '/', '>').Where(part => part.Length > 0).Order(StringComparer.Ordinal);

    private static string Document(string content, string declarations, string before = "") =>
        $"<?xml version='1.0' encoding='utf-8'?>{before}<Sh-Data {declarations}><RepositoryData><ServiceIndication>a</ServiceIndication>"
        + $"<SequenceNumber>0</SequenceNumber><ServiceData>{content}</ServiceData></RepositoryData></Sh-Data>";

    private static string Cut(string document) => ShDataSamples.Text(Assert.Single(ShDataSamples.Read(document).RepositoryData).ServiceData);
}
