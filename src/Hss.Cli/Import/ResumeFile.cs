using System.Globalization;
using System.Text.Json;

namespace Hss.Cli;

/// <summary>FILE.hss-resume: up to which line of FILE everything is durable on the server, so that the same command goes on there.</summary>
/// Shape: one JSON object; the fingerprint is of that line, so that a file changed above it is noticed and lines are neither skipped nor sent twice.
/// Order: replaced whole, never half written. Errors: <see cref="CliException"/> for one that is not ours.
internal sealed class ResumeFile(string importedFile)
{
    public const string Ending = ".hss-resume";

    private const int MaxBytes = 4096;

    public string Path { get; } = importedFile + Ending;

    /// <summary>Null: nothing to resume.</summary>
    public (long Line, string Fingerprint)? Read()
    {
        if (!File.Exists(Path)) return null;
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read);
            if (file.Length > MaxBytes) throw new InvalidDataException();
            using var document = JsonDocument.Parse(file);
            var line = document.RootElement.GetProperty("committedLine").GetInt64();
            var fingerprint = document.RootElement.GetProperty("fingerprint").GetString();
            return line > 0 && fingerprint is { Length: > 0 } ? (line, fingerprint) : throw new InvalidDataException();
        }
        catch (Exception problem) when (problem is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CliException($"{Path} does not say where the import stood; --restart begins anew");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{Path} cannot be read: {OneLine.Of(problem)}; --restart begins anew");
        }
    }

    /// <summary>False: it cannot be written, which is no reason to stop an import.</summary>
    public bool Write(long line, string fingerprint)
    {
        try
        {
            var next = Path + ".new";
            File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{{\"committedLine\":{line},\"fingerprint\":\"{fingerprint}\"}}\n"));
            File.Move(next, Path, overwrite: true);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Remove()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the import is complete, but {Path} cannot be removed: {OneLine.Of(problem)}; remove it, or the next import of this file begins at its end", ExitCodes.Failed);
        }
    }
}
