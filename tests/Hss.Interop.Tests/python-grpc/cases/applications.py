"""ApplicationServerService, with an application server that the tests bring."""
from support import CODE, check, equal, eventually, invalid, refused, say

CREATED, UNCHANGED = 1, 3
REPOSITORY_DATA, IMS_USER_STATE = 1, 11
FAILED, WITHDRAWN = 3, 5


def run(rig):
    config, documents = rig.config, rig.documents
    ask = lambda method, **request: rig.api.call("ApplicationServerService." + method, request)
    imsi = documents.imsi(40)
    subscription_id, private_identity, public_identity = "imsi-" + imsi, documents.private_identity(imsi), documents.public_identity(imsi)
    host, server_name = config["applicationServer"], documents.application_server
    name = "applicationServers/" + host
    notifications = lambda: ask("ListNotifications", diameterHost=host, state="FAILED").notifications

    @check("what an application server may do")
    def _():
        permissions = [{"dataReference": "REPOSITORY_DATA", "operations": ["PULL", "UPDATE", "SUBSCRIBE"]}, {"dataReference": "IMS_USER_STATE", "operations": ["PULL", "SUBSCRIBE"]}]
        put = ask("PutApplicationServer", applicationServer={"diameterHost": host, "permissions": permissions})
        server = put.application_server
        equal([put.outcome, server.name, [one.data_reference for one in server.permissions], list(server.permissions[0].operations)], [CREATED, name, [REPOSITORY_DATA, IMS_USER_STATE], [1, 2, 3]])
        equal(ask("GetApplicationServer", name=name), server)
        equal([one for one in ask("ListApplicationServers").application_servers if one.name == name], [server])
        same = {"diameterHost": host, "permissions": permissions, "etag": server.etag}
        equal(ask("PutApplicationServer", applicationServer=same).outcome, UNCHANGED)
        refused(CODE.ABORTED, lambda: ask("PutApplicationServer", applicationServer=dict(same, etag="1")))
        invalid(lambda: ask("PutApplicationServer", applicationServer={"diameterHost": host, "permissions": [{"dataReference": "MSISDN", "operations": ["PULL", "UPDATE"]}]}),
                "application_server.permissions[0].operations[1]")
        for method in "GetApplicationServer", "DeleteApplicationServer":
            refused(CODE.NOT_FOUND, lambda: ask(method, name="applicationServers/none.example.org"))

    @check("services are switched")
    def _():
        subscription = documents.subscription(imsi)
        subscription["serviceProfiles"] = [{"name": "plain", "initialFilterCriteria": [{
            "priority": 1, "applicationServer": {"serverName": server_name}, "dsaiTags": ["voicemail"],
            "triggerPoint": {"conditionTypeCnf": False, "servicePointTriggers": [{"groups": [0], "method": "INVITE"}, {"groups": [0], "sessionCase": "ORIGINATING_REGISTERED"}]}}]}]
        subscription["privateIdentities"][0]["msisdns"] = ["+" + imsi]
        rig.api.call("SubscriptionService.UpsertSubscription", {"subscription": subscription})
        equal(list(rig.api.call("SubscriptionService.GetSubscription", {"name": "subscriptions/" + subscription_id}).private_identities[0].msisdns), [imsi])
        service = dict(publicIdentity=public_identity, serverName=server_name)
        off = ask("SetServiceActivation", dsaiTag="voicemail", active=False, **service)
        equal([off.subscription_id, off.public_identity, off.server_name, off.dsai_tag, off.active], [subscription_id, public_identity, server_name, "voicemail", False])
        equal(list(ask("ListServiceActivations", subscriptionId=subscription_id).service_activations), [off])
        refused(CODE.NOT_FOUND, lambda: ask("SetServiceActivation", dsaiTag="none", active=True, **service))
        invalid(lambda: ask("ListServiceActivations"), "subscription_id")

    @check("access data")
    def _():
        data = "<Sh-Data><PSUserState>2</PSUserState></Sh-Data>"
        report = ask("ReportAccess", privateIdentity=private_identity, shData=data)
        equal([report.private_identity, report.sh_data, report.report_time.seconds > 0], [private_identity, data, True])
        equal(ask("GetAccessReport", privateIdentity=private_identity), report)
        invalid(lambda: ask("ReportAccess", privateIdentity=private_identity, shData="<Sh-Data/>"), "sh_data")
        refused(CODE.FAILED_PRECONDITION, lambda: ask("ReportAccess", privateIdentity=private_identity, shData=data, reportTime="1970-01-01T00:00:01Z"))
        ask("DeleteAccessReport", privateIdentity=private_identity)
        refused(CODE.NOT_FOUND, lambda: ask("GetAccessReport", privateIdentity=private_identity))

    @check("data, subscriptions and notifications of an application server")
    def _():
        say("ask application-server " + imsi)
        subscriptions = lambda: ask("ListNotificationSubscriptions", subscriptionId=subscription_id).notification_subscriptions
        two = {one.key.data_reference: one for one in eventually(subscriptions, lambda found: len(found) == 2)}
        state, data = two[IMS_USER_STATE], two[REPOSITORY_DATA]
        equal([data.key.diameter_host, data.key.public_identity, data.key.service_indication], [host, public_identity, "settings"])
        equal(len(ask("ListNotificationSubscriptions", diameterHost=host).notification_subscriptions), 2)
        ask("DeleteNotificationSubscription", subscriptionId=subscription_id, id=state.id)
        equal(list(subscriptions()), [data])
        refused(CODE.NOT_FOUND, lambda: ask("DeleteNotificationSubscription", subscriptionId=subscription_id, id=state.id))

        key = dict(publicIdentity=public_identity, serviceIndication="settings")
        listed = ask("ListRepositoryData", subscriptionId=subscription_id).repository_data[0]
        got = ask("GetRepositoryData", **key)
        equal([listed.service_data, got.service_data, got.sequence_number], ["", '<settings xmlns="urn:test">1</settings>', 0])
        refused(CODE.ABORTED, lambda: ask("DeleteRepositoryData", sequenceNumber=7, **key))
        ask("DeleteRepositoryData", sequenceNumber=0, **key)
        refused(CODE.NOT_FOUND, lambda: ask("GetRepositoryData", **key))

        # The application server of the tests recognises no notification.
        failed = eventually(notifications, lambda found: len(found) == 1)[0]
        equal([failed.subscription_id, failed.key], [subscription_id, data.key])
        equal(ask("RetryNotification", id=failed.id).notification.id, failed.id)
        eventually(notifications, lambda found: len(found) == 1)
        equal(ask("WithdrawNotification", id=failed.id).notification.state, WITHDRAWN)
        for method in "RetryNotification", "WithdrawNotification":
            refused(CODE.FAILED_PRECONDITION, lambda: ask(method, id=failed.id))
            refused(CODE.NOT_FOUND, lambda: ask(method, id=10 ** 12))

    @check("an application server that is removed may do nothing")
    def _():
        ask("DeleteApplicationServer", name=name)
        equal([one for one in ask("ListApplicationServers").application_servers if one.name == name], [])
        ask("DeleteApplicationServer", name=name, allowMissing=True)
