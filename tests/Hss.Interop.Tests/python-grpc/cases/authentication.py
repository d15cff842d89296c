"""AuthenticationService, against another implementation of Milenage."""
import base64

import milenage
from documents import key
from support import CODE, check, equal, invalid, refused

unhex = bytes.fromhex


def run(rig):
    api, documents = rig.api, rig.documents
    imsi = documents.imsi(20)
    private_identity = documents.private_identity(imsi)
    api.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
    ask = lambda method, **more: api.call("AuthenticationService." + method, {"privateIdentity": private_identity, **more})
    stranger = {"privateIdentity": "none@" + documents.realm}
    k, opc = unhex(key(imsi, "k")), unhex(key(imsi, "opc"))
    MOVED, BAD_MAC, MALFORMED = 1, 3, 5

    def auts(rand, sqn_ms):
        hidden = bytes(a ^ b for a, b in zip(sqn_ms, milenage.f5star(k, opc, rand)))
        return hidden + milenage.f1_all(k, opc, rand, sqn_ms, bytes(2))[1]

    @check("vectors")
    def _():
        vectors = ask("GenerateVectors", count=3, includeCkIk=True).vectors
        equal(len(vectors), 3)
        for vector in vectors:
            rand, autn = unhex(vector.rand), unhex(vector.autn)
            res, ak = milenage.f2_f5(k, opc, rand)
            sqn = bytes(a ^ b for a, b in zip(autn, ak))
            equal(sqn.hex(), vector.sqn)
            equal(milenage.f1_all(k, opc, rand, sqn, unhex("8000"))[0], autn[8:])
            equal([res.hex(), milenage.f3(k, opc, rand).hex(), milenage.f4(k, opc, rand).hex()], [vector.xres, vector.ck, vector.ik])
            equal(base64.b64encode(rand + autn).decode(), vector.nonce)
        [hidden] = ask("GenerateVectors").vectors
        equal([hidden.ck, hidden.ik], ["", ""])
        counter = ask("GetSequenceNumber")
        equal([counter.sqn, counter.private_identity], [hidden.sqn, private_identity])
        invalid(lambda: ask("GenerateVectors", count=6), "count")
        refused(CODE.NOT_FOUND, lambda: ask("GenerateVectors", **stranger))
        refused(CODE.NOT_FOUND, lambda: ask("GetSequenceNumber", **stranger))

    @check("resynchronisation")
    def _():
        [vector] = ask("GenerateVectors").vectors
        sqn_ms = (int(vector.sqn, 16) + (1 << 12)).to_bytes(6, "big")
        token = auts(unhex(vector.rand), sqn_ms)
        dry = ask("Resynchronise", rand=vector.rand, auts=token.hex(), dryRun=True)
        equal([dry.verdict, dry.sqn_ms, dry.dry_run], [MOVED, sqn_ms.hex(), True])
        equal(ask("GetSequenceNumber").sqn, vector.sqn)
        moved = ask("Resynchronise", auts=base64.b64encode(unhex(vector.rand) + token).decode())
        equal([moved.verdict, moved.before.sqn], [MOVED, vector.sqn])
        equal(ask("GetSequenceNumber").sqn, moved.after.sqn)
        assert moved.after.next_sqn > sqn_ms.hex()
        equal(ask("Resynchronise", rand=vector.rand, auts="ff" + token.hex()[2:]).verdict, BAD_MAC)
        malformed = ask("Resynchronise", rand=vector.rand, auts="ff")
        assert malformed.verdict == MALFORMED and malformed.explanation
        refused(CODE.NOT_FOUND, lambda: ask("Resynchronise", rand=vector.rand, auts=token.hex(), **stranger))

    @check("credentials")
    def _():
        fresh = key(documents.imsi(21), "opc")
        before = api.call("SubscriptionService.GetSubscription", {"name": "subscriptions/imsi-" + imsi})
        aka = {"k": k.hex(), "opc": fresh, "amf": "8000"}
        answer = ask("SetCredentials", aka=aka, etag=before.etag)
        assert answer.etag != before.etag
        equal(answer.private_identity.aka.k_fingerprint, before.private_identities[0].aka.k_fingerprint)
        assert answer.private_identity.aka.opc_fingerprint != before.private_identities[0].aka.opc_fingerprint
        [vector] = ask("GenerateVectors").vectors
        equal(milenage.f2_f5(k, unhex(fresh), unhex(vector.rand))[0].hex(), vector.xres)
        refused(CODE.ABORTED, lambda: ask("SetCredentials", aka=aka, etag=before.etag))
        refused(CODE.INVALID_ARGUMENT, lambda: ask("SetCredentials", aka={"k": "XY", "opc": fresh, "amf": "8000"}))
        refused(CODE.NOT_FOUND, lambda: ask("SetCredentials", aka=aka, **stranger))
