"""Every service in clear, as on loopback without tokens; at the end the server is stopped and comes back."""
from dataclasses import dataclass

import grpc

from cases import applications, authentication, imports, node, profiles, protocol, registrations, restart, subscriptions
from documents import Documents, key
from support import Api, Schema


@dataclass
class Rig:
    config: dict
    documents: Documents
    schema: Schema
    api: Api


def run(config):
    documents = Documents(config["realm"], config["imsi"])
    for number in range(100):
        Api.secrets += [key(documents.imsi(number), "k"), key(documents.imsi(number), "opc")]
    channel = grpc.insecure_channel(config["address"], options=[("grpc.min_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)])
    schema = Schema(channel)
    rig = Rig(config, documents, schema, Api(channel, schema))
    for part in protocol, subscriptions, imports, authentication, registrations, applications, profiles, node, restart:
        part.run(rig)
