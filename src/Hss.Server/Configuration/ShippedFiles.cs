namespace Hss.Server.Configuration;

/// <summary>Finds files that come with the product: below the working directory of a checkout, else beside the program.</summary>
internal static class ShippedFiles
{
    public static string Find(string relativePath)
    {
        var here = Path.GetFullPath(relativePath);
        return File.Exists(here) || Directory.Exists(here) ? here : Path.Combine(AppContext.BaseDirectory, relativePath);
    }
}
