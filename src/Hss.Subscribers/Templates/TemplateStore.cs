using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>The templates in use, read again when their files change. Whoever renders takes <see cref="Current"/> once and keeps to it.</summary>
/// Why polling: file watchers miss changes on mounted volumes and report one save many times; a look at some forty files every few seconds costs nothing.
/// Order: reloads do not overlap. Errors: broken files are refused with their problems, and the old templates stay.
public sealed class TemplateStore : IDisposable
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly Action<TemplateReload>? _reloaded;
    private readonly ITimer? _timer;
    private volatile IfcTemplates _current;
    private string _seen;

    private TemplateStore(string folder, IfcTemplates templates, string seen, TimeProvider? time, Action<TemplateReload>? reloaded)
    {
        (_folder, _current, _seen, _reloaded) = (folder, templates, seen, reloaded);
        _timer = time?.CreateTimer(_ => ReloadWhenChanged(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        LookAgainLater();
    }

    public IfcTemplates Current => _current;

    /// <summary>Loads a folder for the first time. Null, and the problems, when it cannot be used.</summary>
    /// <param name="time">Null: the files are read again only when asked for, as suits a command.</param>
    /// <param name="reloaded">Told of each reload that a change of the files caused, also of a refused one; for the log. Must not throw.</param>
    public static TemplateStore? Open(
        string folder, TimeProvider? time, Action<TemplateReload>? reloaded, out ImmutableArray<DocumentProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(folder);
        // Looked at before it is read: a change in between is then seen as one.
        var seen = Look(folder);
        var reading = IfcTemplates.Load(folder);
        problems = reading.Problems;
        return reading.Templates is null ? null : new(folder, reading.Templates, seen, time, reloaded);
    }

    /// <summary>Reads the files again, whether they have changed or not.</summary>
    public TemplateReload Reload()
    {
        lock (_gate)
        {
            _seen = Look(_folder);
            var reading = IfcTemplates.Load(_folder);
            if (reading.Templates is { } templates) _current = templates;
            return new(reading.Templates is not null, _current, reading.Problems);
        }
    }

    public void Dispose() => _timer?.Dispose();

    // A broken set of files is told once and not again until something changes; an editor that saves in two steps mends it with its second.
    private void ReloadWhenChanged()
    {
        try
        {
            TemplateReload? reload = null;
            lock (_gate)
                if (Look(_folder) != _seen) reload = Reload();
            if (reload is not null) _reloaded?.Invoke(reload);
        }
        catch (Exception fault)
        {
            // Nobody expects one; on a timer's thread it would end the process, and every registration with it.
            _reloaded?.Invoke(new(false, _current, [new(_folder, $"cannot be read: {fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")}")]));
        }
        finally
        {
            LookAgainLater();
        }
    }

    // From the end of one look to the next, so that a slow disk gets no second one.
    private void LookAgainLater() => _timer?.Change(Interval, Timeout.InfiniteTimeSpan);

    // Names, lengths and times of all files that are read.
    private static string Look(string folder)
    {
        var files = new List<string>();
        try
        {
            foreach (var part in (string[])["services", "sets", "shared"])
                if (new DirectoryInfo(Path.Combine(folder, part)) is { Exists: true } directory)
                    files.AddRange(directory.EnumerateFiles("*.json").Select(file => $"{part}/{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file that went while it was looked at: what there is now differs from what there was, and the next look tells.
            files.Add(exception.GetType().Name);
        }
        return string.Join('\n', files.Order(StringComparer.Ordinal));
    }
}

/// <summary>What a reload came to.</summary>
/// <param name="Reloaded">False: there are problems, and the old templates stay.</param>
/// <param name="Templates">Those in use now.</param>
public sealed record TemplateReload(bool Reloaded, IfcTemplates Templates, ImmutableArray<DocumentProblem> Problems);
