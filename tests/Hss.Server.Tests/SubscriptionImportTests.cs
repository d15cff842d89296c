using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Server.Tests;

/// <summary>The import: the whole file or nothing, each bad line by name, no secret in a message.</summary>
public sealed class SubscriptionImportTests : IDisposable
{
    private const string Realm = "ims.example.org";
    private const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-import-").FullName;
    private readonly StringWriter _messages = new();

    [Fact]
    public async Task A_good_file_goes_in_whole_and_a_second_time_changes_nothing()
    {
        Assert.Equal(0, await ImportAsync([Line("a"), "", Line("b")]));
        Assert.Contains("2 created, 0 updated, 0 unchanged, 0 refused", _messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await ImportAsync([Line("a"), Line("b")]));
        Assert.Contains("0 created, 0 updated, 2 unchanged, 0 refused", _messages.ToString(), StringComparison.Ordinal);
        Assert.True(await ExistsAsync("a"));
    }

    [Fact]
    public async Task An_import_leaves_records_and_keys_that_are_not_given_stay()
    {
        await ImportAsync([Line("a"), Line("b")]);
        var withoutKey = System.Text.RegularExpressions.Regex.Replace(Line("b"), "\"k\":\"[0-9A-F]*\",\"opc\":\"[0-9A-F]*\",?", "")
            .Replace("\"subscriptionId\"", "\"registrationAllowed\":false,\"subscriptionId\"", StringComparison.Ordinal);
        Assert.DoesNotContain(K, withoutKey, StringComparison.Ordinal);
        Assert.Equal(0, await ImportAsync([withoutKey]));
        await using var store = StoreOpening.Open(Settings(), NullLoggerFactory.Instance);
        var records = await store.ReadChangesAsync(new() { After = 0 }, CancellationToken.None);
        Assert.Equal([ChangeKind.Created, ChangeKind.Created, ChangeKind.Updated], records.Select(record => record.Kind));
        Assert.All(records, record => Assert.Equal(("offline", "import"), (record.Author.Actor, record.Author.Method)));
        Assert.Equal(records[2].Before!.PrivateIdentities[0].Credentials.Aka, records[2].After!.PrivateIdentities[0].Credentials.Aka);
        Assert.False(records[2].After!.RegistrationAllowed);
    }

    [Fact]
    public async Task The_demo_file_goes_in()
    {
        await using var store = StoreOpening.Open(Settings(), NullLoggerFactory.Instance);
        Assert.Equal(0, await DemoSubscribers.ImportIntoEmptyAsync(Settings(), store));
        Assert.Equal(3, (await store.CountAsync(CancellationToken.None)).Subscriptions);
        Assert.Equal(0, await DemoSubscribers.ImportIntoEmptyAsync(Settings(), store)); // not empty any more: left alone
        Assert.Equal(3, (await store.CountAsync(CancellationToken.None)).Subscriptions);
    }

    public static TheoryData<string, string> BadLines => new()
    {
        { "{", "no valid JSON" },
        { "[]", "" },
        { Line("x").Replace(K, K[..31], StringComparison.Ordinal), "aka.k" },
        { Line("x").Replace("\"amf\"", "\"afm\"", StringComparison.Ordinal), "aka: has a field that is not known" }, // the name is not repeated: it may be a key in the wrong place
        { Line("x").Replace("\"opc\"", "\"op\":\"8E27B6AF0E692E750F32667A3B14605D\",\"opc\"", StringComparison.Ordinal), "aka" },
        { Line("x").Replace("sip:x@", "sip x@", StringComparison.Ordinal), "publicIdentities[0].identity" },
        { Line("x").Replace("\"serviceProfile\":\"plain\"", "\"serviceProfile\":\"none\"", StringComparison.Ordinal), "serviceProfile" },
        { Line("a").Replace("sip:a@", "sip:z@", StringComparison.Ordinal), "stands in line 1" },
    };

    [Theory, MemberData(nameof(BadLines))]
    public async Task One_bad_line_and_nothing_is_written(string bad, string says)
    {
        Assert.Equal(1, await ImportAsync([Line("a"), bad, Line("b")]));
        var told = _messages.ToString();
        Assert.Contains("subscribers.jsonl:2: ", told, StringComparison.Ordinal);
        Assert.Contains(says, told, StringComparison.Ordinal);
        Assert.Contains("nothing was written", told, StringComparison.Ordinal);
        Assert.DoesNotContain(K[..16], told, StringComparison.OrdinalIgnoreCase);
        Assert.False(await ExistsAsync("a"));
    }

    [Fact]
    public async Task Continue_on_error_takes_the_good_lines_and_lists_each_bad_one()
    {
        Assert.Equal(1, await ImportAsync([Line("a"), "{", Line("b"), Line("c").Replace("c@", "a@", StringComparison.Ordinal)], continueOnError: true));
        var told = _messages.ToString();
        Assert.Contains("subscribers.jsonl:2: ", told, StringComparison.Ordinal);
        Assert.Contains("subscribers.jsonl:4: ", told, StringComparison.Ordinal); // identity of a
        Assert.Contains("2 created, 0 updated, 0 unchanged, 2 refused", told, StringComparison.Ordinal);
        Assert.True(await ExistsAsync("a") && await ExistsAsync("b"));
    }

    [Fact]
    public async Task An_identity_of_another_subscription_stops_the_file_and_names_both()
    {
        await ImportAsync([Line("a")]);
        Assert.Equal(1, await ImportAsync([Line("b"), Line("c").Replace("c@", "a@", StringComparison.Ordinal)]));
        Assert.Contains($"subscribers.jsonl:2: identity a@{Realm} of subscription c already belongs to subscription a", _messages.ToString(), StringComparison.Ordinal);
        Assert.False(await ExistsAsync("b"));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_one_line()
    {
        await using var store = StoreOpening.Open(Settings(), NullLoggerFactory.Instance);
        Assert.Equal(1, await SubscriptionImport.RunAsync(Settings(), store, Path.Combine(_folder, "none.jsonl"), false, _messages));
        Assert.Contains("none.jsonl", _messages.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<int> ImportAsync(string[] lines, bool continueOnError = false)
    {
        var file = Path.Combine(_folder, "subscribers.jsonl");
        await File.WriteAllLinesAsync(file, lines);
        await using var store = StoreOpening.Open(Settings(), NullLoggerFactory.Instance);
        return await SubscriptionImport.RunAsync(Settings(), store, file, continueOnError, _messages);
    }

    private async Task<bool> ExistsAsync(string name)
    {
        await using var store = StoreOpening.Open(Settings(), NullLoggerFactory.Instance);
        return await store.FindByPrivateIdentityAsync($"{name}@{Realm}", CancellationToken.None) is not null;
    }

    private ServerSettings Settings() => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
    [
        KeyValuePair.Create<string, string?>("Storage:ConnectionString", $"Data Source={_folder}/hss.db"),
        KeyValuePair.Create<string, string?>("Storage:MasterKeyFile", $"{_folder}/master.key"),
    ]).Build());

    private static string Line(string name) => $$$"""
        {"subscriptionId":"{{{name}}}","privateIdentities":[{"identity":"{{{name}}}@{{{Realm}}}","aka":{"algorithm":"MILENAGE","k":"{{{K}}}","opc":"B9912FCE303952B8E4AF328992D3D497","amf":"8000"}}],"implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:{{{name}}}@{{{Realm}}}","serviceProfile":"plain"}]}],"serviceProfiles":[{"name":"plain","initialFilterCriteria":[]}]}
        """;
}
