#!/usr/bin/python3
"""A small IMS UE with its P-CSCF imagined away: SIP over UDP, AKA with its own SQN (it sends AUTS), MD5 digest.

  ue.py register   --state DIR --imsi 001010000000001 [--sqn-ms N] [--expires 600] [--scheme 3GPP-Digest]
  ue.py deregister --state DIR --imsi ...
  ue.py call       --state DIR --imsi CALLER --to sip:... --through icscf|scscf
  ue.py answer     --state DIR --imsi CALLEE [--seconds 15]     (answers INVITE and BYE on its contact)

The UE remembers the highest SQN it accepted (SQN_MS) in DIR/ue_IMSI.json. A challenge that is not above it is answered with
auts= and a response over an empty password (TS 33.102 6.3.3, RFC 3310 3.4); --sqn-ms presets it. Exit status 0: final answer 200.
"""
import argparse
import base64
import hashlib
import json
import os
import random
import re
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import milenage  # noqa: E402


# Kamailio sends 401 and 200 a moment before it has filed the vector or the contact they stand for. On a radio link nobody notices;
# on loopback a UE without this pause is faster than that in one registration of a few hundred, and is challenged again.
RADIO_DELAY = 0.1


def md5(value):
    return hashlib.md5(value if isinstance(value, bytes) else value.encode()).hexdigest()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def log(*parts):
    print(time.strftime("%H:%M:%S"), *parts, flush=True)


