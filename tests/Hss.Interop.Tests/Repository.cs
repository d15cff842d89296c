using System.Reflection;

namespace Hss.Interop.Tests;

/// <summary>Where this working copy lies, and the server that was built beside these tests.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Hss.sln.</summary>
    public static string Root { get; } = FindRoot();

    public static string RigFolder => Path.Combine(Root, "tests", "Hss.Interop.Tests", "kamailio");

    public static string FreeDiameterFolder => Path.Combine(Root, "tests", "Hss.Interop.Tests", "freediameter");

    public static string ErlangFolder => Path.Combine(Root, "tests", "Hss.Interop.Tests", "erlang-sh");

    /// <summary>The server of the same configuration (Debug or Release) as the tests.</summary>
    public static string ServerAssembly
    {
        get
        {
            var configuration = typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
            var framework = $"net{Environment.Version.Major}.0";
            return Path.Combine(Root, "src", "Hss.Server", "bin", configuration, framework, "Hss.Server.dll");
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hss.sln"))) return folder.FullName;
        throw new InvalidOperationException($"no Hss.sln above {AppContext.BaseDirectory}");
    }
}
