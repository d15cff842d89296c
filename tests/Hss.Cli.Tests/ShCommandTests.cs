using System.Text;
using Hss.Cli.Tests.Support;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.Subscribers;

namespace Hss.Cli.Tests;

/// <summary>hss sh, against a Diameter node on loopback.</summary>
public sealed class ShCommandTests
{
    private const string User = "sip:001010000000001@" + FakeHss.Realm;
    private const string Settings = "<settings><forward to=\"tel:+12125550100\"/></settings>";

    [Fact]
    public async Task Get_asks_for_what_was_said_and_lays_the_document_out()
    {
        await using var hss = new FakeHss { Stored = Item(7) };
        using var shell = new Shell();
        var outcome = await RunAsync(shell, hss, "get", "--data", "RepositoryData", "--service-indication", "mmtel");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal("UDA 2001 DIAMETER_SUCCESS", outcome.Lines[0]);
        Assert.Contains("    <SequenceNumber>7</SequenceNumber>", outcome.Lines);
        Assert.Contains("        <forward to=\"tel:+12125550100\" />", outcome.Lines);
        Assert.Empty(outcome.Error);
        Assert.True(UserDataRequest.TryParse(hss.LastRequest, out var request, out var fault), $"{fault}");
        Assert.Equal((FakeHss.ApplicationServer, FakeHss.Realm, FakeHss.Host, FakeHss.Realm),
            (request.OriginHost.ToText(), request.OriginRealm.ToText(), request.DestinationHost.ToText(), request.DestinationRealm.ToText()));
        Assert.Equal((User, "mmtel", 0u, 0), (request.UserIdentity.PublicIdentity.ToText(), request.ServiceIndication.First.ToText(), request.DataReference.First.ToUnsigned32(), request.SupportedFeatures.Count));
    }

