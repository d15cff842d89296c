using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Hss.Storage.Sqlite;

/// <summary>Moves the write-ahead log into the database file beside the commits, not inside them: a checkpoint takes tens of milliseconds.</summary>
/// Order: when enough pages were written, a background thread checkpoints on its own connection (PASSIVE: it waits for nobody and nobody waits for
/// it). Commits that come meanwhile add to the log behind it, so under steady load the log would never be wholly moved and would grow for
/// ever; once it is long, the commit thread itself moves the short rest that the background run left, and SQLite starts the log over.
internal sealed class WalCheckpoint(SqliteConnections connections, ILogger logger) : IDisposable
{
    /// <summary>16 MiB of 4 KiB pages.</summary>
    public const int CheckpointPages = 4_096;

    /// <summary>64 MiB: from here on the commit thread helps to start the log over.</summary>
    public const int RestartPages = 16_384;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _pagesAtLastStart;
    private volatile bool _isRestUp;

    /// <summary>Nobody checkpoints until it is released. For copies of the files as they are at one moment.</summary>
    internal SemaphoreSlim Turn => _turn;

    /// <summary>On the commit thread, after each commit.</summary>
    public void AfterCommit(SqliteConnection writer)
    {
        var written = PagesWritten(writer);
        if (written < _pagesAtLastStart) _pagesAtLastStart = 0; // the writer was opened anew
        if (written - _pagesAtLastStart < CheckpointPages && !_isRestUp) return;
        if (!_turn.Wait(0)) return;
        _pagesAtLastStart = written;
        if (_isRestUp)
        {
            _isRestUp = false;
            try
            {
                Run(writer);
            }
            finally
            {
                _turn.Release();
            }
            return;
        }
        _ = Task.Factory.StartNew(RunInBackground, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void RunInBackground()
    {
        try
        {
            using var connection = connections.OpenForCheckpoint();
            // What was committed meanwhile is in neither number.
            _isRestUp = Run(connection) >= RestartPages;
        }
        catch (SqliteException e)
        {
            StorageLog.CheckpointFailed(logger, e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Empties the log when the store is closed: what remains is one file.</summary>
    public void Finish(SqliteConnection writer)
    {
        _turn.Wait();
        try
        {
            using var statement = new Statement(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
            using var rows = statement.Rows();
            rows.Read();
        }
        catch (SqliteException e)
        {
            // Nothing is lost: the log is read again at the next start.
            StorageLog.CheckpointFailed(logger, e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The length of the log in pages when the checkpoint began.</summary>
    private int Run(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        using var rows = statement.Rows();
        rows.Read();
        var (logged, moved) = (rows.GetInt32(1), rows.GetInt32(2));
        StorageLog.Checkpointed(logger, moved, logged);
        return logged;
    }

    private static int PagesWritten(SqliteConnection writer)
    {
        raw.sqlite3_db_status(writer.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }

    public void Dispose() => _turn.Dispose();
}
