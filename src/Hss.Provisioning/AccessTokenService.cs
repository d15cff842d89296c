using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Provisioning.Access;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>Bearer tokens: made, listed and revoked. A text is shown once; only its hash is kept.</summary>
/// Why a role cannot be changed: whoever holds a token should be asked before it can do more. Revoke it, and make one of the same name.
public sealed class AccessTokenService(AccessTokens tokens, AccessOptions options, TimeProvider time, ILogger<AccessTokenService> logger)
    : V1.AccessTokenService.AccessTokenServiceBase
{
    public override Task<V1.CreateAccessTokenResponse> CreateAccessToken(V1.CreateAccessTokenRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            if (TokenName.WhyNot(request.Name) is { } why) throw Refusals.Field("name", why);
            if (options.Certificates.Any(entry => string.Equals(entry.Name, request.Name, StringComparison.OrdinalIgnoreCase)))
                throw Refusals.Field("name", "is the name of a client certificate; an audit record would not tell the two apart, so take another");
            var role = RoleOf(request.Role);
            // Whoever made it is locked out from then on, and nobody could let him in again.
            if (role != AccessRole.Operator && tokens.Count == 0 && options.Certificates.All(entry => entry.Role != AccessRole.Operator))
                throw new RpcException(new Status(StatusCode.FailedPrecondition,
                    "the first token must have the role operator: as soon as there is one, every caller needs one, and only an operator can make more"));
            var expires = ExpiryOf(request.ExpireTime);
            var author = Caller.Of(context).AuthorFor(context, null, request);
            try
            {
                if (await tokens.CreateAsync(request.Name, role, expires, author, cancellationToken).ConfigureAwait(false) is not { } made)
                    throw new RpcException(new Status(StatusCode.AlreadyExists, $"there is a token {request.Name} already; revoke it first, or take another name"));
                logger.TokenMade(request.Name, MethodRoles.NameOf(role), author.Actor);
                return new V1.CreateAccessTokenResponse { AccessToken = MessageOf(made.Token), Token = made.Text };
            }
            catch (TooManyTokensException full)
            {
                throw new RpcException(new Status(StatusCode.ResourceExhausted, full.Message));
            }
        });
    }

    public override Task<V1.ListAccessTokensResponse> ListAccessTokens(V1.ListAccessTokensRequest request, ServerCallContext context)
    {
        var answer = new V1.ListAccessTokensResponse();
        answer.AccessTokens.AddRange(tokens.List().Select(MessageOf));
        return Task.FromResult(answer);
    }

    public override Task<V1.RevokeAccessTokenResponse> RevokeAccessToken(V1.RevokeAccessTokenRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, null, request);
            try
            {
                if (!await tokens.RevokeAsync(request.Name, author, mayBeLast: options.Certificates.Count > 0, cancellationToken).ConfigureAwait(false))
                    throw new RpcException(new Status(StatusCode.NotFound, $"there is no token {Short(request.Name)}"));
            }
            catch (LastTokenException last)
            {
                throw new RpcException(new Status(StatusCode.FailedPrecondition, last.Message));
            }
            logger.TokenRevoked(request.Name, author.Actor);
            return new V1.RevokeAccessTokenResponse();
        });
    }

    private DateTimeOffset? ExpiryOf(Timestamp? requested)
    {
        if (requested is null) return null;
        DateTimeOffset end;
        try
        {
            end = requested.ToDateTimeOffset();
        }
        catch (Exception bad) when (bad is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Refusals.Field("expire_time", "is no time; it lies between the years 1 and 9999");
        }
        return end > time.GetUtcNow() ? end : throw Refusals.Field("expire_time", "is over already; give a time to come, or none for a token that does not run out");
    }

    private static AccessRole RoleOf(V1.Role role) => role switch
    {
        V1.Role.Reader => AccessRole.Reader,
        V1.Role.Provisioner => AccessRole.Provisioner,
        V1.Role.AuthenticationAdmin => AccessRole.AuthenticationAdmin,
        V1.Role.Operator => AccessRole.Operator,
        _ => throw Refusals.Field("role", "is missing; give READER, PROVISIONER, AUTHENTICATION_ADMIN or OPERATOR"),
    };

    private static V1.AccessToken MessageOf(AccessToken token) => new()
    {
        Name = token.Name,
        Role = (V1.Role)token.Role, // the same numbers
        CreateTime = token.Created.ToTimestamp(),
        ExpireTime = token.Expires?.ToTimestamp(),
        CreatedBy = token.CreatedBy,
    };

    private static string Short(string name) => name.Length <= TokenName.MaxLength ? name : name[..TokenName.MaxLength] + "...";
}
