"""Subscriptions of the tests."""
import hashlib
import json


def key(imsi, what):
    """Follows from the identity, so that a failure can be repeated."""
    return hashlib.sha256(("%s of %s" % (what, imsi)).encode()).hexdigest()[:32]


class Documents:
    def __init__(self, realm, digits):
        self.realm, self._digits = realm, digits

    def imsi(self, number):
        """The first digits are the client's own: another one runs beside this one."""
        return "%s%06d" % (self._digits, number)

    def private_identity(self, imsi):
        return "%s@%s" % (imsi, self.realm)

    def public_identity(self, imsi):
        return "sip:%s@%s" % (imsi, self.realm)

    @property
    def application_server(self):
        return "sip:as.%s:5090;lr" % self.realm

    def subscription(self, imsi, k=None):
        """In the JSON form of the message, which is the form of a document, too."""
        return {
            "subscriptionId": "imsi-" + imsi,
            "privateIdentities": [{"identity": self.private_identity(imsi), "aka": {"k": k or key(imsi, "k"), "opc": key(imsi, "opc"), "amf": "8000"}}],
            "implicitRegistrationSets": [{"publicIdentities": [{"identity": self.public_identity(imsi), "serviceProfile": "plain"}]}],
            "serviceProfiles": [{"name": "plain", "initialFilterCriteria": [{"template": "mmtel-originating", "parameters": {"as_uri": self.application_server}}]}],
        }

    def json(self, imsi, k=None):
        return json.dumps(self.subscription(imsi, k))

    def invite(self, imsi):
        return "\r\n".join(["INVITE sip:bob@%s SIP/2.0" % self.realm, "From: <%s>;tag=1" % self.public_identity(imsi), "To: <sip:bob@%s>" % self.realm, "Call-ID: 1",
                            "CSeq: 1 INVITE", "Content-Length: 0", "", ""])
