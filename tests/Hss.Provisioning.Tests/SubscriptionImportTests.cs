using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;
using static Hss.Provisioning.Tests.Support.ServiceRig;
using Request = Hss.Provisioning.V1.ImportSubscriptionsRequest;
using Response = Hss.Provisioning.V1.ImportSubscriptionsResponse;

namespace Hss.Provisioning.Tests;

public sealed class SubscriptionImportTests
{
    [Fact]
    public async Task A_thousand_documents_and_messages_are_written_and_counted()
    {
        await using var rig = new ServiceRig();
        var last = await ImportAsync(rig, Enumerable.Range(1, 1200).Select(number => number % 2 == 0 ? Item(DocumentOf(number)) : new Request { Subscription = Mobile(number) }));
        Assert.Equal((1200, 1200, 0, 0, 0, 1200, false), (last.Received, last.Created, last.Updated, last.Unchanged, last.Refused, last.CommittedLine, last.StoppedEarly));
        last = await ImportAsync(rig, Enumerable.Range(1, 1201).Select(number => Item(DocumentOf(number))));
        Assert.Equal((1, 1200), (last.Created, last.Unchanged));
        Assert.Equal(1201, (await rig.Store.CountAsync(default)).Subscriptions);
    }

    [Fact]
    public async Task Without_continue_the_first_bad_batch_is_not_written_and_ends_it()
    {
        await using var rig = new ServiceRig();
        var messages = Enumerable.Range(1, 1500).Select(number => Item(number is 601 or 650 ? DocumentOf(number).Replace(K, K[2..], StringComparison.Ordinal) : DocumentOf(number)));
        var responses = await ImportAllAsync(rig, messages);
        var last = responses[^1];
        Assert.Equal((500, 500, true, 2), (last.CommittedLine, last.Created, last.StoppedEarly, last.Refused));
        var problems = responses.SelectMany(response => response.Problems).ToList();
        Assert.Equal([601, 650], problems.Select(problem => problem.Line));
        Assert.All(problems, problem => Assert.Equal(("privateIdentities[0].aka.k", false), (problem.Field, problem.IsWarning)));
        Assert.Equal(500, (await rig.Store.CountAsync(default)).Subscriptions);
    }

