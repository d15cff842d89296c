namespace Hss.Cli.Foreign;

/// <summary>What a PyHSS database does not say about its subscribers.</summary>
public sealed record PyHssOptions
{
    /// <summary>The home domain of all identities; null: from each IMSI.</summary>
    public string? Domain { get; init; }

    /// <summary>2 or 3; null: what is usual in the country of the IMSI.</summary>
    public int? MncDigits { get; init; }

    /// <summary>What takes the place of the iFC files.</summary>
    public IfcMapping Mapping { get; init; } = IfcMapping.None;

    /// <summary>False: numbers are international and get a '+'. True: they are dialled as they stand; tel URIs get the domain as phone-context.</summary>
    public bool LocalNumbers { get; init; }
}
