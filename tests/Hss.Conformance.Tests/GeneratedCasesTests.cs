using Hss.Conformance.Tests.Support;

namespace Hss.Conformance.Tests;

/// <summary>The tables that everything else is generated from hold what they should: an empty one would make every test succeed.</summary>
public sealed class GeneratedCasesTests
{
    [Fact]
    public void Every_request_that_the_node_serves_is_tested()
    {
        Assert.Equal(["CER", "DPR", "DWR", "LIR", "MAR", "PUR", "SAR", "SNR", "UAR", "UDR"], ServedRequests.All.Select(command => command.Abbreviation).Order(StringComparer.Ordinal));
        DiameterNode.DiameterApplication cx = Procedures.Cx.CxApplication.Create(
            new Procedures.Tests.InMemorySubscriberStore(), new(), new(), Authentication.SystemRandomSource.Instance, new RecordingLog());
        Assert.Equal(ServedRequests.OfCx.Select(command => command.Code).Order(), cx.Procedures.Select(procedure => procedure.Grammar.Code).Order());
        DiameterNode.DiameterApplication sh = Procedures.Sh.ShApplication.Create(new Procedures.Tests.InMemorySubscriberStore(), new(), new RecordingLog());
        Assert.Equal(ServedRequests.OfSh.Select(command => command.Code).Order(), sh.Procedures.Select(procedure => procedure.Grammar.Code).Order());
    }

    /// <summary>Least numbers: places, and among them required, single and grouped ones. A grammar that grows may have more.</summary>
    [Theory]
    [InlineData("CER", 15, 5, 9, 1)]
    [InlineData("DWR", 3, 2, 3, 0)]
    [InlineData("DPR", 3, 3, 3, 0)]
    [InlineData("UAR", 26, 15, 23, 4)]
    [InlineData("LIR", 25, 13, 22, 4)]
    [InlineData("MAR", 44, 20, 40, 6)]
    [InlineData("SAR", 53, 28, 47, 9)]
    [InlineData("UDR", 44, 16, 37, 6)]
    [InlineData("PUR", 30, 15, 26, 5)]
    [InlineData("SNR", 37, 15, 30, 5)]
    public void Every_grammar_has_its_places(string name, int all, int required, int single, int groups)
    {
        Place[] places = [.. Place.Of(ServedRequests.Find(name))];
        Assert.Equal(places.Length, places.Select(place => place.ToString()).Distinct().Count());
        Assert.InRange(places.Length, all, 1000);
        Assert.InRange(places.Count(place => place.Rule.Required), required, 1000);
        Assert.InRange(places.Count(place => !place.Rule.Repeatable), single, 1000);
        Assert.InRange(places.Count(place => place.Avp.Group is not null), groups, 1000);
    }
}
