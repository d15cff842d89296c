using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Steps through JSON that this program wrote, field by field.</summary>
/// Errors: <see cref="InvalidDataException"/>, or what the reader itself throws, for anything else.
internal static class StoredJson
{
    public static bool NextField(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    public static bool NextItem(ref Utf8JsonReader json, JsonTokenType item)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndArray) return false;
        Expect(ref json, item);
        return true;
    }

    public static void Begin(ref Utf8JsonReader json, JsonTokenType token)
    {
        json.Read();
        Expect(ref json, token);
    }

    public static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (json.TokenType != token) throw new InvalidDataException($"a stored subscription has {json.TokenType} where {token} belongs");
    }

    public static string Text(ref Utf8JsonReader json)
    {
        Begin(ref json, JsonTokenType.String);
        return json.GetString()!;
    }

    public static bool Flag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetBoolean();
    }

    public static ImmutableArray<string> Texts(ref Utf8JsonReader json)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.String)) texts.Add(json.GetString()!);
        return texts.DrainToImmutable();
    }

    public static ImmutableArray<uint> Numbers(ref Utf8JsonReader json)
    {
        var numbers = ImmutableArray.CreateBuilder<uint>();
        Begin(ref json, JsonTokenType.StartArray);
        while (NextItem(ref json, JsonTokenType.Number)) numbers.Add(json.GetUInt32());
        return numbers.DrainToImmutable();
    }

    public static int Number(ref Utf8JsonReader json)
    {
        Begin(ref json, JsonTokenType.Number);
        return json.GetInt32();
    }
}
