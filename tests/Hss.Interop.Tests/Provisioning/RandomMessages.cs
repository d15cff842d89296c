using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>Messages of any type that are good protocol buffers and seldom make sense.</summary>
internal sealed class RandomMessages(Random random)
{
    private const int MaxDepth = 6;
    private const int LongTextLength = 200_000;

    /// <summary>The key in them: it must never come back, and never be logged.</summary>
    public const string Canary = "c0ffee00c0ffee11c0ffee22c0ffee33";

    private static readonly string[] Texts =
    [
        "", " ", "\0", "\r\n", "\u202e\ufeff", "💥", "%s%n%00", "..", "../../../etc/passwd", "*", "subscriptions/", "subscriptions/none", "imsi-001017009000001", "-1",
        "18446744073709551616", "{\"subscriptionId\":1}", "{", "null", "sip:", "sip:alice@example.org", "tel:+1", "alice@example.org", "<a>&amp;]]>", "' OR 1=1; --",
        "subscription_id = \"*\"", "AND", "MILENAGE", "8000", "Zm9v", "INVITE sip:x SIP/2.0\r\n\r\n", "!.*!", "(((((", "[a-", "mmtel-originating",
    ];

    // Good as a key, and wrong in ways that people get wrong.
    private static readonly string[] Keys = [Canary, Canary + Canary, "0x" + Canary, Canary + "\n", Canary[..31], Canary + " "];

    private static readonly string[] SecretFields = ["k", "op", "opc", "encrypted_k", "encrypted_op", "encrypted_opc", "ha1_md5", "ha1_sha256", "password"];

    private static readonly long[] Numbers = [0, 1, -1, 2, 99, 1000, 1001, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    public IMessage Of(MessageDescriptor type, int depth = 0)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (random.Next(3) == 0) continue;
            // What is nested without end ends here.
            if (depth >= MaxDepth && field.FieldType == FieldType.Message) continue;
            if (field.IsMap) ((IDictionary)field.Accessor.GetValue(message))[Text()] = Text();
            else if (field.IsRepeated) AddTo((IList)field.Accessor.GetValue(message), field, depth);
            else field.Accessor.SetValue(message, Value(field, depth));
        }
        return message;
    }

    private void AddTo(IList list, FieldDescriptor field, int depth)
    {
        for (var count = random.Next(4); count > 0; count--) list.Add(Value(field, depth));
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String when SecretFields.Contains(field.Name) => Keys[random.Next(Keys.Length)],
        FieldType.String when field.Name == "document_json" && random.Next(2) == 0 => Document(),
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFromUtf8(random.Next(2) == 0 ? Document() : Text()),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Int32 => unchecked((int)Number()),
        FieldType.UInt32 => unchecked((uint)Number()),
        FieldType.Int64 => Number(),
        FieldType.UInt64 => unchecked((ulong)Number()),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(4) == 0 ? unchecked((int)Number()) : random.Next(field.EnumType.Values.Count)),
        FieldType.Message => Of(field.MessageType, depth + 1),
        _ => throw new NotSupportedException($"{field.FullName} is {field.FieldType}: say here what a random one is"),
    };

    /// <summary>A document with a key in it, and something wrong.</summary>
    private string Document()
    {
        var key = Keys[random.Next(Keys.Length)].ReplaceLineEndings("\\n");
        var document = $$$"""{"subscriptionId":"imsi-random","privateIdentities":[{"identity":"x@example.org","aka":{"k":"{{{key}}}","opc":"{{{key}}}","amf":"8000"}}],"password":"{{{key}}}"}""";
        return random.Next(2) == 0 ? document : document.Remove(random.Next(document.Length), 1);
    }

    private long Number() => Numbers[random.Next(Numbers.Length)];

    private string Text() => random.Next(40) == 0 ? new string('[', LongTextLength) : Texts[random.Next(Texts.Length)];
}
