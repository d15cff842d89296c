using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss token create|list|revoke.</summary>
internal static class TokenCommands
{
    public static Command Create(Surroundings around) => Command("token", "Access tokens of the server.", New(around), List(around), Revoke(around));

    private static Command New(Surroundings around)
    {
        var name = Argument("NAME", "name that the audit shows");
        var role = Word("--role", "reader reads; provisioner changes subscriptions; authentication-admin sets keys and makes vectors; operator does everything", Words.All<Role>());
        role.Required = true;
        var expires = Text("--expires", "TIME", "30d, 1y or a date (absent: it does not expire)");
        var to = Text("--to", "FILE", "new file for the token, readable by you alone, instead of showing it");
        var command = Command("create", "Makes a token and shows it this once; the server keeps a hash only.", name, role, expires, to);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new CreateAccessTokenRequest { Name = invocation.Value(name), Role = Words.Parse<Role>(invocation.Value(role)) ?? Role.Unspecified };
            if (invocation.Value(expires) is { } end) request.ExpireTime = Timestamp.FromDateTimeOffset(Expiry.End(end, invocation.Around.Time.GetUtcNow()));
            // Before the token exists: one that cannot be written would be lost.
            await using var file = invocation.Value(to) is { } path ? new StreamWriter(NewFile.Create(path)) : null;
            CreateAccessTokenResponse response;
            try
            {
                response = await new AccessTokenService.AccessTokenServiceClient(invocation.Server).CreateAccessTokenAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            }
            catch when (file is not null)
            {
                File.Delete(invocation.Value(to)!);
                throw;
            }
            if (file is not null)
            {
                // Whatever comes meanwhile: the token exists, and is shown nowhere else.
                await file.WriteAsync((response.Token + "\n").AsMemory(), CancellationToken.None).ConfigureAwait(false);
                response.Token = "";
            }
            invocation.Output.Object(response, output =>
            {
                if (response.Token.Length > 0) output.Write(OneLine.Of(response.Token) + "\n");
                invocation.Output.Note(response.Token.Length > 0
                    ? $"token {request.Name} ({Words.Of(request.Role)}) is made; it is shown this once: keep it where only its user can read it"
                    : $"token {request.Name} ({Words.Of(request.Role)}) is made and stands in {invocation.Value(to)}");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(Surroundings around)
    {
        var command = Command("list", "Lists tokens by name; the tokens themselves are known to their users only.");
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var response = await new AccessTokenService.AccessTokenServiceClient(invocation.Server).ListAccessTokensAsync(new(), invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List(response.AccessTokens, ["NAME", "ROLE", "CREATED", "BY", "EXPIRES"],
                token => [token.Name, Words.Of(token.Role), Output.Time(token.CreateTime), token.CreatedBy, token.ExpireTime is null ? "never" : Output.Time(token.ExpireTime)], "no token");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Revoke(Surroundings around)
    {
        var name = Argument("NAME", "name of the token");
        var command = Command("revoke", "Makes a token worthless at once.", name, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var token = invocation.Value(name);
            invocation.Confirm($"Revoke token {token}?");
            var response = await new AccessTokenService.AccessTokenServiceClient(invocation.Server).RevokeAccessTokenAsync(new() { Name = token }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say($"revoked: {token}"));
            return ExitCodes.Done;
        });
        return command;
    }
}
