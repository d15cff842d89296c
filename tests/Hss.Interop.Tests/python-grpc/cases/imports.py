"""ImportSubscriptions and ListSubscriptions."""
import base64

from support import CODE, check, equal, invalid

COUNT, BAD, BATCH, FIRST = 3000, 1500, 500, 100000


def run(rig):
    api, documents = rig.api, rig.documents

    def import_all(options, count, bad):
        """Sends documents while the answers are read; returns them."""
        def requests():
            yield {"options": options}
            for i in range(1, count + 1):
                imsi = documents.imsi(FIRST + i)
                # Every other one as a document; the bad one is a message.
                if i % 2:
                    yield {"documentJson": base64.b64encode(documents.json(imsi).encode()).decode(), "line": i}
                else:
                    yield {"subscription": documents.subscription(imsi, k="XY" if i == bad else None), "line": i}

        call = api.duplex("SubscriptionService.ImportSubscriptions", requests(), timeout=60)
        answers = list(call)
        equal(call.code(), CODE.OK)
        equal([answer.done for answer in answers], [False] * (len(answers) - 1) + [True])
        return answers

    @check("import that is stopped by a bad document")
    def _():
        last = import_all({"continueOnError": False}, BATCH * 2, BATCH + 100)[-1]
        equal([last.stopped_early, last.created, last.refused, last.committed_line], [True, BATCH, 1, BATCH])

    @check("import of thousands with a bad one in the middle")
    def _():
        answers = import_all({"continueOnError": True}, COUNT, BAD)
        assert len(answers) > 2, "no progress is told"
        last = answers[-1]
        equal([last.received, last.created, last.unchanged, last.refused, last.committed_line, last.stopped_early], [COUNT, COUNT - 1 - BATCH, BATCH, 1, COUNT, False])
        [problem] = [one for answer in answers for one in answer.problems if not one.is_warning]
        equal([problem.line, problem.subscription_id, problem.field], [BAD, "imsi-" + documents.imsi(FIRST + BAD), "subscription.private_identities[0].aka.k"])

    @check("lists and their pages")
    def _():
        ask = lambda **request: api.call("SubscriptionService.ListSubscriptions", request)
        query, seen, token = 'subscription_id = "imsi-%s*"' % documents.imsi(FIRST)[:10], [], ""
        while True:
            page = ask(pageSize=700, pageToken=token, filter=query)
            assert len(page.subscriptions) <= 700
            seen += [one.subscription_id for one in page.subscriptions]
            token = page.next_page_token
            if not token:
                break
        equal([len(set(seen)), sorted(seen) == seen, "imsi-" + documents.imsi(FIRST + BAD) in seen], [COUNT - 1, True, False])
        one = ask(filter='public_identity = "%s"' % documents.public_identity(documents.imsi(FIRST + 7)))
        equal([found.subscription_id for found in one.subscriptions], ["imsi-" + documents.imsi(FIRST + 7)])
        invalid(lambda: ask(filter="x" * 2000), "filter")
        invalid(lambda: ask(filter='colour = "blue"'), "filter")
        invalid(lambda: ask(pageToken="nonsense"), "page_token")
        invalid(lambda: ask(pageSize=-1), "page_size")
