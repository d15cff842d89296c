using System.Globalization;
using System.Text;

namespace Hss.Storage.Sqlite;

/// <summary>One process per store: two would hand out the same SEQ from the same ceiling.</summary>
/// Why beside SQLite's own locks: those are held for single transactions only. The file stays when it is released; removing it would let a
/// third process lock a file that no longer has a name.
/// Errors: <see cref="StoreOpenException"/>. The holder's process number is in the file for people; this program cannot read what it cannot
/// lock.
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    public static StoreLock Take(string databasePath)
    {
        var path = databasePath + ".lock";
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreOpenException($"lock file {path} cannot be written; mend: let this user write to the directory of the store", e);
        }
        catch (IOException e)
        {
            throw new StoreOpenException($"store {databasePath} is in use by another process (its number stands in {path}); " +
                "mend: stop that process first, or name another store", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
