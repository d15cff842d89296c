using System.Collections.Concurrent;
using Hss.Storage.Model;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Hss.Storage.Sqlite;

/// <summary>The store in one SQLite file: write-ahead log, synchronous=FULL, one writer, a few readers.</summary>
/// Errors: <see cref="StoreOpenException"/> when it cannot be opened, with one line that names the file and the mend; later every failure
/// is a <see cref="StoreUnavailableException"/>, and the connection that failed is replaced by a new one.
public sealed partial class SqliteDatabase : ISubscriberDatabase
{
    private static readonly TimeSpan ReadFailureInterval = TimeSpan.FromSeconds(10);

    private readonly SqliteConnections _connections;
    private readonly StoreLock _lock;
    private readonly CredentialSeal _seal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WalCheckpoint _checkpoint;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private SqliteWriter? _writer;
    private SqliteReader? _inner;
    private SqliteChangeWriter? _changes;
    private SqliteProvisioning? _provisioning;
    private SqliteApplicationServerWriter? _applicationServers;
    private bool _hasReadFailed;
    private long _readFailure;
    private volatile bool _isDisposed;

    private SqliteDatabase(SqliteConnections connections, StoreLock storeLock, CredentialSeal seal, TimeProvider time, ILogger logger)
    {
        (_connections, _lock, _seal, _time, _logger) = (connections, storeLock, seal, time, logger);
        _checkpoint = new(connections, logger);
    }

    internal WalCheckpoint Checkpoint => _checkpoint;

    internal SqliteConnection? WriterConnection => _writer?.Connection;

    /// <summary>Opens the store for this process alone, creates or upgrades it, and checks the master key against it.</summary>
    public static SqliteDatabase Open(StoreOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var path = StorePath.Of(options.ConnectionString);
        var storeLock = Lock(path);
        try
        {
            return OpenLocked(new(path), Path.GetFullPath(options.MasterKeyFile), storeLock, time, logger);
        }
        catch (Exception e)
        {
            storeLock.Dispose();
            if (e is SqliteException or IOException or UnauthorizedAccessException) throw new StoreOpenException(Reason(path, e), e);
            throw;
        }
    }

    public string? FindOwner(IdentityKind kind, string identity) =>
        Reading((kind, identity), static (reader, look) => reader.FindOwner(look.kind, look.identity));

    public StoredSubscriber? Read(string subscriptionId) => Reading(subscriptionId, static (reader, id) => reader.Read(id));

    public IReadOnlyList<string> SubscriptionIds(int most) => Reading(most, static (reader, count) => reader.SubscriptionIds(count));

    public IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities() =>
        Reading(0, static (reader, _) => reader.WildcardedIdentities());

