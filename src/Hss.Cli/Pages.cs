namespace Hss.Cli;

/// <summary>Lists that come page by page.</summary>
internal static class Pages
{
    /// <summary>At most <paramref name="limit"/> items, 0 is all; and whether there are more.</summary>
    public static async Task<(List<T> Items, bool HasMore)> ReadAsync<T>(int limit, Func<int, string, Task<(Google.Protobuf.Collections.RepeatedField<T> Items, string Next)>> read)
    {
        var (items, token) = (new List<T>(), "");
        var most = limit == 0 ? int.MaxValue : limit;
        while (true)
        {
            var (page, next) = await read(Math.Min(most - items.Count, CommandOptions.PageSize), token).ConfigureAwait(false);
            items.AddRange(page.Take(most - items.Count));
            if (next.Length == 0) return (items, page.Count > items.Count);
            if (items.Count >= most) return (items, true);
            token = next;
        }
    }

    public static void SayMore(Invocation invocation, bool hasMore)
    {
        if (hasMore) invocation.Output.Note($"there are more than {invocation.Value(CommandOptions.Limit) ?? CommandOptions.DefaultLimit}; --limit N shows more, --limit 0 all");
    }
}
