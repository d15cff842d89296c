"""SubscriptionService but for imports and lists, and AuditService."""
import json
import uuid

from documents import key
from support import CODE, check, ended, equal, invalid, refused, until


def run(rig):
    api, documents = rig.api, rig.documents
    ids = documents.imsi
    wanted = documents.subscription(ids(10))
    name = "subscriptions/" + wanted["subscriptionId"]
    get = lambda: api.call("SubscriptionService.GetSubscription", {"name": name})

    @check("create and get")
    def _():
        made = api.call("SubscriptionService.CreateSubscription", {"subscription": wanted, "requestId": str(uuid.uuid4())})
        equal(made.name, name)
        assert made.etag and made.create_time.seconds > 0
        aka = made.private_identities[0].aka
        equal([aka.algorithm, aka.k, aka.opc, aka.amf, len(aka.k_fingerprint)], [1, "", "", "8000", 16])
        equal(made.implicit_registration_sets[0].public_identities[0].identity, documents.public_identity(ids(10)))
        equal(dict(made.service_profiles[0].initial_filter_criteria[0].parameters), {"as_uri": documents.application_server})
        equal(get(), made)

    @check("errors of create and get")
    def _():
        refused(CODE.ALREADY_EXISTS, lambda: api.call("SubscriptionService.CreateSubscription", {"subscription": wanted}))
        bad = documents.subscription(ids(11), k="XY")
        bad["privateIdentities"][0]["identity"] = "no identity"
        invalid(lambda: api.call("SubscriptionService.CreateSubscription", {"subscription": bad}),
                "subscription.private_identities[0].identity", "subscription.private_identities[0].aka.k")
        invalid(lambda: api.call("SubscriptionService.CreateSubscription"), "subscription")
        refused(CODE.NOT_FOUND, lambda: api.call("SubscriptionService.GetSubscription", {"name": "subscriptions/none"}))
        invalid(lambda: api.call("SubscriptionService.GetSubscription", {"name": ""}), "name")

    @check("update")
    def _():
        def update(mask, **subscription):
            # The JSON form of a mask is camelCase and knows no dots inside a name.
            message = api.message("SubscriptionService.UpdateSubscription", {"subscription": subscription})
            message.update_mask.paths.append(mask)
            return api.call("SubscriptionService.UpdateSubscription", message)

        before = get()
        after = update("registration_allowed", name=name, etag=before.etag, registrationAllowed=False, imsi="999999")
        equal([after.registration_allowed, after.imsi], [False, before.imsi])
        assert after.etag != before.etag
        refused(CODE.ABORTED, lambda: update("registration_allowed", name=name, etag=before.etag, registrationAllowed=True))
        invalid(lambda: update("private_identities.aka", name=name), "update_mask")
        refused(CODE.NOT_FOUND, lambda: update("registration_allowed", name="subscriptions/none", registrationAllowed=True))
        allowed = update("registration_allowed", name=name, registrationAllowed=True)
        # Absent means true, and a client can tell that from false.
        assert allowed.registration_allowed or not allowed.HasField("registration_allowed")

    @check("upsert")
    def _():
        upsert = lambda **request: api.call("SubscriptionService.UpsertSubscription", request)

        def upsert_message(subscription):
            message = api.message("SubscriptionService.UpsertSubscription", {})
            message.subscription.CopyFrom(subscription)
            return api.call("SubscriptionService.UpsertSubscription", message)

        stored = get()
        equal(upsert_message(stored).outcome, 3)
        document = documents.json(ids(12))
        equal(upsert(documentJson=document, validateOnly=True).outcome, 1)
        refused(CODE.NOT_FOUND, lambda: api.call("SubscriptionService.GetSubscription", {"name": "subscriptions/imsi-" + ids(12)}))
        request_id = str(uuid.uuid4())
        made = upsert(documentJson=document, requestId=request_id)
        equal(made.outcome, 1)
        equal(upsert(documentJson=document, requestId=request_id).subscription, made.subscription)
        equal(upsert(documentJson=document).outcome, 3)
        changed = type(stored)()
        changed.CopyFrom(stored)
        changed.charging.primary_collection = "aaa://ccf.example.org"
        answer = upsert_message(changed)
        equal([answer.outcome, answer.subscription.charging.primary_collection], [2, "aaa://ccf.example.org"])
        refused(CODE.ABORTED, lambda: upsert(documentJson=document, etag="1000000"))
        refused(CODE.ABORTED, lambda: upsert_message(stored))
        invalid(lambda: upsert(documentJson=documents.json(ids(12), k="XY")), "privateIdentities[0].aka.k")
        invalid(upsert, "subscription")

    @check("watch sees what another call changes")
    def _():
        subscription_id = "imsi-" + ids(13)
        watch = api.call("SubscriptionService.WatchSubscriptions")
        equal(next(watch).kind, 4)
        made = api.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(ids(13))}).subscription
        created = until(watch, lambda change: change.subscription_id == subscription_id)
        equal([created.kind, created.actor, created.subscription], [1, "local", made])
        api.call("SubscriptionService.DeleteSubscription", {"name": made.name, "etag": made.etag})
        deleted = until(watch, lambda change: change.subscription_id == subscription_id)
        equal([deleted.kind, deleted.HasField("subscription")], [3, False])
        watch.cancel()
        # From where the first one was.
        again = api.call("SubscriptionService.WatchSubscriptions", {"resumeToken": created.resume_token})
        equal(until(again, lambda change: change.subscription_id == subscription_id).kind, 3)
        again.cancel()
        equal(ended(api.call("SubscriptionService.WatchSubscriptions", {"resumeToken": "nonsense"})), CODE.INVALID_ARGUMENT)

    @check("explain")
    def _():
        explain = lambda **request: api.call("SubscriptionService.ExplainIdentity", request)
        private_identity = documents.private_identity(ids(10))
        good = explain(privateIdentity=private_identity, publicIdentity=documents.public_identity(ids(10)))
        assert good.may_register and good.steps and good.summary
        equal(good.subscription_id, wanted["subscriptionId"])
        other = explain(privateIdentity=private_identity, publicIdentity=documents.public_identity(ids(12)))
        equal([other.may_register, other.result], [False, "DIAMETER_ERROR_IDENTITIES_DONT_MATCH"])
        refused(CODE.INVALID_ARGUMENT, explain)

    @check("audit and undo")
    def _():
        records = api.call("AuditService.ListAuditRecords", {"subscriptionId": wanted["subscriptionId"]}).records
        equal([record.kind for record in records], [2, 2, 2, 1])
        assert records[0].actor == "local" and records[0].remote_address.startswith("127.") and records[0].method and records[0].summary
        equal([records[0].after.charging.primary_collection, records[0].before.HasField("charging")], ["aaa://ccf.example.org", False])
        equal(api.call("AuditService.UndoAuditRecord", {"id": records[0].id}).undoes, records[0].id)
        assert not get().HasField("charging")
        refused(CODE.FAILED_PRECONDITION, lambda: api.call("AuditService.UndoAuditRecord", {"id": records[1].id}))
        refused(CODE.NOT_FOUND, lambda: api.call("AuditService.UndoAuditRecord", {"id": 10 ** 12}))
        invalid(lambda: api.call("AuditService.ListAuditRecords", {"pageToken": "nonsense"}), "page_token")

    @check("delete")
    def _():
        drop = lambda **more: api.call("SubscriptionService.DeleteSubscription", {"name": name, **more})
        refused(CODE.ABORTED, lambda: drop(etag="1000000"))
        drop(validateOnly=True)
        get()
        equal(drop().ByteSize(), 0)
        refused(CODE.NOT_FOUND, drop)
        drop(allowMissing=True)
        invalid(lambda: drop(name="nonsense"), "name")
