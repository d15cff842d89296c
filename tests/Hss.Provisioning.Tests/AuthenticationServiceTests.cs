using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Provisioning.Tests.Support;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;
using Verdict = Hss.Provisioning.V1.ResynchroniseResponse.Types.Verdict;

namespace Hss.Provisioning.Tests;

/// <summary>Credentials, vectors and sequence numbers over the real store. Spec: TS 33.102 6.3.2, 6.3.5, C.1.</summary>
public sealed class AuthenticationServiceTests : IAsyncLifetime
{
    private const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    private const string User = "001010000000001@" + Realm;
    private const string FixedLine = "001010000000003@" + Realm;
    private const string SubscriptionId = "imsi-001010000000001";
    private const ulong SqnMs = (10849UL << 5) | 25;

    private static readonly byte[] K = Convert.FromHexString("8BAF473F2F8FD09487CCCBD7097C6862");
    private static readonly byte[] Op = Convert.FromHexString("8E27B6AF0E692E750F32667A3B14605D");
    private static readonly byte[] OtherK = Convert.FromHexString("465B5CE8B199B49FAA5F0A2EE238A6BC");
    private static readonly byte[] Rand = Convert.FromHexString("1a0162ca5a359880e660fdeea0cf152a");
    private static readonly AkaKey Key = new(new(K), new(Op), null);

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-aka-").FullName;
    private readonly CxOptions _options = new() { SequenceReserve = 4 };
    private readonly ConcurrentQueue<string> _said = new();
    private SubscriberStore _store = null!;
    private AuthenticationService _service = null!;

    public async Task InitializeAsync()
    {
        Open();
        var documents = new[]
        {
            $$"""
            {"subscriptionId":"{{SubscriptionId}}","privateIdentities":[{"identity":"{{User}}",
              "aka":{"algorithm":"MILENAGE","k":"{{Convert.ToHexString(K)}}","op":"{{Convert.ToHexString(Op)}}","amf":"8000"},"lineIdentifiers":["line-1"],"msisdns":["12125550009"],
              "externalIdentifiers":["meter@example.org"],"imsi":"001010000000009","stnSr":"12125559999","smsGateway":{"number":"12125558888"} }],
             "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:{{User}}","serviceProfile":"p"}]}],"serviceProfiles":[{"name":"p"}]}
            """,
            $$"""
            {"subscriptionId":"line","privateIdentities":[{"identity":"{{FixedLine}}","sipDigest":{"password":"digestpass3"} }],
             "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:{{FixedLine}}","serviceProfile":"p"}]}],"serviceProfiles":[{"name":"p"}]}
            """,
        };
        foreach (var document in documents)
        {
            var reading = SubscriptionJson.Read(Encoding.UTF8.GetBytes(document), IfcTemplates.None);
            Assert.True(reading.Problems.IsEmpty, string.Join('\n', reading.Problems));
            await _store.UpsertAsync([reading.Subscription!], CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Open()
    {
        var options = new StoreOptions { ConnectionString = $"Data Source={Path.Combine(_folder, "hss.db")}", MasterKeyFile = Path.Combine(_folder, "master.key"), IndRange = _options.Ind };
        _store = new(SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance), options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        _service = new(_store, _options, () => new DocumentContext(), SystemRandomSource.Instance, NullLogger<AuthenticationService>.Instance);
    }

    [Fact]
    public async Task A_vector_is_one_that_the_card_accepts()
    {
        var answer = await GenerateAsync(2, keys: true);
        Assert.Equal(2, answer.Vectors.Count);
        foreach (var vector in answer.Vectors)
        {
            var rand = Convert.FromHexString(vector.Rand);
            var check = ChallengeCheck.Of(Key, rand, Convert.FromHexString(vector.Autn));
            Assert.True(check.IsGenuine);
            Assert.Equal(vector.Sqn, check.Sqn.ToString("x12", CultureInfo.InvariantCulture));
            var expected = VectorAnalysis.Make(Key.Key, 0x8000, rand, check.Sqn, 5);
            Assert.Equal((Hex(expected.Xres), Hex(expected.Ck), Hex(expected.Ik), expected.Nonce), (vector.Xres, vector.Ck, vector.Ik, vector.Nonce));
        }
        Assert.Equal((1UL, 24u, 2UL, 24u), (answer.Vectors[0].Seq, answer.Vectors[0].Ind, answer.Vectors[1].Seq, answer.Vectors[1].Ind));
    }

    [Fact]
    public async Task Ck_and_ik_come_only_when_asked_for()
    {
        var vector = (await GenerateAsync()).Vectors[0];
        Assert.Equal(("", ""), (vector.Ck, vector.Ik));
        Assert.NotEmpty(vector.Xres);
    }

    [Fact]
    public async Task No_sqn_is_handed_out_twice_to_mars_and_engineers_at_once()
    {
        const int tasks = 16, rounds = 25;
        var issued = new ConcurrentBag<ulong>();
        var found = (await _store.FindByPrivateIdentityAsync(User, CancellationToken.None))!;
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(number => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                if (number % 2 == 0)
                {
                    foreach (var vector in (await GenerateAsync(1 + (round % 3))).Vectors) issued.Add(Convert.ToUInt64(vector.Sqn, 16));
                    continue;
                }
                // What a MAR does.
                using var turn = await _store.EnterAsync(found, CancellationToken.None);
                var taken = await FreshSequenceNumbers.TakeAsync(_store, turn, 0, turn.Subscriber!.SequenceOf(0), 1 + (round % 2), _options.Ind,
                    _options.SequenceReserve, SubscriberChange.None, CancellationToken.None);
                for (var i = 0; i < taken!.Value.Count; i++) issued.Add(taken.Value.SqnAt(i, _options.Ind));
            }
        })));
        Assert.Equal(issued.Count, issued.Select(sqn => sqn >> 5).Distinct().Count());
        Assert.Equal((ulong)issued.Count, issued.Max(sqn => sqn >> 5));

