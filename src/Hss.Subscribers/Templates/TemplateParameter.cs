using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>What a parameter of a template may be.</summary>
public enum TemplateParameterType
{
    SipUri = 0,
    Text = 1,
    RegularExpression = 2,
    Integer = 3,
    Boolean = 4,
}

/// <summary>One typed parameter of a template.</summary>
/// Shape: values travel as text; an integer in decimal, a boolean as "true" or "false". Minimum and Maximum bound an integer, Values a text.
public sealed record TemplateParameter
{
    public required string Name { get; init; }

    public required TemplateParameterType Type { get; init; }

    public required string Description { get; init; }

    public string? Default { get; init; }

    /// <summary>True: without value and default, the field that consists of this parameter is left out of the filter.</summary>
    public bool Optional { get; init; }

    public ImmutableArray<string> Values { get; init; } = [];

    public int Minimum { get; init; }

    public int Maximum { get; init; } = int.MaxValue;

    /// <summary>The text of a given value, or what is wrong with it.</summary>
    /// Numbers and booleans may also come as strings: a map of strings is how protocol buffers carry parameters.
    internal (string? Text, string? Problem) Read(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => DocumentText.Of(value),
            JsonValueKind.Number when Type == TemplateParameterType.Integer => value.GetRawText(),
            JsonValueKind.True when Type == TemplateParameterType.Boolean => "true",
            JsonValueKind.False when Type == TemplateParameterType.Boolean => "false",
            _ => null,
        };
        if (text is null) return (null, $"is {DocumentObject.KindOf(value)}, {Needed} is needed");
        return Problem(text) is { } problem ? (null, problem) : (text, null);
    }

    /// <summary>The type as template files write it: sip-uri, text, regex, integer or boolean.</summary>
    public string TypeName => ParameterFile.NameOf(Type);

    /// <summary>A value it takes.</summary>
    internal string Sample => Type switch
    {
        TemplateParameterType.SipUri => "sip:as.example.com;lr",
        TemplateParameterType.Integer => Minimum.ToString(CultureInfo.InvariantCulture),
        TemplateParameterType.Boolean => "true",
        _ => Values.IsEmpty ? "sample" : Values[0],
    };

    private string Needed => Type switch
    {
        TemplateParameterType.SipUri => "a SIP URI",
        TemplateParameterType.Text => "a string",
        TemplateParameterType.RegularExpression => "a POSIX extended regular expression",
        TemplateParameterType.Integer => $"a whole number from {Minimum} to {Maximum}",
        _ => "true or false",
    };

    private string? Problem(string text) => Type switch
    {
        TemplateParameterType.Integer => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= Minimum && number <= Maximum ? null : $"is not {Needed}",
        TemplateParameterType.Boolean => text is "true" or "false" ? null : $"is not {Needed}",
        TemplateParameterType.SipUri => DocumentText.Problem(text, DocumentText.MaxLength) ?? SipServerName.Problem(text),
        TemplateParameterType.RegularExpression => DocumentText.Problem(text, FilterReader.MaxPatternLength) ?? ExtendedRegularExpression.Problem(text),
        _ => DocumentText.Problem(text, DocumentText.MaxServiceInfoLength, allowLineEnds: true)
            ?? (Values.IsEmpty || Values.Contains(text, StringComparer.Ordinal) ? null : $"is not one of {string.Join(", ", Values)}"),
    };
}
