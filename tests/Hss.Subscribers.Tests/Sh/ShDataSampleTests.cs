using System.Text;
using System.Text.RegularExpressions;

namespace Hss.Subscribers.Tests;

/// <summary>The samples of tests/vectors/sh-data: written by hand, so that reader and writer cannot agree on a common mistake.</summary>
public sealed class ShDataSampleTests
{
    public static TheoryData<string> All => [.. ShDataSamples.Names];

    [Theory, MemberData(nameof(All))]
    public void Is_read_written_and_valid(string name)
    {
        var written = ShDataWriter.Write(ShDataSamples.Read(ShDataSamples.Octets(name)));
        ShDataSchema.Validate(written);
        Assert.Equal(Encoding.UTF8.GetString(written), ShDataSamples.Text(ShDataSamples.Read(written)));
    }

    [Theory]
    [InlineData("answer.xml")]
    [InlineData("access-report.xml")]
    [InlineData("notification-removed.xml")]
    public void In_the_order_of_the_schema_only_the_blanks_go(string name)
    {
        var octets = ShDataSamples.Octets(name);
        ShDataSchema.Validate(octets);
        var expected = Regex.Replace(Encoding.UTF8.GetString(octets), @">\s*\n\s*<", "><").TrimEnd();
        Assert.Equal(expected, ShDataSamples.Text(ShDataSamples.Read(octets)));
    }

    [Fact]
    public void Removed_is_present_but_empty()
    {
        var data = ShDataSamples.Read(ShDataSamples.Octets("notification-removed.xml"));
        Assert.Equal("", data.ServerName);
        Assert.Equal("", data.StnSr);
        Assert.Equal("", data.Imsi);
        Assert.Equal("", data.Access!.Csrn);
        Assert.Equal(("", "", ""), (data.IPv4Address, data.IPv6Prefix, data.IPv6InterfaceIdentifier));
        Assert.True(data.InitialFilterCriteria is { IsEmpty: true });
        Assert.Equal(ShPublicIdentifiers.Empty, data.PublicIdentifiers);
        Assert.True(data.Access.TwanLocation!.IsEmpty);
        Assert.Equal(new CsLocation(), data.Access.CsLocation);
        Assert.Null(Assert.Single(data.RepositoryData).ServiceData);
    }

    [Fact]
    public void An_older_application_server_is_understood()
    {
        var data = ShDataSamples.Read(ShDataSamples.Octets("update-release-8.xml"));
        Assert.Equal("sip:a@example.com", Assert.Single(data.RegisteredIdentities!.Identities));
        Assert.Equal("15550192", data.StnSr);
        Assert.Equal(new Dsai("barring", Active: true), Assert.Single(data.Dsai));
        Assert.False(data.PsiActive);
        var piece = Assert.Single(data.RepositoryData);
        Assert.Equal(("reordered", 3, "<a/>"), (piece.ServiceIndication, (int)piece.SequenceNumber, ShDataSamples.Text(piece.ServiceData)));
    }
}
