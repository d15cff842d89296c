using System.Collections.Immutable;
using System.Security.Cryptography;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning.Access;

/// <summary>The bearer tokens, in memory as they stand in the store: looking one up costs no read.</summary>
/// Order: looking up from any thread; changes one at a time, in memory right behind the store, so a token that was revoked is refused from the
/// moment its revocation is durable. Limits: <see cref="MaxTokens"/>.
/// Errors: <see cref="StoreUnavailableException"/>; what came of the change is looked up then, if the store can be read.
/// <remarks>The store belongs to this process alone, so nobody else changes the tokens behind it.</remarks>
public sealed class AccessTokens : IDisposable
{
    /// <summary>Each call compares with all of them, which takes about 20 microseconds for as many.</summary>
    public const int MaxTokens = 1000;

    private readonly SubscriberStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1);
    private volatile Entry[] _entries = [];

    private AccessTokens(SubscriberStore store, TimeProvider time) => (_store, _time) = (store, time);

    public static async Task<AccessTokens> ReadAsync(SubscriberStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var tokens = new AccessTokens(store, time);
        await tokens.LoadAsync(cancellationToken).ConfigureAwait(false);
        return tokens;
    }

    /// <summary>How many there are, those included that have run out: an expired token must not open the door for everybody.</summary>
    public int Count => _entries.Length;

    /// <summary>By name.</summary>
    public IReadOnlyList<AccessToken> List() => [.. _entries.Select(entry => entry.Token).OrderBy(token => token.Name, StringComparer.Ordinal)];

    /// <summary>The token of a text; null when there is none.</summary>
    /// <param name="text">As the caller sent it.</param>
    /// <param name="ended">Fires when the token is revoked or runs out.</param>
    /// Order: takes as long for one that is known as for one that is not.
    public AccessToken? Find(string text, out CancellationToken ended)
    {
        ended = default;
        if (!TokenText.IsPossible(text)) return null;
        var hash = TokenText.Hash(text);
        Entry? found = null;
        foreach (var entry in _entries)
            if (CryptographicOperations.FixedTimeEquals(entry.Token.Hash.Span, hash)) found = entry;
        if (found is null) return null;
        ended = found.Ended;
        return found.Token;
    }

    public bool IsExpired(AccessToken token) => token.Expires is { } end && end <= _time.GetUtcNow();

    /// <summary>Makes a token. The text is in the result and nowhere else; null: there is one of that name.</summary>
    public async Task<(AccessToken Token, string Text)?> CreateAsync(
        string name, AccessRole role, DateTimeOffset? expires, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(author);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_entries.Length >= MaxTokens) throw new TooManyTokensException();
            var text = TokenText.Make();
            var token = new AccessToken(name, TokenText.Hash(text), role, _time.GetUtcNow(), expires, author.Actor);
            if (!await ChangeAsync(() => _store.AddAccessTokenAsync(token, author, CancellationToken.None)).ConfigureAwait(false)) return null;
            Replace([.. _entries.Where(entry => entry.Token.Name != name), new Entry(token, _time)]);
            return (token, text);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>False: there is none of that name.</summary>
    /// <param name="mayBeLast">Whether the last token may go.</param>
    /// Errors: <see cref="LastTokenException"/>, and nothing is revoked.
    public async Task<bool> RevokeAsync(string name, ChangeAuthor author, bool mayBeLast, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!mayBeLast && _entries is [var last] && string.Equals(last.Token.Name, name, StringComparison.Ordinal)) throw new LastTokenException();
            var isRemoved = await ChangeAsync(() => _store.RemoveAccessTokenAsync(name, author, CancellationToken.None)).ConfigureAwait(false);
            // Also when the store had none any more: an earlier revocation may have been durable without anybody hearing of it.
            Replace(Array.FindAll(_entries, entry => !string.Equals(entry.Token.Name, name, StringComparison.Ordinal)));
            return isRemoved;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries) entry.Dispose();
        _gate.Dispose();
    }

    /// <summary>A change whose outcome nobody heard of may have happened: memory must not go on without knowing.</summary>
    private async Task<bool> ChangeAsync(Func<Task<bool>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            try
            {
                await LoadAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // Then what is in memory stays; the caller hears that it failed, and repeats it.
            }
            throw;
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = (await _store.ReadAccessTokensAsync(cancellationToken).ConfigureAwait(false)).ToImmutableArray();
        Replace([.. stored.Select(token => Array.Find(_entries, entry => IsSame(token, entry.Token)) ?? new Entry(token, _time))]);
    }

    /// <summary>In one step: with no token in between, the door would be open for everybody for that moment.</summary>
    private void Replace(Entry[] now)
    {
        var before = _entries;
        _entries = now;
        foreach (var entry in before)
        {
            if (now.Contains(entry)) continue;
            entry.End();
            entry.Dispose();
        }
    }

    private static bool IsSame(AccessToken one, AccessToken other) => one.Name == other.Name && one.Hash.Span.SequenceEqual(other.Hash.Span);

    /// <summary>A token that counts, until it is revoked or runs out.</summary>
    private sealed class Entry : IDisposable
    {
        private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

        private readonly TimeProvider _time;
        private readonly ITimer? _timer;

        // Not disposed: calls that are under way may still look at it, and it has no timer and no handle of its own.
        private readonly CancellationTokenSource _ended = new();

        public Entry(AccessToken token, TimeProvider time)
        {
            (Token, _time) = (token, time);
            if (token.Expires is null) return;
            _timer = time.CreateTimer(static entry => ((Entry)entry!).LookAtClock(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            LookAtClock();
        }

        public AccessToken Token { get; }

        public CancellationToken Ended => _ended.Token;

        // Whatever waits on it goes on elsewhere: the one who revokes has an answer to wait for.
        public void End() => _ = _ended.CancelAsync();

        public void Dispose() => _timer?.Dispose();

        private void LookAtClock()
        {
            var left = Token.Expires!.Value - _time.GetUtcNow();
            if (left <= TimeSpan.Zero) End();
            else _timer!.Change(left < LongestTimer ? left : LongestTimer, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>There are as many tokens as there may be.</summary>
public sealed class TooManyTokensException() : Exception($"there are {AccessTokens.MaxTokens} tokens; revoke those that nobody uses");

/// <summary>Without any token everybody on this machine would be an operator: that must not come as a surprise.</summary>
public sealed class LastTokenException() : Exception(
    "this is the last token, and without any everybody on this machine would be an operator; make another one first, or use the server's 'token revoke' while it does not run");
