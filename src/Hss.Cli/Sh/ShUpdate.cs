using System.CommandLine;
using System.Globalization;
using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.Subscribers;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>What put and delete have in common: the PUR, and the number that an update of repository data must bear.</summary>
/// Spec: TS 29.328 6.1.2.1.
internal sealed class ShUpdate
{
    public const string SequenceNumber = "--sequence-number";

    private readonly ShEnds _ends = new();
    private readonly ShUser _user = new();
    private readonly Option<int?> _number = Number(SequenceNumber, "Sequence-Number of the update (absent: the stored one is read first, and the next one taken)");

    public ShUpdate()
    {
        Data.Required = true;
        Data.CompletionSources.Add([.. Avp.DataReference.Values.Select(value => value.Name)]);
    }

    public Option<string?> Data { get; } = Text("--data", "NAME", "the data, by the name or number of its Data-Reference");

    public Option<string?> Indication { get; } = Text("--service-indication", "TEXT", "which RepositoryData");

    public Symbol[] All => [.. _ends.All, .. _user.All, Data, Indication, _number];

    /// <summary>Sends one PUR with what <paramref name="document"/> makes of the next number.</summary>
    /// <param name="exists">Whether the number is to be that of something stored: null when the data is not repository data.</param>
    public async Task<int> SendAsync(Invocation invocation, DataReference reference, bool? exists, Func<ushort, byte[]> document, CancellationToken stop)
    {
        var (route, writeUser, given) = (_ends.Read(invocation), _user.Read(invocation), invocation.Value(_number));
        if (given is > ushort.MaxValue) throw new CliException($"{SequenceNumber} {given} is out of range; give 0 to {ushort.MaxValue}");
        await using var client = await ShClient.OpenAsync(route, invocation, stop).ConfigureAwait(false);
        ushort number = 0;
        if (exists is { } mustExist)
        {
            if (given is { } wanted) number = (ushort)wanted;
            else if (await StoredAsync(client, writeUser, invocation.Value(Indication)!, stop).ConfigureAwait(false) is { } stored) number = RepositoryData.Next(stored);
            else if (mustExist) throw new CliException("there is no such data", ExitCodes.NotFound);
        }
        var content = document(number);
        var answer = await client.AskAsync(ProfileUpdateRequest.CommandCode, "PUR", avps =>
        {
            writeUser(avps);
            avps.WriteEnumerated(Avp.DataReference, reference);
            avps.WriteOctets(Avp.ShUserData, content);
        }, stop).ConfigureAwait(false);
        if (answer.IsSuccess && exists is not null) invocation.Output.Note($"Sequence-Number {number.ToString(CultureInfo.InvariantCulture)}");
        return ShReport.Show(invocation, answer);
    }

    /// <summary>The number of what is stored now; null: nothing is.</summary>
    private static async Task<ushort?> StoredAsync(ShClient client, Action<MessageWriter> writeUser, string indication, CancellationToken stop)
    {
        var answer = await client.AskAsync(UserDataRequest.CommandCode, "UDR", avps =>
        {
            writeUser(avps);
            avps.WriteText(Avp.ServiceIndication, indication);
            avps.WriteEnumerated(Avp.DataReference, DataReference.RepositoryData);
        }, stop).ConfigureAwait(false);
        if (!answer.IsSuccess) throw new CliException($"{answer.Refusal}; the stored number cannot be read: give {SequenceNumber}", answer.ExitCode);
        if (answer.UserData.IsEmpty) return null;
        if (!ShDataReader.TryRead(answer.UserData.Span, out var data, out var problem))
            throw new CliException($"the stored data cannot be read ({problem}); give {SequenceNumber}", ExitCodes.Failed);
        return data.RepositoryData.FirstOrDefault(one => one.ServiceIndication == indication && one.ServiceData is not null)?.SequenceNumber;
    }
}
