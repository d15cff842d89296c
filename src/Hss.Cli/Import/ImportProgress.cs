using Spectre.Console;

namespace Hss.Cli;

/// <summary>How far an import is: a bar on a terminal, a line now and then anywhere else.</summary>
internal abstract class ImportProgress
{
    /// <param name="received">Documents that the server has.</param>
    /// <param name="position">Octets of the file that are sent.</param>
    public abstract void Show(long received, long refused, long position);

    /// <summary>One line about one document, which must not tear the bar apart.</summary>
    public abstract void Line(string text);

    /// <param name="totalBytes">0: nobody knows.</param>
    public static Task<T> RunAsync<T>(Surroundings around, long totalBytes, Func<ImportProgress, Task<T>> run) =>
        around.IsErrorTerminal && around.Variable("TERM") is not "dumb" ? Bar.ShowAsync(around, totalBytes, run) : run(new Lines(around.Error, totalBytes));

    private static string Counts(long received, long refused) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{received} documents{(refused > 0 ? $", {refused} refused" : "")}");

    private sealed class Lines(TextWriter error, long totalBytes) : ImportProgress
    {
        private const int StepPercent = 10;
        private const long StepDocuments = 10_000;

        private long _shown;

        public override void Show(long received, long refused, long position)
        {
            var step = totalBytes > 0 ? position * 100 / totalBytes / StepPercent : received / StepDocuments;
            // The end has a line of its own.
            if (step <= _shown || (totalBytes > 0 && position >= totalBytes)) return;
            _shown = step;
            error.Write(totalBytes > 0 ? $"{step * StepPercent}% {Counts(received, refused)}\n" : Counts(received, refused) + "\n");
        }

        public override void Line(string text) => error.Write(text + "\n");
    }

    private sealed class Bar(IAnsiConsole console, ProgressTask task) : ImportProgress
    {
        private const int BarWidth = 40;

        public static Task<T> ShowAsync<T>(Surroundings around, long totalBytes, Func<ImportProgress, Task<T>> run)
        {
            var console = Output.Console(around, around.Error);
            console.Profile.Capabilities.Interactive = true;
            console.Profile.Capabilities.Ansi = true;
            return console.Progress().AutoClear(true).HideCompleted(false)
                .Columns(new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new SpinnerColumn())
                .StartAsync(context => run(new Bar(console, context.AddTask(Counts(0, 0), maxValue: Math.Max(1, totalBytes)))));
        }

        public override void Show(long received, long refused, long position) => (task.Value, task.Description) = (position, Counts(received, refused));

        public override void Line(string text) => console.WriteLine(text);
    }
}
