"""RegistrationService, with an S-CSCF that the tests bring."""
from support import CODE, check, equal, eventually, invalid, refused, say

NOT_REGISTERED, REGISTERED = 1, 2
FAILED, FORCED = 3, 4


def run(rig):
    config, documents = rig.config, rig.documents
    ask = lambda method, **request: rig.api.call("RegistrationService." + method, request)
    imsi = documents.imsi(30)
    private_identity, public_identity = documents.private_identity(imsi), documents.public_identity(imsi)
    registration = lambda: ask("GetRegistration", privateIdentity=private_identity).registrations[0]
    jobs = lambda: ask("ListJobs", identity=public_identity).jobs

    @check("a registration")
    def _():
        rig.api.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
        before = registration()
        equal([before.status, before.server_name], [NOT_REGISTERED, ""])
        say("ask register " + imsi)
        after = eventually(registration, lambda one: one.status == REGISTERED)
        equal([after.server_name, after.diameter_host, list(after.public_identities), list(after.registered_private_identities)],
              [config["serverName"], config["scscf"], [public_identity], [private_identity]])
        equal(list(ask("GetRegistration", publicIdentity=public_identity).registrations), [after])
        listed = ask("ListRegistrations", filter='server_name = "%s"' % config["serverName"]).registrations
        equal([one for one in listed if one.subscription_id == after.subscription_id], [after])

    @check("errors of registrations")
    def _():
        invalid(lambda: ask("GetRegistration"), "private_identity")
        refused(CODE.NOT_FOUND, lambda: ask("GetRegistration", privateIdentity="none@" + documents.realm))
        invalid(lambda: ask("ListRegistrations", filter='colour = "blue"'), "filter")
        invalid(lambda: ask("Deregister", privateIdentity=private_identity, publicIdentity=public_identity), "private_identity")
        refused(CODE.NOT_FOUND, lambda: ask("Deregister", publicIdentity=documents.public_identity("none")))
        invalid(lambda: ask("ListJobs", pageToken="nonsense"), "page_token")
        for method in "RetryJob", "ForceJob":
            refused(CODE.NOT_FOUND, lambda: ask(method, id=10 ** 12))

    @check("a de-registration and its job")
    def _():
        equal(ask("Deregister", privateIdentity=private_identity, info="moved away").written, True)
        # The S-CSCF of the tests refuses every RTR.
        failed = eventually(jobs, lambda found: found[0].state == FAILED)[0]
        equal([failed.kind, failed.diameter_host, failed.subscription_id], ["RTR", config["scscf"], "imsi-" + imsi])
        equal(ask("RetryJob", id=failed.id).job.id, failed.id)
        eventually(jobs, lambda found: found[0].state == FAILED)
        equal(ask("ForceJob", id=failed.id).job.state, FORCED)
        refused(CODE.FAILED_PRECONDITION, lambda: ask("RetryJob", id=failed.id))
        equal(registration().status, NOT_REGISTERED)
        equal(ask("Deregister", privateIdentity=private_identity).written, False)