    [Fact]
    public async Task The_document_comes_as_it_is_in_JSON_and_in_a_file()
    {
        await using var hss = new FakeHss { Stored = Item(7) };
        using var shell = new Shell();
        var json = await RunAsync(shell, hss, "get", "--data", "repository-data", "--service-indication", "mmtel", "-o", "json");
        using var line = System.Text.Json.JsonDocument.Parse(Assert.Single(json.Lines));
        Assert.Contains(Settings, line.RootElement.GetProperty("userData").GetString(), StringComparison.Ordinal);
        Assert.Equal((2001, "DIAMETER_SUCCESS", false),
            (line.RootElement.GetProperty("resultCode").GetInt32(), line.RootElement.GetProperty("result").GetString(), line.RootElement.GetProperty("experimental").GetBoolean()));
        var file = Path.Combine(shell.Folder, "data.xml");
        Assert.Equal("UDA 2001 DIAMETER_SUCCESS\n", (await RunAsync(shell, hss, "get", "--data", "0", "--service-indication", "mmtel", "--to", file)).Output);
        Assert.Contains(Settings, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_keys_are_sent_and_several_references_ask_for_the_feature_they_need()
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        var outcome = await shell.RunAsync("sh", "get", "--peer", hss.Address, "--origin-host", FakeHss.ApplicationServer, "--msisdn", "12125550100", "--private-identity", "me@example.org",
            "--data", "LocationInformation", "--data", "DSAI", "--identity-set", "alias", "--server-name", "sip:as1.example.org", "--dsai-tag", "t1", "--dsai-tag", "t2",
            "--requested-domain", "PS", "--feature", "additional-msisdn");
        Assert.Equal((0, "there is no such data\n"), (outcome.ExitCode, outcome.Error));
        Assert.True(UserDataRequest.TryParse(hss.LastRequest, out var request, out var fault), $"{fault}");
        Assert.Equal("2121550501F0", Convert.ToHexString(request.UserIdentity.Msisdn.Span));
        Assert.Equal((2, 2, IdentitySet.AliasIdentities), (request.DataReference.Count, request.DsaiTag.Count, (IdentitySet)request.IdentitySet.First.ToInteger32()));
        Assert.Equal((RequestedDomain.PsDomain, CurrentLocation.DoNotNeedInitiateActiveLocationRetrieval), (request.RequestedDomain, request.CurrentLocation));
        var features = request.SupportedFeatures.First;
        Assert.True(features.Flags.HasFlag(AvpFlags.Mandatory));
        Assert.Equal(0b1001u, AvpOccurrences.FindIn(features, Avp.FeatureList).First.ToUnsigned32());
        Assert.Equal("me@example.org", request.UserName.ToText());
    }

    [Theory]
    [InlineData(ExperimentalResultCode.ErrorUserUnknown, ExitCodes.NotFound, "DIAMETER_ERROR_USER_UNKNOWN (3GPP 5001)")]
    [InlineData(ExperimentalResultCode.ErrorUserDataCannotBeRead, ExitCodes.NotAllowed, "DIAMETER_ERROR_USER_DATA_CANNOT_BE_READ (3GPP 5102); its permission list")]
    [InlineData(ExperimentalResultCode.ErrorOperationNotAllowed, ExitCodes.Failed, "DIAMETER_ERROR_OPERATION_NOT_ALLOWED (3GPP 5101)")]
    [InlineData(ExperimentalResultCode.UserDataNotAvailable, ExitCodes.Unavailable, "DIAMETER_USER_DATA_NOT_AVAILABLE (3GPP 4100)")]
    public async Task A_refusal_is_told_by_its_name(ExperimentalResultCode code, int exitCode, string text)
    {
        await using var hss = new FakeHss { Refusal = code };
        using var shell = new Shell();
        var outcome = await RunAsync(shell, hss, "get", "--data", "IMSUserState");
        Assert.Equal((exitCode, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith($"hss: {FakeHss.Host} refused: {text}", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("\"experimental\":true", (await RunAsync(shell, hss, "get", "--data", "IMSUserState", "-o", "json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_and_delete_take_the_number_that_follows()
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        var file = shell.File("settings.xml", "<?xml version=\"1.0\"?>\n" + Settings + "\n");
        string[] put = ["put", "--data", "RepositoryData", "--service-indication", "mmtel", "--from", file];
        foreach (var number in (int[])[0, 1])
        {
            var outcome = await RunAsync(shell, hss, put);
            Assert.Equal((0, "PUA 2001 DIAMETER_SUCCESS\n", $"Sequence-Number {number}\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
            Assert.Equal((number, Settings), (hss.Stored!.SequenceNumber, Encoding.UTF8.GetString(hss.Stored.ServiceData.Span)));
        }
        hss.Stored = Item(ushort.MaxValue);
        Assert.Equal(0, (await RunAsync(shell, hss, put)).ExitCode);
        Assert.Equal(1, hss.Stored.SequenceNumber);
        Assert.Equal(0, (await RunAsync(shell, hss, [.. put, "--sequence-number", "9"])).ExitCode);
        Assert.Equal(9, hss.Stored.SequenceNumber);
        string[] delete = ["delete", "--data", "RepositoryData", "--service-indication", "mmtel"];
        Assert.Equal((0, "Sequence-Number 10\n"), await RunAsync(shell, hss, delete) is var gone ? (gone.ExitCode, gone.Error) : default);
        Assert.Null(hss.Stored);
        Assert.Equal((ExitCodes.NotFound, "hss: there is no such data\n"), await RunAsync(shell, hss, delete) is var nothing ? (nothing.ExitCode, nothing.Error) : default);
    }

    [Theory]
    [InlineData("PSIActivation", "active", null, "<PSIActivation>1</PSIActivation>")]
    [InlineData("DSAI", "inactive", "voicemail", "<DSAI-Tag>voicemail</DSAI-Tag><DSAI-Value>1</DSAI-Value>")]
    [InlineData("STN-SR", "12125550199", null, "<STN-SR>12125550199</STN-SR>")]
    [InlineData("SMSRegistrationInfo", "12125550198", null, "<IP-SM-GW-Number>12125550198</IP-SM-GW-Number>")]
    public async Task Put_writes_the_other_data_that_can_be_changed(string data, string value, string? tag, string xml)
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        var outcome = await RunAsync(shell, hss, ["put", "--data", data, "--value", value, .. tag is null ? (string[])[] : ["--dsai-tag", tag]]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.True(ProfileUpdateRequest.TryParse(hss.LastRequest, out var request, out var fault), $"{fault}");
        Assert.Contains(xml, request.ShUserData.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_shows_what_comes_answers_it_and_ends_the_subscription()
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        var told = new TaskCompletionSource<ExperimentalResultCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = new System.Collections.Concurrent.ConcurrentQueue<bool>();
        hss.Subscribed = isNew =>
        {
            requests.Enqueue(isNew);
            if (isNew) _ = Task.Run(async () => told.SetResult((await hss.NotifyAsync(User, "<Sh-Data><Sh-IMS-Data><IMSUserState>1</IMSUserState></Sh-IMS-Data></Sh-Data>")).IsSuccess ? default : (ExperimentalResultCode)1));
        };
        var outcome = await RunAsync(shell, hss, "subscribe", "--data", "IMSUserState", "--expires", "2030-01-01T00:00:00Z", "--count", "1");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Equal("SNA 2001 DIAMETER_SUCCESS, until 2030-01-01T00:00:00Z", outcome.Lines[0]);
        Assert.Equal($"PNR {User}", outcome.Lines[1]);
        Assert.Contains("    <IMSUserState>1</IMSUserState>", outcome.Lines);
        Assert.Equal(default, await told.Task);
        Assert.Equal([true, false], requests);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task Subscribe_can_leave_the_subscription_and_unsubscribe_end_it()
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        Assert.Equal(0, (await RunAsync(shell, hss, "subscribe", "--data", "IMSUserState", "--count", "0", "--keep")).ExitCode);
        Assert.Single(hss.Requests);
        Assert.Equal("SNA 2001 DIAMETER_SUCCESS\n", (await RunAsync(shell, hss, "unsubscribe", "--data", "IMSUserState")).Output);
        Assert.True(SubscribeNotificationsRequest.TryParse(hss.LastRequest, out var request, out _) && request.SubsReqType == SubsReqType.Unsubscribe);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_subscription_too()
    {
        await using var hss = new FakeHss();
        using var shell = new Shell();
        using var stop = new CancellationTokenSource();
        hss.Subscribed = isNew =>
        {
            if (isNew) _ = Task.Run(async () =>
            {
                await hss.NotifyAsync(User, "<Sh-Data/>");
                await stop.CancelAsync();
            });
        };
        var outcome = await shell.RunAsync(stop.Token, ["sh", "subscribe", "--peer", hss.Address, "--origin-host", FakeHss.ApplicationServer, "--public-identity", User, "--data", "11"]);
        Assert.Equal((ExitCodes.Interrupted, "hss: interrupted\n"), (outcome.ExitCode, outcome.Error));
        Assert.Equal(2, hss.Requests.Count);
    }

    [Theory]
    [InlineData("--origin-realm", "sh", "get", "--peer", "127.0.46.2", "--origin-host", "as1", "--msisdn", "1", "--data", "11")]
    [InlineData("--peer 'nowhere:0'", "sh", "get", "--peer", "nowhere:0", "--origin-host", "a.b", "--msisdn", "1", "--data", "11")]
    [InlineData("give one of", "sh", "get", "--peer", "127.0.46.2", "--origin-host", "a.b", "--msisdn", "1", "--public-identity", "sip:a@b", "--data", "11")]
    [InlineData("--msisdn '+1'", "sh", "get", "--peer", "127.0.46.2", "--origin-host", "a.b", "--msisdn", "+1", "--data", "11")]
    [InlineData("--data 'Everything'", "sh", "get", "--peer", "127.0.46.2", "--origin-host", "a.b", "--msisdn", "1", "--data", "Everything")]
    [InlineData("--service-indication", "sh", "put", "--peer", "127.0.46.2", "--origin-host", "a.b", "--public-identity", "sip:a@b", "--data", "RepositoryData")]
    [InlineData("--value", "sh", "put", "--peer", "127.0.46.2", "--origin-host", "a.b", "--public-identity", "sip:a@b", "--data", "STN-SR")]
    [InlineData("can be changed", "sh", "put", "--peer", "127.0.46.2", "--origin-host", "a.b", "--public-identity", "sip:a@b", "--data", "IMSI", "--value", "1")]
    [InlineData("can be removed", "sh", "delete", "--peer", "127.0.46.2", "--origin-host", "a.b", "--public-identity", "sip:a@b", "--data", "DSAI")]
    public async Task What_cannot_be_sent_is_told_with_its_mend(string mend, params string[] args)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync(args);
        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains(mend, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_told_at_once()
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("sh", "get", "--peer", "127.0.46.3:9", "--origin-host", "a.b", "--msisdn", "1", "--data", "11");
        Assert.Equal(ExitCodes.Unavailable, outcome.ExitCode);
        Assert.StartsWith("hss: no connection with 127.0.46.3:9", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_of_the_standard_are_completed()
    {
        using var shell = new Shell();
        foreach (var verb in (string[])["get", "put", "subscribe"])
            Assert.Contains("STN-SR\t", (await shell.RunAsync("complete-words", "--", "sh", verb, "--data", "STN")).Output, StringComparison.Ordinal);
        Assert.Contains("subscribe\t", (await shell.RunAsync("complete-words", "--", "sh", "sub")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_XML_stays_on_one_line_and_nothing_moves_the_cursor()
    {
        Assert.Equal("a b?[31mc", Sh.ShReport.LaidOut("a\nb\u001b[31mc"u8));
        Assert.Equal("<a>?</a>", Sh.ShReport.LaidOut("<a>\u009b</a>"u8));
        Assert.DoesNotContain("expanded", Sh.ShReport.LaidOut("<!DOCTYPE a [<!ENTITY e 'expanded'>]><a>&e;</a>"u8).Replace("'expanded'", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static RepositoryData Item(ushort number) => new(User, "mmtel", number, Encoding.UTF8.GetBytes(Settings));

    private static Task<Outcome> RunAsync(Shell shell, FakeHss hss, params string[] verb) =>
        shell.RunAsync(["sh", .. verb, "--peer", hss.Address, "--origin-host", FakeHss.ApplicationServer, "--public-identity", User]);
}
