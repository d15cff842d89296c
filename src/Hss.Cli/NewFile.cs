namespace Hss.Cli;

/// <summary>A file that did not exist before and that its owner alone can read: for keys, tokens and lists of people.</summary>
internal static class NewFile
{
    /// Errors: <see cref="CliException"/>; an existing file is never written over.
    public static FileStream Create(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new(path, options);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be made: {OneLine.Of(problem)}");
        }
    }
}
