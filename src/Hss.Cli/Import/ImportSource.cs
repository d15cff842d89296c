namespace Hss.Cli;

/// <summary>What an import reads: the documents of a file, whatever form it has.</summary>
/// Errors: <see cref="CliException"/>, also while the documents are read.
internal sealed class ImportSource : IDisposable
{
    private readonly Stream? _stream;

    private ImportSource(IAsyncEnumerable<ImportDocument> documents, long totalBytes, Stream? stream) => (Documents, TotalBytes, _stream) = (documents, totalBytes, stream);

    public IAsyncEnumerable<ImportDocument> Documents { get; }

    /// <summary>0: unknown.</summary>
    public long TotalBytes { get; }

    public static ImportSource Open(Invocation invocation, string file, string? format, string? from)
    {
        try
        {
            if (file != "-" && Directory.Exists(file)) throw new CliException($"{file} is a folder; name a file");
            var stream = invocation.Open(file);
            return new(JsonLines.ReadAsync(stream, CancellationToken.None), stream.CanSeek ? stream.Length : 0, stream);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{Invocation.Name(file)} cannot be read: {OneLine.Of(problem)}");
        }
    }

    public void Dispose() => _stream?.Dispose();
}