    public StoreCounts Count()
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            using var context = HssDbContext.OnSqlite(_connections.ConnectionString);
            return new(context.Subscriptions.Count(), context.PrivateIdentities.Count(), context.PublicIdentities.Count(),
                context.RegistrationSets.Count(set => set.Status == (int)RegistrationStatus.Registered));
        }
        catch (Exception e) when (e is SqliteException or ObjectDisposedException)
        {
            throw new StoreUnavailableException($"store {_connections.Path} cannot be read: {e.Message}", e);
        }
    }

    public bool Write(SubscriberWrite write)
    {
        var writesNotifications = false;
        Writing(write, (database, what) =>
        {
            writesNotifications = database._writer!.Write(what);
            if (what.Audit is { } note) database._changes!.Note(what.Subscription.SubscriptionId, note, _time.GetUtcNow());
        });
        return writesNotifications;
    }

    public void Commit()
    {
        if (_writer is null) return;
        Writing(0, static (database, _) => database._writer!.Commit());
        try
        {
            _checkpoint.AfterCommit(_writer.Connection);
        }
        catch (SqliteException e)
        {
            // The commit itself is safe.
            StorageLog.CheckpointFailed(_logger, e);
        }
    }

    /// <summary>Drops the connection whatever happens: after an I/O error nobody knows what it still holds.</summary>
    public void Rollback()
    {
        try
        {
            _writer?.Rollback();
        }
        catch (SqliteException e)
        {
            StorageLog.RollbackFailed(_logger, e);
        }
        CloseWriter();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        CloseReaders();
        try
        {
            OpenWriter();
            _checkpoint.Finish(_writer!.Connection);
        }
        catch (SqliteException e)
        {
            StorageLog.CheckpointFailed(_logger, e);
        }
        CloseWriter();
        _checkpoint.Dispose();
        _lock.Dispose();
    }

    private static SqliteDatabase OpenLocked(
        SqliteConnections connections, string keyPath, StoreLock storeLock, TimeProvider time, ILogger logger)
    {
        MasterKey key;
        // Before anything is opened for writing: setting the journal mode already changes the file, and it may be somebody else's.
        if (new FileInfo(connections.Path) is { Exists: true, Length: > 0 })
            using (var look = connections.OpenReader()) SchemaUpgrade.Check(look, connections.Path);
        using (var connection = connections.OpenWriter())
        {
            SchemaUpgrade.Run(connections, connection, logger);
            key = MasterKeyCheck.OpenKey(connection, connections.Path, keyPath, logger);
        }
        var database = new SqliteDatabase(connections, storeLock, new(key), time, logger);
        database.OpenWriter();
        var counts = database.Count();
        StorageLog.Opened(logger, connections.Path, counts.Subscriptions, counts.PrivateIdentities, counts.PublicIdentities);
        return database;
    }

    private TResult Reading<TState, TResult>(TState state, Func<SqliteReader, TState, TResult> read)
    {
        SqliteReader? reader = null;
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_readers.TryTake(out reader)) reader = OpenReader();
            var result = read(reader, state);
            _readers.Add(reader);
            if (_isDisposed) CloseReaders();
            return result;
        }
        catch (Exception e)
        {
            reader?.Dispose();
            ReportReadFailure(e);
            throw new StoreUnavailableException($"store {_connections.Path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>One line now and again, not one per request: a dead disk fails thousands of reads a second.</summary>
    private void ReportReadFailure(Exception cause)
    {
        lock (_readers)
        {
            if (_hasReadFailed && _time.GetElapsedTime(_readFailure) < ReadFailureInterval) return;
            (_hasReadFailed, _readFailure) = (true, _time.GetTimestamp());
        }
        StorageLog.ReadFailed(_logger, cause);
    }

    private void Writing<TState>(TState state, Action<SqliteDatabase, TState> write)
    {
        try
        {
            OpenWriter();
            _writer!.Begin();
            write(this, state);
        }
        catch (SqliteException e)
        {
            throw new StoreUnavailableException($"store {_connections.Path} cannot be written: {e.Message}", e);
        }
    }

    // A store in trouble fails here too, when the statements are prepared; the connection must not stay open then, once per request.
    private SqliteReader OpenReader()
    {
        var connection = _connections.OpenReader();
        try
        {
            return new(connection, _seal);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void OpenWriter()
    {
        if (_writer is not null) return;
        var connection = _connections.OpenWriter();
        try
        {
            var writer = new SqliteWriter(connection, _time);
            _inner = new(connection, _seal);
            _changes = new(connection, _inner, _seal);
            _provisioning = new(writer, _inner, _changes);
            _applicationServers = new(connection, _inner, _changes);
            _writer = writer;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
    }

    private void CloseWriter()
    {
        _applicationServers?.Dispose();
        _provisioning?.Dispose();
        _changes?.Dispose();
        _writer?.Dispose();
        _inner?.Dispose();
        (_applicationServers, _provisioning, _changes, _inner, _writer) = (null, null, null, null, null);
    }

    private static StoreLock Lock(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"the directory of store {path} cannot be created ({e.Message}); " +
                "mend: create it for this user, or name another in Storage:ConnectionString", e);
        }
        if (Directory.Exists(path))
            throw new StoreOpenException($"store {path} is a directory; mend: name a file in Storage:ConnectionString");
        return StoreLock.Take(path);
    }

    private static string Reason(string path, Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB } =>
            $"store {path} is not an SQLite database; mend: name another file in Storage:ConnectionString, or move this one away",
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT } =>
            $"store {path} is damaged ({e.Message}); mend: restore it from its backup",
        SqliteException { SqliteErrorCode: raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM } =>
            $"store {path} cannot be opened for writing ({e.Message}); mend: let this user write the file and its directory",
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } =>
            $"store {path} is locked by another program; mend: close that program",
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } =>
            $"store {path} cannot be written: the disk is full; mend: free space",
        _ => $"store {path} cannot be opened ({e.Message.ReplaceLineEndings(" ")}); mend: check the file and its directory",
    };
}