    [Fact]
    public async Task With_continue_a_batch_goes_without_its_bad_ones()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(9999));
        var documents = Enumerable.Range(1, 700).Select(DocumentOf).ToList();
        documents[9] = "{";
        documents[19] = documents[19].Replace(TelOf(20), TelOf(9999), StringComparison.Ordinal); // somebody else's
        documents[29] = documents[29].Replace(TelOf(30), TelOf(29), StringComparison.Ordinal); // one of the same batch
        documents[39] = documents[39].Replace($"\"k\":\"{K}\",\"op\":\"{Op}\",", "", StringComparison.Ordinal); // its key is nowhere
        documents[649] = "[]";
        var responses = await ImportAllAsync(rig, documents.Select(Item), continueOnError: true);
        var last = responses[^1];
        Assert.Equal((700, 695, 5, 700, false), (last.Received, last.Created, last.Refused, last.CommittedLine, last.StoppedEarly));
        var problems = responses.SelectMany(response => response.Problems).OrderBy(problem => problem.Line).ToList();
        Assert.Equal([10, 20, 30, 40, 650], problems.Select(problem => problem.Line));
        Assert.Contains(IdOf(9999), problems[1].Description, StringComparison.Ordinal);
        Assert.Contains("line 29", problems[2].Description, StringComparison.Ordinal);
        Assert.Equal("privateIdentities[0].aka", problems[3].Field);
        Assert.Equal(696, (await rig.Store.CountAsync(default)).Subscriptions);
    }

    [Fact]
    public async Task A_conflict_without_continue_leaves_the_batch_unwritten()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(9999));
        var responses = await ImportAllAsync(rig, Enumerable.Range(1, 10).Select(number => Item(DocumentOf(number).Replace(TelOf(5), TelOf(9999), StringComparison.Ordinal))));
        Assert.Equal((true, 0, 1), (responses[^1].StoppedEarly, responses[^1].Created, responses[^1].Refused));
        Assert.Equal(5, Assert.Single(responses.SelectMany(response => response.Problems)).Line);
        Assert.Equal(1, (await rig.Store.CountAsync(default)).Subscriptions);
    }

    [Fact]
    public async Task Of_two_lines_for_one_subscription_the_later_counts()
    {
        await using var rig = new ServiceRig();
        var barred = DocumentOf(1).TrimEnd()[..^1] + ",\"registrationAllowed\":false}";
        var responses = await ImportAllAsync(rig, [Item(DocumentOf(1)), Item(DocumentOf(2)), Item(barred)]);
        Assert.Equal((2, 1, 0), (responses[^1].Created, responses[^1].Updated, responses[^1].Refused));
        var warning = Assert.Single(responses.SelectMany(response => response.Problems));
        Assert.Equal((3, true, "subscriptionId"), (warning.Line, warning.IsWarning, warning.Field));
        Assert.False((await rig.Store.ReadAsync(IdOf(1), default))!.Subscription.RegistrationAllowed);
    }

    [Fact]
    public async Task Documents_without_keys_keep_those_of_the_store()
    {
        await using var rig = new ServiceRig();
        for (var number = 1; number <= 3; number++) await rig.CreateAsync(Mobile(number));
        var got = await Task.WhenAll(Enumerable.Range(1, 3).Select(number => rig.GetAsync(IdOf(number))));
        got[1].RegistrationAllowed = false;
        var last = await ImportAsync(rig, got.Select(message => new Request { Subscription = message }));
        Assert.Equal((1, 2, 0), (last.Updated, last.Unchanged, last.Refused));
        Assert.NotNull((await rig.Store.ReadAsync(IdOf(2), default))!.Subscription.PrivateIdentities[0].Credentials.Aka);
    }

    [Fact]
    public async Task Validate_only_finds_the_same_and_writes_nothing()
    {
        await using var rig = new ServiceRig();
        await rig.CreateAsync(Mobile(1));
        var items = new[] { Item(DocumentOf(1)), Item(DocumentOf(2)), Item(DocumentOf(3).Replace(TelOf(3), TelOf(1), StringComparison.Ordinal)), Item("{}") };
        var newest = await rig.Store.NewestChangeAsync(default);
        var last = await ImportAsync(rig, items, new() { ContinueOnError = true, ValidateOnly = true });
        Assert.Equal((1, 1, 2, 0), (last.Created, last.Unchanged, last.Refused, last.CommittedLine));
        Assert.Equal(newest, await rig.Store.NewestChangeAsync(default));
        Assert.True((await ImportAsync(rig, items, new() { ValidateOnly = true })).StoppedEarly);
    }

    [Fact]
    public async Task Lines_are_the_clients_own_where_it_gives_them()
    {
        await using var rig = new ServiceRig();
        var item = Item("{}");
        item.Line = 41;
        var responses = await ImportAllAsync(rig, [item, Item("{}"), new Request()], continueOnError: true);
        Assert.Equal([41, 42, 43], responses.SelectMany(response => response.Problems).Select(problem => problem.Line).Distinct());
        Assert.Equal(43, responses[^1].CommittedLine);
    }

    [Fact]
    public async Task Options_come_first_or_not_at_all_and_nothing_is_an_import_too()
    {
        await using var rig = new ServiceRig();
        await rig.RefusesAsync(StatusCode.InvalidArgument, () => ImportAllAsync(rig, [Item(DocumentOf(1)), new Request { Options = new() }]));
        Assert.Equal(0, (await ImportAsync(rig, [])).Received);
    }

    [Fact]
    public async Task A_store_that_goes_away_leaves_word_of_what_is_durable()
    {
        await using var rig = new ServiceRig();
        var responses = new Received<Response>();
        IEnumerable<Request> Items()
        {
            for (var number = 1; number <= 3000; number++)
            {
                if (number == 2500) rig.Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
                yield return Item(DocumentOf(number));
            }
        }
        await rig.RefusesAsync(StatusCode.Unavailable, () => rig.Subscriptions.ImportSubscriptions(new Sent<Request>(Items()), responses, Call("ImportSubscriptions")));
        var last = responses.All()[^1];
        Assert.False(last.Done);
        Assert.Equal(last.Created, last.CommittedLine);
        Assert.True(last.CommittedLine % 500 == 0);
    }

    [Fact]
    public async Task Over_the_wire_the_summary_comes_and_a_client_that_goes_leaves_whole_batches()
    {
        await using var rig = new ServiceRig();
        var client = new V1.SubscriptionService.SubscriptionServiceClient(await rig.ConnectAsync());
        using (var call = client.ImportSubscriptions())
        {
            var reading = Task.Run(async () =>
            {
                var all = new List<Response>();
                await foreach (var response in call.ResponseStream.ReadAllAsync()) all.Add(response);
                return all;
            });
            for (var number = 1; number <= 2500; number++) await call.RequestStream.WriteAsync(Item(DocumentOf(number)));
            await call.RequestStream.CompleteAsync();
            var responses = await reading;
            Assert.Equal((2500, true), (responses[^1].Created, responses[^1].Done));
            Assert.All(responses.SkipLast(1), response => Assert.False(response.Done));
        }
        using (var call = client.ImportSubscriptions())
        {
            for (var number = 2501; number <= 3100; number++) await call.RequestStream.WriteAsync(Item(DocumentOf(number)));
        }
        var count = (await rig.Store.CountAsync(default)).Subscriptions;
        Assert.True(count is 2500 or 3000, $"{count}");
    }

    private static Request Item(string document) => new() { DocumentJson = ByteString.CopyFromUtf8(document) };

    private static async Task<Response> ImportAsync(ServiceRig rig, IEnumerable<Request> items, Request.Types.Options? options = null) =>
        (await ImportAllAsync(rig, items, false, options))[^1];

    private static async Task<ImmutableArray<Response>> ImportAllAsync(ServiceRig rig, IEnumerable<Request> items, bool continueOnError = false, Request.Types.Options? options = null)
    {
        if (continueOnError) options = new() { ContinueOnError = true };
        if (options is not null) items = items.Prepend(new Request { Options = options });
        var responses = new Received<Response>();
        await rig.Subscriptions.ImportSubscriptions(new Sent<Request>(items), responses, Call("ImportSubscriptions"));
        var all = responses.All();
        all.ForEach(rig.Say);
        Assert.True(all[^1].Done);
        return [.. all];
    }
}
