using System.CommandLine;
using System.Text;
using System.Xml;
using Hss.Diameter.Commands.Sh;
using Hss.Subscribers;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.Sh;

/// <summary>hss sh put: PUR with new data.</summary>
internal static class ShPutCommand
{
    public static Command Create(Surroundings around)
    {
        var update = new ShUpdate();
        var from = Text("--from", "FILE", "RepositoryData: the XML that ServiceData shall hold (- is the standard input)");
        var document = Text("--user-data", "FILE", "a whole Sh-Data document, sent as it is");
        var value = Text("--value", "TEXT", "PSIActivation and DSAI: active or inactive; STN-SR: the number; SMSRegistrationInfo: the number of the gateway");
        var tag = Text("--dsai-tag", "TEXT", "DSAI: its tag");
        var command = Command("put", "Creates or changes data of a user (PUR).", [.. update.All, from, value, tag, document]);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var reference = (DataReference)ShSelection.Reference(invocation.Value(update.Data)!);
            if (invocation.Value(document) is { } file)
            {
                var whole = await invocation.ReadAsync(file, MaxDocumentBytes, stop).ConfigureAwait(false);
                return await update.SendAsync(invocation, reference, null, _ => whole, stop).ConfigureAwait(false);
            }
            if (reference == DataReference.RepositoryData)
            {
                var indication = invocation.Value(update.Indication) ?? throw new CliException("RepositoryData needs --service-indication");
                var name = invocation.Value(from) ?? throw new CliException("RepositoryData needs --from, the file with the XML to keep");
                var content = ServiceData(await invocation.ReadTextAsync(name, MaxDocumentBytes, stop).ConfigureAwait(false), Invocation.Name(name));
                return await update.SendAsync(invocation, reference, false,
                    number => ShDataWriter.Write(new() { RepositoryData = [new(indication, number, content)] }), stop).ConfigureAwait(false);
            }
            var data = Data(reference, invocation.Value(value), invocation.Value(tag));
            return await update.SendAsync(invocation, reference, null, _ => ShDataWriter.Write(data), stop).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>More than a message can carry; the HSS has a limit of its own and says 5008.</summary>
    private const int MaxDocumentBytes = 64 * 1024;

    private static ShData Data(DataReference reference, string? value, string? tag)
    {
        if (value is null) throw new CliException("--value is missing");
        return reference switch
        {
            DataReference.PsiActivation => new() { PsiActive = IsActive(value) },
            DataReference.Dsai => new() { Dsai = [new(tag ?? throw new CliException("DSAI needs --dsai-tag"), IsActive(value))] },
            DataReference.StnSr => new() { StnSr = value },
            DataReference.SmsRegistrationInfo => new() { SmsRegistration = new(value) },
            _ => throw new CliException(
                "RepositoryData, PSIActivation, DSAI, SMSRegistrationInfo and STN-SR can be changed (TS 29.328 Table 7.6.1); to send something else nevertheless give --user-data"),
        };
    }

    private static bool IsActive(string value) => value.ToLowerInvariant() switch
    {
        "active" => true,
        "inactive" => false,
        _ => throw new CliException($"--value {OneLine.Of(value)} is neither active nor inactive"),
    };

    /// <summary>One XML element, without a declaration: what stands between the tags of ServiceData.</summary>
    private static byte[] ServiceData(string text, string name)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (reader.Read())
            {
                // To the end, or the first mistake.
            }
        }
        catch (XmlException problem)
        {
            throw new CliException($"{name} is no XML that ServiceData could hold: {OneLine.Of(problem)}");
        }
        var declaration = text.StartsWith("<?xml", StringComparison.Ordinal) ? text.IndexOf("?>", StringComparison.Ordinal) + 2 : 0;
        return Encoding.UTF8.GetBytes(text[declaration..].Trim());
    }
}
