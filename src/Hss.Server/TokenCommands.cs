using System.Globalization;
using Hss.Provisioning.Access;
using Hss.Server.Configuration;
using Hss.Storage;
using Hss.Subscribers;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>Hss.Server token create, list and revoke: the first token, and the way back in, while no server runs on the store.</summary>
/// Shape: the text of a new token goes to standard output alone, so that a script can keep it; what is said about it goes to standard error.
/// Errors: exit code 1 and one line when there is one of that name already, or none.
internal static class TokenCommands
{
    public static async Task<int> RunAsync(ServerSettings settings, CommandLine command, TextWriter output, TextWriter remarks)
    {
        // Everything is read before the store is opened: a misspelt word changes nothing.
        var name = command.Options.GetValueOrDefault("--name", "");
        if (command.Action == "create" && TokenName.WhyNot(name) is { } why) throw new CommandLineException($"--name {why}");
        var role = command.Options.TryGetValue("--role", out var text) ? Role(text) : default;
        var expires = command.Options.TryGetValue("--expires", out var end) ? Expiry(end) : (DateTimeOffset?)null;

        using var loggers = new SerilogLoggerFactory(Serilog.Log.Logger);
        await using var store = StoreOpening.Open(settings, loggers);
        try
        {
            using var tokens = await AccessTokens.ReadAsync(store, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            return command.Action switch
            {
                "create" => await CreateAsync(tokens, name, role, expires, output, remarks).ConfigureAwait(false),
                "revoke" => await RevokeAsync(tokens, name, remarks).ConfigureAwait(false),
                _ => await ListAsync(tokens, output).ConfigureAwait(false),
            };
        }
        catch (Exception trouble) when (trouble is StoreUnavailableException or TooManyTokensException)
        {
            await remarks.WriteLineAsync($"hss: {trouble.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> CreateAsync(AccessTokens tokens, string name, AccessRole role, DateTimeOffset? expires, TextWriter output, TextWriter remarks)
    {
        if (await tokens.CreateAsync(name, role, expires, ChangeAuthor.Offline("token create"), CancellationToken.None).ConfigureAwait(false) is not { } made)
        {
            await remarks.WriteLineAsync($"token create: there is a token {name} already; revoke it first, or take another name").ConfigureAwait(false);
            return 1;
        }
        await remarks.WriteLineAsync($"token create: {name} may do what a{(role is AccessRole.Operator or AccessRole.AuthenticationAdmin ? "n" : "")} {MethodRoles.NameOf(role)} may; this is shown once, only its hash is kept:").ConfigureAwait(false);
        await output.WriteLineAsync(made.Text).ConfigureAwait(false);
        if (tokens.List().All(token => token.Role != AccessRole.Operator))
            await remarks.WriteLineAsync("token create: no token has the role operator, so nobody can make more of them while the server runs").ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> RevokeAsync(AccessTokens tokens, string name, TextWriter remarks)
    {
        var isRevoked = await tokens.RevokeAsync(name, ChangeAuthor.Offline("token revoke"), mayBeLast: true, CancellationToken.None).ConfigureAwait(false);
        await remarks.WriteLineAsync(isRevoked ? $"token revoke: {name} is revoked" : $"token revoke: there is no token {name}").ConfigureAwait(false);
        if (isRevoked && tokens.Count == 0)
            await remarks.WriteLineAsync("token revoke: there is no token any more: unless client certificates are configured, everybody on this machine is an operator").ConfigureAwait(false);
        return isRevoked ? 0 : 1;
    }

    private static async Task<int> ListAsync(AccessTokens tokens, TextWriter output)
    {
        foreach (var token in tokens.List())
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{token.Name} {MethodRoles.NameOf(token.Role)} made {token.Created:u} by {token.CreatedBy}, {(token.Expires is { } end ? $"{(tokens.IsExpired(token) ? "ran" : "runs")} out {end:u}" : "does not run out")}")).ConfigureAwait(false);
        return 0;
    }

    private static AccessRole Role(string name) => MethodRoles.TryRole(name, out var role) ? role
        : throw new CommandLineException($"--role {name} is not reader, provisioner, authentication-admin or operator");

    private static DateTimeOffset Expiry(string text)
    {
        if (!DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
            throw new CommandLineException($"--expires {text} is no day such as 2030-01-31, nor a time such as 2030-01-31T12:00:00Z");
        return end > TimeProvider.System.GetUtcNow() ? end : throw new CommandLineException($"--expires {text} is over already");
    }
}
