using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Hss.Cli;

/// <summary>A file of JSON lines, cut into its lines. Empty lines count and are left out; what a line holds is the server's to judge.</summary>
/// Errors: <see cref="CliException"/> for a line that is longer than any document may be.
internal static class JsonLines
{
    public const int MaxLineBytes = 4 * 1024 * 1024;

    public static async IAsyncEnumerable<ImportDocument> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken stop)
    {
        var reader = PipeReader.Create(file, new(bufferSize: 64 * 1024, leaveOpen: true));
        var (line, position) = (0L, 0L);
        while (true)
        {
            var read = await reader.ReadAsync(stop).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (Cut(ref buffer, read.IsCompleted, out var content, out var length))
            {
                line++;
                position += length;
                if (content.Length > 0) yield return new(line, content, position);
            }
            if (buffer.Length > MaxLineBytes) throw new CliException($"line {line + 1} is longer than {MaxLineBytes} octets; is the file JSON lines, one document in each?");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted) break;
        }
        await reader.CompleteAsync().ConfigureAwait(false);
    }

    private static bool Cut(ref ReadOnlySequence<byte> buffer, bool isLast, out byte[] content, out long length)
    {
        (content, length) = ([], 0);
        if (buffer.IsEmpty) return false;
        var end = buffer.PositionOf((byte)'\n');
        if (end is null && !isLast) return false;
        var line = end is { } at ? buffer.Slice(0, at) : buffer;
        var rest = end is { } newline ? buffer.Slice(buffer.GetPosition(1, newline)) : buffer.Slice(buffer.End);
        length = buffer.Length - rest.Length;
        buffer = rest;
        if (line.Length > MaxLineBytes) throw new CliException($"a line is longer than {MaxLineBytes} octets; is the file JSON lines, one document in each?");
        var octets = line.ToArray();
        content = octets.AsSpan().Trim(" \t\r"u8).IsEmpty ? [] : octets;
        return true;
    }
}
