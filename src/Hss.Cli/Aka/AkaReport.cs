using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hss.Authentication;

namespace Hss.Cli;

/// <summary>Names and values in the order of the standard: one line each for people, one object for machines.</summary>
internal sealed class AkaReport
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Name, string? Value)> _pairs = [];
    private readonly JsonObject _json = [];

    /// <param name="field">As in the messages of the API where they have the same value.</param>
    public AkaReport Add(string name, string field, string value)
    {
        _pairs.Add((name, value));
        return Field(field, value);
    }

    /// <summary>For machines only.</summary>
    public AkaReport Field(string field, string value)
    {
        _json[field] = value;
        return this;
    }

    public AkaReport Add(string name, string field, ReadOnlySpan<byte> octets) => Add(name, field, Convert.ToHexStringLower(octets));

    public AkaReport Sqn(string name, string field, ulong sqn, int indBits)
    {
        _pairs.Add((name, Text(sqn, indBits)));
        var (seq, ind) = SequenceNumber.Split(sqn, indBits);
        _json[field] = Hex48(sqn);
        if (field != "sqn") return this;
        // proto3 JSON has 64-bit numbers as text.
        (_json["seq"], _json["ind"]) = (seq.ToString(CultureInfo.InvariantCulture), ind);
        return this;
    }

    public AkaReport Flag(string field, bool value)
    {
        _json[field] = value;
        return this;
    }

    public void Write(Output output)
    {
        if (output.IsJson) output.Json(_json.ToJsonString(s_compact));
        else output.Pairs([.. _pairs]);
    }

    public static string Text(ulong sqn, int indBits)
    {
        var (seq, ind) = SequenceNumber.Split(sqn, indBits);
        return string.Create(CultureInfo.InvariantCulture, $"{sqn:x12} = SEQ {seq} || IND {ind}");
    }

    public static string Hex48(ulong number) => number.ToString("x12", CultureInfo.InvariantCulture);

    public static string Hex64(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);
}