        // Nor after a restart.
        await _store.DisposeAsync();
        Open();
        Assert.True(Convert.ToUInt64((await GenerateAsync()).Vectors[0].Sqn, 16) >> 5 > issued.Max(sqn => sqn >> 5));
    }

    [Fact]
    public async Task Vectors_leave_the_registration_alone()
    {
        var before = (await _store.FindByPrivateIdentityAsync(User, CancellationToken.None))!.States;
        await GenerateAsync(3);
        Assert.Equal(before, (await _store.FindByPrivateIdentityAsync(User, CancellationToken.None))!.States);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        var before = await SequenceAsync();
        var answer = await ResynchroniseAsync(Auts(SqnMs), dryRun: true);
        Assert.Equal((Verdict.Moved, true), (answer.Verdict, answer.DryRun));
        Assert.Equal("000000054c39", answer.SqnMs);
        Assert.Equal(before, answer.Before);
        Assert.Equal(10849UL, answer.After.Seq);
        Assert.Equal(before, await SequenceAsync());
        Assert.Empty(await RecordsAsync("Resynchronise"));
    }

    [Fact]
    public async Task A_verified_auts_moves_the_counter_for_good()
    {
        await GenerateAsync();
        var answer = await ResynchroniseAsync(Auts(SqnMs));
        Assert.Equal((Verdict.Moved, 1UL, 10849UL), (answer.Verdict, answer.Before.Seq, answer.After.Seq));
        Assert.Equal(answer.After, await SequenceAsync());
        await _store.DisposeAsync();
        Open();
        Assert.Equal(10850UL, (await GenerateAsync()).Vectors[0].Seq);
        Assert.Equal(Verdict.AlreadyAcceptable, (await ResynchroniseAsync(Auts(SqnMs))).Verdict);
        var record = Assert.Single(await RecordsAsync("Resynchronise"), record => record.Summary!.Contains("moved", StringComparison.Ordinal));
        Assert.Equal((SubscriptionId, "engineer"), (record.SubscriptionId, record.Author.Actor));
    }

    public static TheoryData<string, string, Verdict, string> BadPairs()
    {
        var wrongMac = Auts(SqnMs);
        wrongMac[13] ^= 1;
        var autn = VectorAnalysis.Make(Key.Key, 0x8000, Rand, 56, 5).Autn;
        return new()
        {
            { Hex(Rand), Hex(wrongMac), Verdict.BadMac, "MAC-S is wrong" },
            { Hex(new byte[16]), Hex(Auts(SqnMs)), Verdict.BadMac, "another challenge" },
            { Hex(Rand), Hex(autn), Verdict.Malformed, "AUTN of the challenge" },
            { Hex(Rand), Convert.ToHexString(Encoding.ASCII.GetBytes(Hex(Auts(SqnMs)))), Verdict.Malformed, "decode once more" },
            { "", Hex(Auts(SqnMs)), Verdict.Malformed, "rand: is missing" },
            { "0011", Hex(Auts(SqnMs)), Verdict.Malformed, "rand: has 4 hexadecimal digits" },
            { Hex(Rand), "", Verdict.Malformed, "auts: is empty" },
            { Hex(Rand), Hex(Auts(SqnMs))[2..], Verdict.Malformed, "auts: has 26 hexadecimal digits" },
            { Hex(new byte[16]), Hex([.. Rand, .. Auts(SqnMs)]), Verdict.Malformed, "another RAND" },
            { Hex(Rand), Hex(Auts(0xffffffffffe0)), Verdict.OutOfRange, "replace the card" },
        };
    }

    [Theory]
    [MemberData(nameof(BadPairs))]
    public async Task What_does_not_verify_changes_nothing(string rand, string auts, Verdict verdict, string explanation)
    {
        var before = await SequenceAsync();
        var answer = await Said(_service.Resynchronise(new() { PrivateIdentity = User, Rand = rand, Auts = auts }, Call("Resynchronise")));
        Assert.Equal(verdict, answer.Verdict);
        Assert.Contains(explanation, answer.Explanation, StringComparison.Ordinal);
        if (verdict != Verdict.OutOfRange) Assert.Equal("", answer.SqnMs);
        Assert.Equal(before, answer.After);
        Assert.Equal(before, await SequenceAsync());
    }

    [Fact]
    public async Task Rand_and_auts_may_come_in_one_piece_and_in_base64()
    {
        var answer = await Said(_service.Resynchronise(
            new() { PrivateIdentity = User, Auts = Convert.ToBase64String([.. Rand, .. Auts(SqnMs)]), DryRun = true }, Call("Resynchronise")));
        Assert.Equal(Verdict.Moved, answer.Verdict);
    }

    [Fact]
    public async Task What_was_done_is_in_the_audit_without_secrets()
    {
        var answer = await GenerateAsync(2, keys: true);
        var record = Assert.Single(await RecordsAsync("GenerateVectors"));
        Assert.Equal($"2 vectors of {User}, SQN {answer.Vectors[0].Sqn} to {answer.Vectors[1].Sqn}, with CK and IK", record.Summary);
        foreach (var vector in answer.Vectors)
            foreach (var secret in new[] { vector.Ck, vector.Ik, vector.Xres }) Assert.DoesNotContain(secret, record.Summary!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_cannot_be_served_is_told_why()
    {
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => _service.GetSequenceNumber(new() { PrivateIdentity = "nobody@" + Realm }, Call("GetSequenceNumber"))));
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(() => _service.GetSequenceNumber(new() { PrivateIdentity = FixedLine }, Call("GetSequenceNumber"))));
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => _service.GetSequenceNumber(new(), Call("GetSequenceNumber"))));
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => GenerateAsync(6)));
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => GenerateAsync(-1)));
        Assert.Equal("000000000000", (await SequenceAsync()).Sqn);
    }

    [Fact]
    public async Task Other_credentials_replace_the_old_ones_and_nothing_else()
    {
        var before = (await _store.ReadAsync(SubscriptionId, CancellationToken.None))!;
        var answer = await Said(_service.SetCredentials(Credentials(OtherK), Call("SetCredentials")));
        var after = (await _store.ReadAsync(SubscriptionId, CancellationToken.None))!;
        Assert.Equal(after.Revision.ToString(CultureInfo.InvariantCulture), answer.Etag);
        Assert.Equal(KeyFingerprint.Of(OtherK), answer.PrivateIdentity.Aka.KFingerprint);
        var identity = after.Subscription.PrivateIdentities[0];
        Assert.Equal(new Secret(OtherK), identity.Credentials.Aka!.K);
        Assert.Equal("line-1", Assert.Single(identity.Credentials.LineIdentifiers));
        Assert.Equal(("12125550009", "meter@example.org", "001010000000009", "12125559999", new SmsGateway("12125558888", null)),
            (Assert.Single(identity.Msisdns), Assert.Single(identity.ExternalIdentifiers), identity.Imsi, identity.StnSr, identity.SmsGateway));
        Assert.True(identity.AllowedSchemes.HasFlag(AuthenticationSchemes.NassBundled));
        Assert.Equal(
            Encoding.UTF8.GetString(SubscriptionJson.Write(before.Subscription with { PrivateIdentities = after.Subscription.PrivateIdentities }).Span),
            Encoding.UTF8.GetString(SubscriptionJson.Write(after.Subscription).Span));
        var vector = (await GenerateAsync()).Vectors[0];
        Assert.True(ChallengeCheck.Of(new(new(OtherK), new(Op), null), Convert.FromHexString(vector.Rand), Convert.FromHexString(vector.Autn)).IsGenuine);
    }

    [Fact]
    public async Task A_key_that_is_left_out_stays()
    {
        await Said(_service.SetCredentials(new() { PrivateIdentity = User, Aka = new() { Amf = "0000" } }, Call("SetCredentials")));
        var aka = (await _store.ReadAsync(SubscriptionId, CancellationToken.None))!.Subscription.PrivateIdentities[0].Credentials.Aka!;
        Assert.Equal((new Secret(K), (ushort)0), (aka.K, aka.Amf));
    }

    [Fact]
    public async Task Credentials_that_cannot_be_change_nothing()
    {
        var before = (await _store.ReadAsync(SubscriptionId, CancellationToken.None))!.Revision;
        var short_ = Credentials(OtherK);
        short_.Aka.K = short_.Aka.K[2..];
        var stale = Credentials(OtherK);
        stale.Etag = "999999";
        var tried = Credentials(OtherK);
        tried.ValidateOnly = true;
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => _service.SetCredentials(short_, Call("SetCredentials"))));
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => _service.SetCredentials(new() { PrivateIdentity = User }, Call("SetCredentials"))));
        Assert.Equal(StatusCode.Aborted, await StatusAsync(() => _service.SetCredentials(stale, Call("SetCredentials"))));
        Assert.Equal(KeyFingerprint.Of(OtherK), (await Said(_service.SetCredentials(tried, Call("SetCredentials")))).PrivateIdentity.Aka.KFingerprint);
        Assert.Equal(before, (await _store.ReadAsync(SubscriptionId, CancellationToken.None))!.Revision);
        Assert.Contains(_said, text => text.Contains("aka.k", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_answer_has_a_key()
    {
        await GenerateAsync(5, keys: true);
        await ResynchroniseAsync(Auts(SqnMs));
        await Said(_service.SetCredentials(Credentials(OtherK), Call("SetCredentials")));
        await SequenceAsync();
        foreach (var mistake in new[] { Credentials(OtherK), Credentials(OtherK) })
        {
            mistake.Aka.Opc = mistake.Aka.Op;
            await StatusAsync(() => _service.SetCredentials(mistake, Call("SetCredentials")));
        }
        foreach (var secret in new[] { K, Op, Key.Opc.Reveal().ToArray(), OtherK, Milenage.DeriveOpc(new(OtherK), new(Op)).Reveal().ToArray() })
            foreach (var form in new[] { Convert.ToHexString(secret), Convert.ToBase64String(secret), Encoding.Latin1.GetString(secret) })
                Assert.DoesNotContain(_said, text => text.Contains(form, StringComparison.OrdinalIgnoreCase));
        Assert.True(_said.Count >= 5);
    }

    private static V1.SetCredentialsRequest Credentials(byte[] k) => new()
    {
        PrivateIdentity = User,
        Aka = new() { K = Convert.ToHexString(k), Op = Convert.ToHexString(Op), Amf = "8000" },
    };

    private Task<V1.GenerateVectorsResponse> GenerateAsync(int count = 0, bool keys = false) =>
        Said(_service.GenerateVectors(new() { PrivateIdentity = User, Count = count, IncludeCkIk = keys }, Call("GenerateVectors")));

    private Task<V1.ResynchroniseResponse> ResynchroniseAsync(byte[] auts, bool dryRun = false) =>
        Said(_service.Resynchronise(new() { PrivateIdentity = User, Rand = Hex(Rand), Auts = Hex(auts), DryRun = dryRun }, Call("Resynchronise")));

    private Task<V1.SequenceNumber> SequenceAsync() => Said(_service.GetSequenceNumber(new() { PrivateIdentity = User }, Call("GetSequenceNumber")));

    private async Task<IReadOnlyList<ChangeRecord>> RecordsAsync(string method) =>
        [.. (await _store.ReadChangesAsync(new() { SubscriptionId = SubscriptionId }, CancellationToken.None)).Where(record => record.Author.Method == method)];

    private async Task<T> Said<T>(Task<T> call) where T : IMessage
    {
        var answer = await call;
        _said.Enqueue(answer.ToString()! + Encoding.Latin1.GetString(answer.ToByteArray()));
        return answer;
    }

    private async Task<StatusCode> StatusAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        _said.Enqueue(refusal + string.Join('\n', refusal.Trailers.Select(entry => Encoding.Latin1.GetString(entry.ValueBytes))));
        return refusal.StatusCode;
    }

    private static TestCall Call(string method) =>
        new("/hss.provisioning.v1.AuthenticationService/" + method, new Caller("engineer", AccessRole.AuthenticationAdmin, "127.0.0.1"));

    private static byte[] Auts(ulong sqnMs)
    {
        var auts = new byte[Resynchronisation.AutsLengthBytes];
        Resynchronisation.WriteAuts(Key.Key, Rand, sqnMs, auts);
        return auts;
    }

    private static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(octets);
}
