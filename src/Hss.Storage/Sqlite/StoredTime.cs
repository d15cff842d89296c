namespace Hss.Storage.Sqlite;

/// <summary>A moment as it stands in a column. Units: milliseconds since 1970, UTC.</summary>
internal static class StoredTime
{
    public static long Write(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds();

    public static SqlValue WriteOrNull(DateTimeOffset? moment) => moment is { } value ? value.ToUnixTimeMilliseconds() : (string?)null;

    public static DateTimeOffset Read(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
