"""Over TLS, with client certificates and bearer tokens."""
import grpc

from documents import Documents, key
from support import CODE, Api, Schema, check, ended, equal, invalid, refused


def run(config):
    documents = Documents(config["realm"], config["imsi"])
    imsi = documents.imsi(1)
    Api.secrets += [key(imsi, "k"), key(imsi, "opc")]
    octets = lambda path: open(path, "rb").read()
    authority = octets(config["authority"])

    def channel(credentials, host=config["serverHost"]):
        return grpc.secure_channel(config["address"], credentials, options=[("grpc.ssl_target_name_override", host)])

    def tls(certificate=None):
        return grpc.ssl_channel_credentials(authority, octets(certificate["key"]), octets(certificate["certificate"])) if certificate else grpc.ssl_channel_credentials(authority)

    schema = Schema(channel(tls(config["operator"])))
    api = lambda credentials, **more: Api(channel(credentials, **more), schema)
    with_token = lambda text: api(grpc.composite_channel_credentials(tls(), grpc.access_token_call_credentials(text)))
    operator, reader, nobody = api(tls(config["operator"])), api(tls(config["reader"])), api(tls())
    read = lambda one: one.call("SubscriptionService.ListSubscriptions", {"pageSize": 1})
    write = lambda one: one.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
    tokens = {}

    @check("a certificate says who calls")
    def _():
        equal(write(operator).outcome, 1)
        records = operator.call("AuditService.ListAuditRecords", {"subscriptionId": "imsi-" + imsi}).records
        equal(records[0].actor, config["operator"]["name"])
        read(reader)

    @check("tokens are made and listed")
    def _():
        def create(role, name=None):
            return operator.call("AccessTokenService.CreateAccessToken", {"name": name or "%s-%s" % (config["client"], role.lower()), "role": role})

        for number, role in (1, "READER"), (2, "PROVISIONER"), (3, "AUTHENTICATION_ADMIN"):
            made = create(role)
            equal([made.access_token.role, made.access_token.created_by, made.token.startswith("hss_")], [number, config["operator"]["name"], True])
            tokens[role] = made.access_token.name, made.token, with_token(made.token)
        refused(CODE.ALREADY_EXISTS, lambda: create("READER"))
        invalid(lambda: create("ROLE_UNSPECIFIED", "other"), "role")
        listed = operator.call("AccessTokenService.ListAccessTokens")
        for name, text, _ in tokens.values():
            assert name in [token.name for token in listed.access_tokens]
            assert text not in str(listed)

    @check("who shows nothing good is UNAUTHENTICATED")
    def _():
        refused(CODE.UNAUTHENTICATED, lambda: read(nobody))
        refused(CODE.UNAUTHENTICATED, lambda: read(with_token("hss_" + "A" * 43)))
        equal(nobody.call("Health.Check").status, 1)  # load balancers have nothing to show

    @check("a token that is revoked ends its streams")
    def _():
        name, _, one = tokens["READER"]
        read(one)
        watch = one.call("SubscriptionService.WatchSubscriptions")
        equal(next(watch).kind, 4)
        equal(operator.call("AccessTokenService.RevokeAccessToken", {"name": name}).ByteSize(), 0)
        equal(ended(watch), CODE.UNAUTHENTICATED)
        refused(CODE.UNAUTHENTICATED, lambda: read(one))
        refused(CODE.NOT_FOUND, lambda: operator.call("AccessTokenService.RevokeAccessToken", {"name": name}))

    @check("a role that does not do is PERMISSION_DENIED")
    def _():
        vectors = lambda one: one.call("AuthenticationService.GenerateVectors", {"privateIdentity": documents.private_identity(imsi)})
        equal(write(tokens["PROVISIONER"][2]).outcome, 3)
        equal(len(vectors(tokens["AUTHENTICATION_ADMIN"][2]).vectors), 1)
        refused(CODE.PERMISSION_DENIED, lambda: write(reader))
        refused(CODE.PERMISSION_DENIED, lambda: vectors(tokens["PROVISIONER"][2]))
        refused(CODE.PERMISSION_DENIED, lambda: tokens["AUTHENTICATION_ADMIN"][2].call("AccessTokenService.ListAccessTokens"))
        refused(CODE.PERMISSION_DENIED, lambda: reader.call("NodeService.DisconnectPeer", {"identity": "x"}))

    @check("connections that are refused")
    def _():
        health = lambda one: one.call("Health.Check", timeout=5)
        # A certificate of another authority, another name than the server's, and no TLS at all.
        for one in api(tls(config["stranger"])), api(tls(), host="other.example.org"), Api(grpc.insecure_channel(config["address"]), schema):
            refused(CODE.UNAVAILABLE, lambda: health(one))
        equal(health(nobody).status, 1)
