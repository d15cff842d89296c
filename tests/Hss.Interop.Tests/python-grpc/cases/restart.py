"""The server goes and comes back."""
import queue

from support import CODE, check, ended, equal, refused, say, until


def run(rig):
    api, documents = rig.api, rig.documents

    @check("SIGTERM with a running stream, then a new server")
    def _():
        imsi = documents.imsi(50)
        name = "subscriptions/imsi-" + imsi
        api.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
        watch = api.call("SubscriptionService.WatchSubscriptions", timeout=None)
        token = next(watch).resume_token
        items = queue.Queue()
        items.put({"options": {}})
        idle = api.duplex("SubscriptionService.ImportSubscriptions", iter(items.get, None))
        health = api.call("Health.Watch", timeout=None)
        equal(next(health).status, 1)
        say("ask restart")
        equal(next(health).status, 2)
        equal([ended(watch), ended(idle)], [CODE.UNAVAILABLE, CODE.UNAVAILABLE])
        assert watch.details() and idle.details()
        items.put(None)
        # The same channel finds the new one by itself, and goes on where it was.
        found = api.call("SubscriptionService.GetSubscription", {"name": name}, wait_for_ready=True, timeout=30)
        equal(found.name, name)
        again = api.call("SubscriptionService.WatchSubscriptions", {"resumeToken": token})
        next(again)
        api.call("SubscriptionService.DeleteSubscription", {"name": name})
        until(again, lambda change: change.subscription_id == found.subscription_id and change.kind == 3)
        again.cancel()
        refused(CODE.NOT_FOUND, lambda: api.call("SubscriptionService.GetSubscription", {"name": name}))
