"""ServiceProfileService."""
from support import CODE, check, equal, refused, violations


def run(rig):
    api, documents = rig.api, rig.documents
    imsi = documents.imsi(40)
    as_uri = documents.application_server
    api.call("SubscriptionService.UpsertSubscription", {"subscription": documents.subscription(imsi)})
    profile = {"name": "plain", "initialFilterCriteria": [{"template": "mmtel-originating", "parameters": {"as_uri": as_uri}}]}
    sources = {"serviceProfile": profile}, {"subscription": "subscriptions/imsi-" + imsi}, {"documentJson": documents.json(imsi)}
    ask = lambda method, source, **more: api.call("ServiceProfileService." + method, {"source": source, **more})
    invite = {"sipMessage": documents.invite(imsi), "sessionCase": "ORIGINATING_REGISTERED", "registered": True}

    @check("templates")
    def _():
        templates = api.call("ServiceProfileService.ListTemplates").templates
        [one] = [template for template in templates if template.name == "mmtel-originating"]
        equal([one.first_priority, one.last_priority, one.parameters[0].name, one.parameters[0].type], [400, 499, "as_uri", "sip-uri"])
        sets = api.call("ServiceProfileService.ListTemplateSets").sets
        # A set may be empty: data only.
        assert all(one.name for one in sets) and any(one.initial_filter_criteria for one in sets)
        reload = api.call("ServiceProfileService.ReloadTemplates")
        equal([reload.reloaded, reload.templates, reload.sets, len(reload.problems)], [True, len(templates), len(sets), 0])

    @check("a profile rendered")
    def _():
        for source in sources:
            answer = ask("RenderServiceProfile", source)
            assert "<IMSSubscription" in answer.user_data_xml and as_uri in answer.user_data_xml
            made = answer.service_profile.initial_filter_criteria[0]
            equal([made.priority, made.application_server.server_name], [400, as_uri])

    @check("a profile checked")
    def _():
        for source in sources:
            equal(len(ask("LintServiceProfile", source).errors), 0)
        errors = ask("LintServiceProfile", {"serviceProfile": {"name": "bad", "initialFilterCriteria": [{"template": "no-such-template"}]}}).errors
        assert errors and errors[0].field and "no-such-template" in errors[0].description

    @check("a call simulated")
    def _():
        for source in sources:
            equal(list(ask("Simulate", source, **invite).application_servers), [as_uri])
            silent = ask("Simulate", source, **{**invite, "sessionCase": "TERMINATING_REGISTERED"})
            equal([len(silent.application_servers), silent.evaluations[0].fires, len(silent.evaluations[0].reasons) > 0], [0, False, True])

    @check("errors of profiles")
    def _():
        for method in "RenderServiceProfile", "LintServiceProfile", "Simulate":
            more = invite if method == "Simulate" else {}
            refused(CODE.NOT_FOUND, lambda: ask(method, {"subscription": "subscriptions/none"}, **more))
            assert violations(refused(CODE.INVALID_ARGUMENT, lambda: ask(method, {}, **more)))[0].startswith("source")
        equal(violations(refused(CODE.INVALID_ARGUMENT, lambda: ask("Simulate", {"serviceProfile": profile}, **{**invite, "sipMessage": "hello"}))), ["sip_message"])
