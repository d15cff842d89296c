using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hss.Provisioning.V1;

namespace Hss.Cli;

/// <summary>Messages as proto3 JSON in one line.</summary>
/// Shape: what the document of a subscription is made of leaves out what is not set, so that it can be sent again. Every other message has
/// all of its fields: a script asks for mayRegister or nextPageToken and must find false or "", not nothing.
internal static class ProtoJson
{
    private static readonly JsonFormatter s_documents = new(JsonFormatter.Settings.Default);
    private static readonly JsonFormatter s_answers = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private static readonly System.Text.Json.JsonSerializerOptions s_compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IMessage message) => IsDocument(message.Descriptor) ? s_documents.Format(message) : Node(message).ToJsonString(s_compact);

    private static JsonNode Node(IMessage message)
    {
        if (IsDocument(message.Descriptor)) return JsonNode.Parse(s_documents.Format(message))!;
        var node = JsonNode.Parse(s_answers.Format(message))!;
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.FieldType != FieldType.Message || field.IsMap || field.MessageType.File.Package != message.Descriptor.File.Package) continue;
            if (field.IsRepeated) node[field.JsonName] = new JsonArray([.. ((System.Collections.IEnumerable)field.Accessor.GetValue(message)).Cast<IMessage>().Select(Node)]);
            else if (field.Accessor.GetValue(message) is IMessage inner) node[field.JsonName] = Node(inner);
        }
        return node;
    }

    private static bool IsDocument(MessageDescriptor type) => type.File.Name == SubscriptionReflection.Descriptor.Name;
}
