"""NodeService, and AccessTokenService while no token is needed."""
from support import CODE, check, equal, eventually, invalid, refused


def run(rig):
    api, name = rig.api, rig.config["peer"]
    peer = lambda: next((one for one in api.call("NodeService.ListPeers").peers if one.identity == name), None)

    @check("peers")
    def _():
        disconnect = lambda **request: api.call("NodeService.DisconnectPeer", request)
        found = eventually(peer, bool)
        equal([found.is_open, found.is_tls, found.realm, found.watchdog_state, list(found.applications)], [True, False, rig.config["realm"], "OKAY", ["Cx"]])
        assert found.remote_address.startswith("127.") and found.open_since.seconds > 0
        invalid(disconnect, "identity")
        refused(CODE.NOT_FOUND, lambda: disconnect(identity="none.example.org"))
        equal(disconnect(identity=name, cause="REBOOTING").ByteSize(), 0)
        eventually(peer, lambda one: one is None or not one.is_open)

    @check("tokens while none is needed")
    def _():
        create = lambda **request: api.call("AccessTokenService.CreateAccessToken", request)
        equal(len(api.call("AccessTokenService.ListAccessTokens").access_tokens), 0)
        refused(CODE.FAILED_PRECONDITION, lambda: create(name="first", role="READER"))
        invalid(lambda: create(name="two words", role="READER"), "name")
        refused(CODE.NOT_FOUND, lambda: api.call("AccessTokenService.RevokeAccessToken", {"name": "none"}))
