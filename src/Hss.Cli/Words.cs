using Google.Protobuf.Reflection;

namespace Hss.Cli;

/// <summary>Values of enumerations as the .proto files name them, in lower case for people.</summary>
internal static class Words
{
    /// <summary>Absent when it says nothing.</summary>
    public static string Of<T>(T value) where T : struct, Enum =>
        Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) == 0 ? "" : Upper(value).ToLowerInvariant().Replace('_', ' ');

    /// <summary>As in the .proto file.</summary>
    public static string Upper<T>(T value) where T : struct, Enum
    {
        var name = Enum.GetName(value);
        if (name is null) return Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return typeof(T).GetField(name)!.GetCustomAttributes(typeof(OriginalNameAttribute), false) is [OriginalNameAttribute original] ? original.Name : name;
    }

    /// <summary>The value of that name in any case; a hyphen is as good as a low line. Null for none.</summary>
    public static T? Parse<T>(string? word) where T : struct, Enum
    {
        if (word is null) return null;
        var wanted = word.Replace('-', '_');
        foreach (var value in Enum.GetValues<T>())
            if (string.Equals(Upper(value), wanted, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    /// <summary>All but the unspecified one, as one would type them.</summary>
    public static string[] All<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Skip(1).Select(value => Upper(value).ToLowerInvariant().Replace('_', '-'))];
}
