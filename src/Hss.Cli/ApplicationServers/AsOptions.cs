using System.CommandLine;

namespace Hss.Cli.ApplicationServers;

/// <summary>Of whom: options that the verbs of application servers have in common.</summary>
internal static class AsOptions
{
    public static Option<string?> Subscription() => CommandOptions.Text("--subscription", "ID", "of this subscription");

    public static Option<string?> PublicIdentity() => CommandOptions.Text("--public-identity", "IMPU", "of this public identity", "--public");

    public static Option<string?> Identity() => CommandOptions.Text("--identity", "IDENTITY", "of this user: public identity, MSISDN or External-Identifier");

    public static Option<string?> Host() => CommandOptions.Text("--host", "HOST", "of the application server with this Origin-Host");

    /// Errors: <see cref="CliException"/>.
    public static (string Id, string Uri) One(Invocation invocation, Option<string?> subscription, Option<string?> publicIdentity)
    {
        var (id, uri) = (invocation.Value(subscription) ?? "", invocation.Value(publicIdentity) ?? "");
        return id.Length == 0 != (uri.Length == 0) ? (id, uri) : throw new CliException("give one of --subscription and --public-identity");
    }
}
