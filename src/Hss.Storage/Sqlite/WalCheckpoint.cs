using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Hss.Storage.Sqlite;

/// <summary>Moves the write-ahead log into the database file beside the commits, not inside them: a checkpoint takes tens of
/// milliseconds.</summary>
/// Order: when enough pages were written, a background thread checkpoints on its own connection (PASSIVE: it waits for nobody and nobody
/// waits for it). Commits that come meanwhile add to the log behind it, so under steady load the log would never be wholly moved and would
/// grow for ever. So once it is long, the commit thread itself moves the short rest that a background run has just left, and SQLite starts
/// the log over. When the disk is too slow even for that, commits wait: a bounded log is worth more than a full disk.
internal sealed class WalCheckpoint(SqliteConnections connections, ILogger logger) : IDisposable
{
    /// <summary>16 MiB of 4 KiB pages: a background run begins.</summary>
    public const int CheckpointPages = 4_096;

    /// <summary>64 MiB: the commit thread helps to start the log over.</summary>
    public const int RestartPages = 16_384;

    /// <summary>128 MiB: the commit thread waits for its turn to do so.</summary>
    public const int LimitPages = 32_768;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private SqliteConnection? _writer;
    private int _pagesAtRun;
    private int _pagesAtRestart;
    private volatile bool _runEnded;

    /// <summary>Nobody checkpoints until it is released. For copies of the files as they are at one moment.</summary>
    internal SemaphoreSlim Turn => _turn;

    /// <summary>On the commit thread, after each commit.</summary>
    public void AfterCommit(SqliteConnection writer)
    {
        // A connection counts its own pages, from zero.
        if (!ReferenceEquals(writer, _writer)) (_writer, _pagesAtRun, _pagesAtRestart) = (writer, 0, 0);
        var written = PagesWritten(writer);
        var inLog = unchecked(written - _pagesAtRestart);
        if (inLog >= LimitPages || (_runEnded && inLog >= RestartPages)) MoveRest(writer, written, wait: inLog >= LimitPages);
        else if (unchecked(written - _pagesAtRun) >= CheckpointPages && _turn.Wait(0))
        {
            _pagesAtRun = written;
            _ = Task.Factory.StartNew(RunInBackground, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void MoveRest(SqliteConnection writer, int written, bool wait)
    {
        if (!_turn.Wait(wait ? Timeout.Infinite : 0)) return;
        try
        {
            Run(writer);
            (_pagesAtRun, _pagesAtRestart, _runEnded) = (written, written, false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void RunInBackground()
    {
        try
        {
            using var connection = connections.OpenForCheckpoint();
            Run(connection);
            _runEnded = true;
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

    private void Run(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        using var rows = statement.Rows();
        rows.Read();
        StorageLog.Checkpointed(logger, checkpointed: (int)rows.Number(2), logged: (int)rows.Number(1));
    }

    internal static int PagesWritten(SqliteConnection writer)
    {
        raw.sqlite3_db_status(writer.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }

    public void Dispose() => _turn.Dispose();
}
