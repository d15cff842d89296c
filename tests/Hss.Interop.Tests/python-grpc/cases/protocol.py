"""What has to do with gRPC and not with subscribers."""
import queue
import time

import grpc

from support import CODE, Api, check, ended, equal, invalid, refused, say, until


def run(rig):
    api, documents, schema = rig.api, rig.documents, rig.schema

    @check("reflection")
    def _():
        assert "hss.provisioning.v1.SubscriptionService" in schema.services
        for method in schema.methods:
            say("served /%s/%s" % (method.containing_service.full_name, method.name))
        equal(schema.unknown.error_code, CODE.NOT_FOUND.value[0])
        equal(schema.code, CODE.OK)
        # Through the stubs that were made of its own description.
        [answer] = api.duplex("ServerReflection.ServerReflectionInfo", [{"listServices": ""}])
        equal(sorted(one.name for one in answer.list_services_response.service), schema.services)

    @check("health")
    def _():
        serving = lambda service: schema.type("grpc.health.v1.HealthCheckResponse").ServingStatus.Name(api.call("Health.Check", {"service": service}).status)
        equal([serving(""), serving("hss.provisioning.v1.AuditService")], ["SERVING", "SERVING"])
        refused(CODE.NOT_FOUND, lambda: serving("no.such.Service"))
        watch = api.call("Health.Watch")
        equal(next(watch).status, 1)
        watch.cancel()
        equal(watch.code(), CODE.CANCELLED)

    @check("unknown methods and services")
    def _():
        for path in "/hss.provisioning.v1.SubscriptionService/RenameSubscription", "/no.such.Service/Get":
            refused(CODE.UNIMPLEMENTED, lambda: api.channel.unary_unary(path)(b""))

    @check("a message that is too large")
    def _():
        refused(CODE.RESOURCE_EXHAUSTED, lambda: api.call("SubscriptionService.UpsertSubscription", {"documentJson": " " * (5 << 20)}))
        equal(api.call("Health.Check").status, 1)  # the connection is as good as before

    @check("deadlines")
    def _():
        begun = time.monotonic()
        watch = api.call("SubscriptionService.WatchSubscriptions", timeout=0.4)
        equal(next(watch).kind, 4)
        equal(ended(watch), CODE.DEADLINE_EXCEEDED)
        nothing = queue.Queue()
        equal(ended(api.duplex("SubscriptionService.ImportSubscriptions", iter(nothing.get, None), timeout=0.4)), CODE.DEADLINE_EXCEEDED)
        nothing.put(None)
        assert time.monotonic() - begun < 10

    @check("cancellation")
    def _():
        watch = api.call("SubscriptionService.WatchSubscriptions")
        equal(next(watch).kind, 4)
        watch.cancel()
        equal(ended(watch), CODE.CANCELLED)

    @check("binary metadata")
    def _():
        metadata = [("x-trace-bin", b"\0\xff\1\2"), ("x-trace-bin", b""), ("x-note", "a, b")]
        invalid(lambda: api.call("SubscriptionService.GetSubscription", {"name": "users/1"}, metadata=metadata), "name")
        refused(CODE.NOT_FOUND, lambda: api.call("SubscriptionService.GetSubscription", {"name": "subscriptions/none"}, metadata=metadata))

    @check("gzip both ways")
    def _():
        with grpc.insecure_channel(rig.config["address"], compression=grpc.Compression.Gzip) as channel:
            packed, imsi = Api(channel, schema), documents.imsi(1)
            made = packed.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
            equal(made.outcome, 1)
            read = packed.call("SubscriptionService.GetSubscription", {"name": "subscriptions/imsi-" + imsi})
            equal(read, made.subscription)
            watch = packed.call("SubscriptionService.WatchSubscriptions")
            next(watch)
            packed.call("SubscriptionService.DeleteSubscription", {"name": read.name})
            until(watch, lambda change: change.subscription_id == read.subscription_id and change.kind == 3)
            watch.cancel()

    @check("many calls at once")
    def _():
        calls = [api.future("NodeService.ListPeers", {}) if i % 4 else api.future("SubscriptionService.GetSubscription", {"name": "subscriptions/none-%d" % i}) for i in range(400)]
        for i, call in enumerate(calls):
            if i % 4:
                call.result()
            else:
                assert "none-%d" % i in refused(CODE.NOT_FOUND, call.result).details()
