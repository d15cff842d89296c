using Hss.DiameterNode.Tests.Support;

namespace Hss.Subscribers.Tests;

public sealed class TemplateStoreTests
{
    [Fact]
    public void Changed_files_are_noticed_and_broken_ones_told_once_while_the_old_stay()
    {
        using var folder = new TemplateFolder();
        var time = new VirtualTime();
        var told = new List<TemplateReload>();
        using var store = TemplateStore.Open(folder.Path, time, told.Add, out var problems);
        Assert.True(store is not null, string.Join('\n', problems));
        var first = store.Current;
        time.Advance(TemplateStore.Interval * 3);
        Assert.Empty(told);
        Assert.Same(first, store.Current);

        folder.Write("services", "one", TemplateFolder.One("22"));
        Assert.Same(first, store.Current);
        time.Advance(TemplateStore.Interval);
        Assert.True(Assert.Single(told).Reloaded);
        Assert.Equal("22", store.Current.Find("one")!.Description.Version);

        var second = store.Current;
        folder.Write("sets", "broken", "{");
        time.Advance(TemplateStore.Interval * 4);
        Assert.Equal(2, told.Count);
        Assert.False(told[1].Reloaded);
        Assert.Contains("broken.json", Assert.Single(told[1].Problems).Path, StringComparison.Ordinal);
        Assert.Same(second, store.Current);

        File.Delete(Path.Combine(folder.Path, "sets", "broken.json"));
        time.Advance(TemplateStore.Interval);
        Assert.True(told[2].Reloaded);
        Assert.Equal("22", store.Current.Find("one")!.Description.Version);
    }

    [Fact]
    public void Asked_for_it_reads_again_and_refuses_what_is_broken()
    {
        using var folder = new TemplateFolder();
        using var store = TemplateStore.Open(folder.Path, null, null, out _)!;
        folder.Write("services", "one", TemplateFolder.One("2"));
        Assert.Equal("1", store.Current.Find("one")!.Description.Version);
        Assert.True(store.Reload().Reloaded);
        Assert.Equal("2", store.Current.Find("one")!.Description.Version);
        folder.Write("services", "one", TemplateFolder.One("3").Replace("sip-uri", "uri", StringComparison.Ordinal));
        var refused = store.Reload();
        Assert.False(refused.Reloaded);
        Assert.NotEmpty(refused.Problems);
        Assert.Same(refused.Templates, store.Current);
        Assert.Equal("2", store.Current.Find("one")!.Description.Version);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_opens_nothing()
    {
        Assert.Null(TemplateStore.Open(Path.Combine(AppContext.BaseDirectory, "nowhere"), null, null, out var problems));
        Assert.NotEmpty(problems);
    }
}
