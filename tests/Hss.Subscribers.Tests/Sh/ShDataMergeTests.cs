namespace Hss.Subscribers.Tests;

/// <summary>Several notifications in one document (Notif-Eff, TS 29.329 7.1.1).</summary>
public sealed class ShDataMergeTests
{
    [Fact]
    public void The_later_statement_about_one_thing_stands()
    {
        var merged = ShData.Merge(
        [
            new() { ImsUserState = ImsUserState.Registered, RepositoryData = [new("a", 1, "<a/>"u8.ToArray()), new("b", 1, "<b/>"u8.ToArray())], Dsai = [new("x", true)] },
            new() { ServerName = "sip:s1.example.com", InitialFilterCriteria = [], Access = new() { UeSrvccCapable = true } },
            new() { ServerName = "", RepositoryData = [new("a", 2, null)], Dsai = [new("y", true), new("x", false)], Access = new() { Ue5GSrvccCapable = false } },
        ]);
        Assert.Equal(ImsUserState.Registered, merged.ImsUserState);
        Assert.Equal("", merged.ServerName);
        Assert.True(merged.InitialFilterCriteria is { IsEmpty: true });
        Assert.Equal([("a", 2, false), ("b", 1, true)], merged.RepositoryData.Select(one => (one.ServiceIndication, (int)one.SequenceNumber, one.ServiceData is not null)));
        Assert.Equal([new Dsai("x", false), new Dsai("y", true)], merged.Dsai.AsEnumerable());
        Assert.Equal(new ShAccessData { UeSrvccCapable = true, Ue5GSrvccCapable = false }, merged.Access);
    }

    [Fact]
    public void Removed_identities_add_up_and_lists_do_not()
    {
        var merged = ShData.Merge(
        [
            new() { DeletedIdentities = new() { Identities = ["sip:a@example.com"] }, RegisteredIdentities = new() { Identities = ["sip:b@example.com", "sip:c@example.com"] } },
            new() { DeletedIdentities = new() { Identities = ["sip:d@example.com", "sip:a@example.com"] }, RegisteredIdentities = ShPublicIdentifiers.Empty },
        ]);
        Assert.Equal(["sip:a@example.com", "sip:d@example.com"], merged.DeletedIdentities!.Identities.AsEnumerable());
        Assert.Equal(ShPublicIdentifiers.Empty, merged.RegisteredIdentities);
    }

    [Fact]
    public void An_address_of_an_older_binding_does_not_stay_beside_a_new_one()
    {
        var merged = ShData.Merge([new() { IPv6Prefix = "2001:db8::/64", IPv6InterfaceIdentifier = "::1" }, new() { IPv4Address = "192.0.2.1" }]);
        Assert.Equal(("192.0.2.1", null, null), (merged.IPv4Address, merged.IPv6Prefix, merged.IPv6InterfaceIdentifier));
    }
}
