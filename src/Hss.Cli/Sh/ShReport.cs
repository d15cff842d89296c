using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace Hss.Cli.Sh;

/// <summary>Answers and notifications, for people with the document laid out, for machines as one object per line with the document as it came.</summary>
internal static class ShReport
{
    /// <summary>A document in a text shall be readable; nobody puts these lines into a web page.</summary>
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Shows an answer and says how the command ends. A refusal is told on the error stream; what data came with it is shown nevertheless.</summary>
    public static int Show(Invocation invocation, ShAnswer answer, string? fileName = null)
    {
        var output = invocation.Output;
        var hasData = !answer.UserData.IsEmpty;
        if (hasData && fileName is not null) Save(fileName, answer.UserData.Span);
        if (output.IsJson) output.Json(Json(answer, hasData && fileName is null).ToJsonString(s_json));
        else
        {
            if (answer.IsSuccess) output.Say($"{answer.Command} {answer.Code} {answer.Name}{(answer.Expiry is { } end ? $", until {Time(end)}" : "")}");
            if (hasData && fileName is null) Document(invocation, answer.UserData);
        }
        if (answer.IsSuccess) return ExitCodes.Done;
        output.Flush();
        output.Note($"hss: {answer.Refusal}");
        if (answer.FailedAvp.Length > 0)
            foreach (var line in answer.FailedAvp.Split('\n')) output.Note(line);
        return answer.ExitCode;
    }

    public static void Show(Invocation invocation, ShNotification notification)
    {
        if (invocation.Output.IsJson)
        {
            invocation.Output.Json(new JsonObject
            {
                ["command"] = "PNR", ["originHost"] = notification.OriginHost, ["user"] = notification.User, ["privateIdentity"] = notification.PrivateIdentity,
                ["wildcard"] = notification.Wildcard, ["userData"] = Encoding.UTF8.GetString(notification.UserData.Span),
            }.ToJsonString(s_json));
        }
        else
        {
            invocation.Output.Say($"PNR {notification.User}{(notification.PrivateIdentity.Length > 0 ? $" ({notification.PrivateIdentity})" : "")}");
            Document(invocation, notification.UserData);
        }
        // Whoever reads the other end of a pipe wants it now.
        invocation.Output.Flush();
    }

    /// <summary>Laid out where it is XML, in one line where it is not; nothing in it may move the cursor.</summary>
    internal static string LaidOut(ReadOnlySpan<byte> document)
    {
        var text = Encoding.UTF8.GetString(document);
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            text = XDocument.Load(reader).ToString();
        }
        catch (XmlException)
        {
            return OneLine.Of(text);
        }
        return string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(OneLine.Of));
    }

    private static void Document(Invocation invocation, ReadOnlyMemory<byte> document) => invocation.Around.Output.Write(LaidOut(document.Span) + "\n");

    private static JsonObject Json(ShAnswer answer, bool showsData)
    {
        var json = new JsonObject
        {
            ["command"] = answer.Command, ["originHost"] = answer.OriginHost, ["resultCode"] = answer.Code, ["experimental"] = answer.IsExperimental, ["result"] = answer.Name,
        };
        if (answer.Expiry is { } end) json["expiryTime"] = Time(end);
        if (answer.ErrorMessage.Length > 0) json["errorMessage"] = answer.ErrorMessage;
        if (answer.FailedAvp.Length > 0) json["failedAvp"] = answer.FailedAvp;
        if (showsData) json["userData"] = Encoding.UTF8.GetString(answer.UserData.Span);
        return json;
    }

    private static void Save(string fileName, ReadOnlySpan<byte> document)
    {
        using var file = NewFile.Create(fileName);
        file.Write(document);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
