using System.Text.Json;
using Hss.Cli.Tests.Support;

namespace Hss.Cli.Tests;

/// <summary>hss aka with a key in hand. What it prints is held against the page docs/resync.md; here is what else it promises.</summary>
public class AkaCommandTests
{
    private const string K = "465b5ce8b199b49faa5f0a2ee238a6bc";
    private const string Op = "cdc202d5123e20f62b6d676ac72cb318";
    private const string Opc = "cd63cb71954a9f4e48a5994e37a02baf";
    private const string Rand = "23553cbe9637a89d218ae64dae47bf35";

    [Fact]
    public async Task Keys_come_from_files_and_from_the_input()
    {
        using var shell = new Shell { Input = "0x" + K.ToUpperInvariant() + "\r\nmore\n" };
        var outcome = await shell.RunAsync("aka", "opc", "--k", "-", "--op", "@" + shell.File("op", Op + "\n"));
        Assert.Equal((0, $"OPc  {Opc}\n", ""), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_person_is_told_about_the_history_of_the_shell(bool isTerminal)
    {
        using var shell = new Shell { IsTerminal = isTerminal };
        var outcome = await shell.RunAsync("aka", "fingerprint", "--k", K);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(isTerminal ? 1 : 0, outcome.ErrorLines.Length);
        Assert.DoesNotContain(K, outcome.Output + outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Machines_get_one_object()
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("aka", "vector", "--k", K, "--opc", Opc, "--sqn", "000000000040", "--rand", Rand, "-o", "json");
        Assert.Equal(0, outcome.ExitCode);
        using var json = JsonDocument.Parse(Assert.Single(outcome.Lines));
        Assert.Equal("aa689c64833080001d34c2beabe680bc", json.RootElement.GetProperty("autn").GetString());
        Assert.Equal("2", json.RootElement.GetProperty("seq").GetString());
        Assert.Equal("b40ba9a3c58b2a05bbf0d987b21bf8cb", json.RootElement.GetProperty("ck").GetString());
    }

    // What `sipp` and Kamailio compute too: tests/vectors/authentication/aka-digest.json has the same formula from an independent implementation.
    [Fact]
    public async Task The_expected_response_needs_its_three_fields()
    {
        using var shell = new Shell();
        string[] vector = ["aka", "vector", "--k", K, "--opc", Opc, "--sqn", "000000000040", "--rand", Rand];
        var outcome = await shell.RunAsync([.. vector, "--user", "u"]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--realm", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        outcome = await shell.RunAsync([.. vector, "--user", "u@x", "--realm", "x", "--uri", "sip:x"]);
        Assert.EndsWith("response      7a6ad03ad36488a9e09623e04e3d4391\n", outcome.Output, StringComparison.Ordinal);
    }

    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["vector", "--sqn", "000000000040"], "--k is missing" },
        { ["vector", "--k", K, "--sqn", "000000000040"], "--op or --opc is missing" },
        { ["vector", "--k", K, "--opc", Opc], "--sqn is missing" },
        { ["vector", "--k", K[2..], "--opc", Opc, "--sqn", "000000000040"], "--k has 30 hexadecimal digits" },
        { ["vector", "--k", K, "--opc", Opc, "--sqn", "40"], "--sqn has 2 hexadecimal digits" },
        { ["vector", "--k", K, "--subscriber", "x@y"], "exclude each other" },
        { ["vector", "--subscriber", "x@y", "--sqn", "000000000040"], "--sqn is the server's to choose" },
        { ["vector", "--k", K, "--opc", Opc, "--sqn", "000000000040", "--count", "2"], "--count goes with --subscriber" },
        { ["vector", "--k", K, "--opc", Opc, "--sqn", "000000000040", "--ind-bits", "17"], "--ind-bits 17" },
        { ["resync", "--k", K, "--opc", Opc], "--auts is missing" },
        { ["resync", "--k", K, "--opc", Opc, "--auts", "000102030405060708090a0b0c0d"], "--rand is missing" },
        { ["resync", "--k", K, "--opc", Opc, "--rand", Rand + Rand, "--auts", "000102030405060708090a0b0c0d"], "give it as --nonce" },
        { ["resync", "--k", K, "--opc", Opc, "--rand", Rand, "--auts", "?"], "--auts holds '?'" },
        { ["resync", "--k", K, "--opc", Opc, "--rand", Rand, "--auts", "000102030405060708090a0b0c0d", "--ind", "3-99"], "--ind 3-99" },
        { ["check", "--k", K, "--opc", Opc], "--rand and --autn are missing" },
        { ["check", "--k", K, "--opc", Opc, "--rand", Rand], "--autn is missing" },
        { ["opc", "--k", "@/nowhere/k", "--op", Op], "/nowhere/k" },
        { ["fingerprint", "--op", Op], "--op needs --k" },
        { ["sqn"], "--subscriber is missing" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_one_line_without_the_key(string[] arguments, string expected)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync(["aka", .. arguments]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain(K[2..], outcome.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task A_wrong_mac_is_exit_code_1_with_the_diagnosis_in_json_too()
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("aka", "check", "--k", K, "--opc", Op, "--rand", Rand, "--autn", "aa689c64833080001d34c2beabe680bc", "--output", "json");
        Assert.Equal(1, outcome.ExitCode);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.False(json.RootElement.GetProperty("genuine").GetBoolean());
        Assert.Equal("OpGivenAsOpc", json.RootElement.GetProperty("cause").GetString());
    }
}
