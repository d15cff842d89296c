namespace Hss.Server;

/// <summary>A progress bar on a terminal, and nothing anywhere else.</summary>
internal sealed class ProgressLine(TextWriter output) : IDisposable
{
    private const int Width = 40;

    private readonly bool _visible = ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected;
    private int _shownPercent = -1;

    public void Show(long done, long total)
    {
        if (!_visible || total <= 0) return;
        var percent = (int)Math.Min(100, done * 100 / total);
        if (percent == _shownPercent) return;
        _shownPercent = percent;
        var filled = percent * Width / 100;
        output.Write($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {percent,3}%");
    }

    public void Clear()
    {
        if (_visible && _shownPercent >= 0) output.Write("\r" + new string(' ', Width + 10) + "\r");
    }

    public void Dispose() => output.Flush();
}