class Ue:
    def __init__(self, options):
        self.options, self.realm = options, options.realm
        self.private_identity = f"{options.imsi}@{options.realm}"
        self.public_identity = options.impu or f"sip:{options.imsi}@{options.realm}"
        self.ip, self.port = f"{options.net}.50", options.port
        self.icscf, self.scscf = (f"{options.net}.30", 5060), (f"{options.net}.31", 6060)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ip, self.port))
        self.socket.settimeout(options.wait)
        self.k = bytes.fromhex(options.k)
        self.opc = milenage.opc_from_op(self.k, bytes.fromhex(options.op))
        self.state = os.path.join(options.state, f"ue_{options.imsi}.json")
        self.sqn_ms = 0
        if os.path.exists(self.state):
            with open(self.state) as f:
                self.sqn_ms = json.load(f)["sqn_ms"]
        if options.sqn_ms is not None:
            self.sqn_ms = options.sqn_ms
        self.cseq = 0
        self.call_id = f"{random.getrandbits(64):x}@{self.ip}"
        self.tag = f"{random.getrandbits(32):x}"

    # ---- what the USIM does ----

    def aka(self, nonce):
        """-> (RES, None) or (None, AUTS)"""
        raw = base64.b64decode(nonce)
        rand, autn = raw[:16], raw[16:32]
        res, ak = milenage.f2_f5(self.k, self.opc, rand)
        sqn, amf, mac = xor(autn[:6], ak), autn[6:8], autn[8:16]
        number = int.from_bytes(sqn, "big")
        mac_right = mac == milenage.f1_all(self.k, self.opc, rand, sqn, amf)[0]
        log(f"challenge: SQN_HE={number} (SEQ {number >> 5} IND {number & 31}) SQN_MS={self.sqn_ms} AMF={amf.hex()} MAC {'right' if mac_right else 'WRONG'}")
        if not mac_right:
            raise SystemExit("MAC failure: the network is not authenticated")
        if number > self.sqn_ms:
            self.sqn_ms = number
            with open(self.state, "w") as f:
                json.dump({"sqn_ms": number}, f)
            return res, None
        own = self.sqn_ms.to_bytes(6, "big")
        mac_s = milenage.f1_all(self.k, self.opc, rand, own, b"\0\0")[1]  # AMF is all zero here, TS 33.102 6.3.3
        auts = xor(own, milenage.f5star(self.k, self.opc, rand)) + mac_s
        log(f"SQN not acceptable -> AUTS {auts.hex()} carrying SQN_MS={self.sqn_ms}")
        return None, auts

    def keys_in_challenge(self, challenge, nonce):
        """CK and IK, which the S-CSCF leaves in the 401 for the P-CSCF, must be the USIM's own."""
        found = dict(re.findall(r'\b(ck|ik)="([0-9a-f]+)"', challenge))
        if found:
            rand = base64.b64decode(nonce)[:16]
            own = {"ck": milenage.f3(self.k, self.opc, rand).hex(), "ik": milenage.f4(self.k, self.opc, rand).hex()}
            log("CK and IK of the challenge are", "right" if found == own else "WRONG")

    def authorization(self, challenge, method, uri):
        fields = {k.lower(): v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', challenge)}
        nonce, algorithm = fields["nonce"], fields.get("algorithm", "MD5")
        password, auts = self.options.password.encode(), None
        if algorithm.upper().startswith("AKA"):
            self.keys_in_challenge(challenge, nonce)
            password, auts = self.aka(nonce)
        qop = "auth" if "auth" in fields.get("qop", "") else ""
        ha1 = md5(b":".join([self.private_identity.encode(), fields["realm"].encode(), password or b""]))
        cnonce = f"{random.getrandbits(64):016x}"
        middle = f"00000001:{cnonce}:{qop}:" if qop else ""
        response = md5(f"{ha1}:{nonce}:{middle}{md5(f'{method}:{uri}')}")
        header = (f'Authorization: Digest username="{self.private_identity}",realm="{fields["realm"]}",nonce="{nonce}",'
                  f'uri="{uri}",response="{response}",algorithm={algorithm}')
        if qop:
            header += f',qop={qop},nc=00000001,cnonce="{cnonce}"'
        if auts:
            header += f',auts="{base64.b64encode(auts).decode()}"'
        return header

    # ---- SIP ----

    def send(self, text, to):
        self.socket.sendto(text.replace("\n", "\r\n").encode(), to)

    def receive(self):
        data, source = self.socket.recvfrom(65535)
        return data.decode(errors="replace"), source

    def via(self, branch=None):
        return f"Via: SIP/2.0/UDP {self.ip}:{self.port};branch={branch or self.new_branch()}\n"

    @staticmethod
    def new_branch():
        return f"z9hG4bK{random.getrandbits(48):x}"

    def register_once(self, authorization, expires):
        self.cseq += 1
        uri = f"sip:{self.realm}"
        authorization = authorization or (f'Authorization: Digest username="{self.private_identity}",realm="{self.realm}",'
                                          f'nonce="",uri="{uri}",response=""')
        scheme = f"X-Rig-Alg: {self.options.scheme}\n" if self.options.scheme else ""
        self.send(f"REGISTER {uri} SIP/2.0\n{self.via()}Max-Forwards: 70\n"
                  f"From: <{self.public_identity}>;tag={self.tag}\nTo: <{self.public_identity}>\n"
                  f"Call-ID: {self.call_id}\nCSeq: {self.cseq} REGISTER\n"
                  f"Contact: <sip:{self.options.imsi}@{self.ip}:{self.port}{self.options.contact_parameters}>\nExpires: {expires}\n"
                  f"Path: <sip:term@{self.ip}:{self.port};lr>\nRequire: path\nSupported: path\n"
                  f'P-Visited-Network-ID: "{self.options.visited or self.realm}"\nP-Charging-Vector: icid-value={self.tag}\n'
                  f"{scheme}{authorization}\nContent-Length: 0\n\n", self.icscf)
        while True:
            text, _ = self.receive()
            if text.startswith("SIP/2.0 ") and not text.startswith("SIP/2.0 1") and f"CSeq: {self.cseq} REGISTER" in text:
                log(f"REGISTER cseq {self.cseq} expires {expires} ->", text.split("\r\n")[0])
                return text

    def register(self, expires):
        answer = self.register_once(None, expires)
        for _ in range(4):
            if not answer.startswith("SIP/2.0 401"):
                break
            time.sleep(RADIO_DELAY)
            challenge = re.search(r"WWW-Authenticate: (.*)\r\n", answer).group(1)
            answer = self.register_once(self.authorization(challenge, "REGISTER", f"sip:{self.realm}"), expires)
        time.sleep(RADIO_DELAY)
        for header in ("P-Associated-URI", "Service-Route", "Contact"):
            for value in re.findall(rf"^{header}: (.*)\r$", answer, re.M):
                log(f"   {header}: {value}")
        return answer.startswith("SIP/2.0 200")

    def call(self, to):
        first_hop = self.icscf if self.options.through == "icscf" else self.scscf
        route = f"Route: <sip:orig@{self.scscf[0]}:{self.scscf[1]};lr>\n" if self.options.through == "scscf" else ""
        self.cseq += 1
        sdp = f"v=0\no=- 1 1 IN IP4 {self.ip}\ns=-\nc=IN IP4 {self.ip}\nt=0 0\nm=audio 40000 RTP/AVP 8\n"
        branch = self.new_branch()
        dialog = f"From: <{self.public_identity}>;tag={self.tag}\nCall-ID: {self.call_id}\nMax-Forwards: 60\n"
        self.send(f"INVITE {to} SIP/2.0\n{self.via(branch)}{route}{dialog}To: <{to}>\nCSeq: {self.cseq} INVITE\n"
                  f"P-Asserted-Identity: <{self.public_identity}>\nContact: <sip:{self.options.imsi}@{self.ip}:{self.port}>\n"
                  f"Content-Type: application/sdp\nContent-Length: {len(sdp) + sdp.count(chr(10))}\n\n{sdp}", first_hop)
        while True:
            text, _ = self.receive()
            if not text.startswith("SIP/2.0") or self.call_id not in text:
                continue
            log(f"INVITE {to} ->", text.split("\r\n")[0], re.findall(r"^Server: (.*)\r$", text, re.M))
            code = int(text[8:11])
            if code >= 200:
                break
        to_header = re.search(r"^To: (.*)\r$", text, re.M).group(1)
        if code != 200:  # the ACK of a refusal belongs to the INVITE transaction
            self.send(f"ACK {to} SIP/2.0\n{self.via(branch)}{dialog}To: {to_header}\nCSeq: {self.cseq} ACK\nContent-Length: 0\n\n", first_hop)
            return False
        routes = re.findall(r"^Record-Route: (.*)\r$", text, re.M)[::-1]
        target = re.search(r"^Contact: <([^>]+)>", text, re.M).group(1)
        hop = re.search(r"sip:(?:[^@>]*@)?([\d.]+)(?::(\d+))?", routes[0] if routes else target)
        hop = (hop.group(1), int(hop.group(2) or 5060))
        for method, number in (("ACK", self.cseq), ("BYE", self.cseq + 1)):
            self.send(f"{method} {target} SIP/2.0\n{self.via()}" + "".join(f"Route: {r}\n" for r in routes)
                      + f"{dialog}To: {to_header}\nCSeq: {number} {method}\nContent-Length: 0\n\n", hop)
            time.sleep(0.2)
        return True

    def answer(self, seconds):
        end, called = time.time() + seconds, False
        print("listening", flush=True)
        while time.time() < end:
            self.socket.settimeout(max(0.1, end - time.time()))
            try:
                text, source = self.receive()
            except socket.timeout:
                break
            line = text.split("\r\n")[0]
            log("got", line)
            if text.startswith("SIP/2.0") or text.startswith("ACK"):
                continue
            called = called or line.startswith("INVITE")
            headers = "".join(h + "\r\n" for h in text.split("\r\n\r\n")[0].split("\r\n")[1:]
                              if re.match(r"(Via|From|Call-ID|CSeq|Record-Route):", h, re.I))
            to = re.search(r"^To: (.*)\r$", text, re.M).group(1)
            to += "" if "tag=" in to else f";tag={self.tag}"
            self.socket.sendto((f"SIP/2.0 200 OK\r\n{headers}To: {to}\r\nContact: <sip:{self.options.imsi}@{self.ip}:{self.port}>\r\n"
                                f"Server: rig-ue\r\nContent-Length: 0\r\n\r\n").encode(), source)
            if line.startswith("BYE"):
                break
        return called


def main():
    p = argparse.ArgumentParser()
    p.add_argument("what", choices=["register", "deregister", "call", "answer"])
    p.add_argument("--state", required=True)
    p.add_argument("--net", default="127.0.0")
    p.add_argument("--port", type=int, default=5071)
    p.add_argument("--imsi", default="001010000000001")
    p.add_argument("--impu")
    p.add_argument("--realm", default="ims.mnc001.mcc001.3gppnetwork.org")
    p.add_argument("--k", default="8BAF473F2F8FD09487CCCBD7097C6862")
    p.add_argument("--op", default="8E27B6AF0E692E750F32667A3B14605D")
    p.add_argument("--password", default="digestpass3")
    p.add_argument("--scheme", help="the scheme the S-CSCF shall ask the HSS for")
    p.add_argument("--expires", type=int, default=600)
    p.add_argument("--sqn-ms", type=int)
    p.add_argument("--visited", help="P-Visited-Network-ID, without its quotes")
    p.add_argument("--contact-parameters", default="")
    p.add_argument("--to")
    p.add_argument("--through", choices=["icscf", "scscf", "terminating"], default="icscf",
                   help="terminating: straight to the S-CSCF as a call for the callee, without the question to the HSS where he is")
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--wait", type=float, default=40)
    options = p.parse_args()
    ue = Ue(options)
    try:
        right = {"register": lambda: ue.register(options.expires), "deregister": lambda: ue.register(0),
                 "call": lambda: ue.call(options.to), "answer": lambda: ue.answer(options.seconds)}[options.what]()
    except socket.timeout:
        log("TIMEOUT waiting for a SIP answer")
        right = False
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
