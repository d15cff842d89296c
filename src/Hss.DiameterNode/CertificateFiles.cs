using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Certificate, key and authorities in files, read again when they change; a restart is never needed.</summary>
/// Order: any thread. Errors: what cannot be used leaves the credentials as they are, with one line per content that was refused.
/// <remarks>
/// Why they are looked at every few seconds, by content: watching a file misses a rename over it on some file systems, sees nothing when a
/// symbolic link three folders up is turned (as container platforms do), and fires in the middle of a write. Three small files cost nothing.
/// A change counts when two looks in a row saw the same: certificate and key are two files, and between their two renames they do not
/// fit together.
/// </remarks>
public sealed class CertificateFiles : IDisposable
{
    /// <summary>How often the files are looked at; a change is in use after two looks.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>The longest file read: hundreds of certificates.</summary>
    private const int MaxFileBytes = 1 << 20;

    private readonly string[] _paths;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private volatile TlsCredentials _current;
    private string _used;
    private string _seen;
    private string? _refused;

    /// Errors: <see cref="InvalidDataException"/>, one line with file and mend, when the files cannot be used from the start.
    public CertificateFiles(string certificateFile, string keyFile, string authoritiesFile, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(time);
        _paths = [.. new[] { certificateFile, keyFile, authoritiesFile }.Select(Path.GetFullPath)];
        _log = logs.CreateLogger<CertificateFiles>();
        Content content = Read();
        _current = Load(content);
        _used = _seen = content.Fingerprint;
        _timer = time.CreateTimer(static files => ((CertificateFiles)files!).LookAgain(), this, LookInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What new connections use.</summary>
    public TlsCredentials Current => _current;

    /// <summary>Takes over what the files hold now, without waiting for the second look.</summary>
    public void LookNow() => Look(isAskedFor: true);

    public void Dispose() => _timer.Dispose();

    private void LookAgain()
    {
        Look(isAskedFor: false);
        _timer.Change(LookInterval, Timeout.InfiniteTimeSpan);
    }

    private void Look(bool isAskedFor)
    {
        if (!_gate.TryEnter()) return;
        try
        {
            Content content = Read();
            bool isSettled = content.Fingerprint == _seen || isAskedFor;
            _seen = content.Fingerprint;
            if (content.Fingerprint == _used) _refused = null;
            if (!isSettled || content.Fingerprint == _used || content.Fingerprint == _refused) return;
            Use(content);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Use(Content content)
    {
        try
        {
            _current = Load(content);
            _used = content.Fingerprint;
            _refused = null;
            _log.CertificateReloaded(_paths[0], LoggedText.Of(_current.Certificate.Subject), _current.Certificate.NotAfter.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture));
        }
        catch (Exception problem)
        {
            // Of any kind: this runs on a timer and on a signal, and what the platform makes of a file must not end the process.
            _refused = content.Fingerprint;
            _log.CertificateNotReloaded(problem.Message);
        }
    }

    private TlsCredentials Load(Content content)
    {
        if (content.Fault is { } fault) throw new InvalidDataException(fault);
        try
        {
            return TlsCredentials.FromPem(content.Texts[0], content.Texts[1], content.Texts[2]);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException(
                $"{problem.Message}; mend {_paths[0]}, {_paths[1]} or {_paths[2]}: PEM, the certificate first, its key unencrypted, the authorities", problem);
        }
    }

    private Content Read()
    {
        try
        {
            string[] texts = [.. _paths.Select(ReadBounded)];
            byte[] all = Encoding.UTF8.GetBytes(string.Join('\0', texts));
            string fingerprint = Convert.ToHexString(SHA256.HashData(all));
            CryptographicOperations.ZeroMemory(all);
            return new Content(fingerprint, texts, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string fault = $"{e.Message.ReplaceLineEndings(" ").TrimEnd('.')}; mend: put the file there, or let this user read it";
            return new Content(fault, [], fault);
        }
    }

    private static string ReadBounded(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > MaxFileBytes) throw new IOException($"{path} is longer than {MaxFileBytes} octets");
        using StreamReader reader = new(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>What the three files held at one look.</summary>
    private readonly record struct Content(string Fingerprint, string[] Texts, string? Fault);
}
