"""What the cases share: stubs made from what the server's reflection says (no generated code), and the lines that the tests read."""
import queue
import sys
import threading
import time
import traceback

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

CALL_LIMIT = 20
CASE_LIMIT = 40
CODE = grpc.StatusCode
_saying = threading.Lock()


def say(line):
    with _saying:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


# grpc.reflection.v1 itself must be known to ask for all else: the few fields that are needed, field numbers as published.
def _reflection_pool():
    file = descriptor_pb2.FileDescriptorProto(name="reflection.proto", package="grpc.reflection.v1", syntax="proto3")
    text, octets, message = descriptor_pb2.FieldDescriptorProto.TYPE_STRING, descriptor_pb2.FieldDescriptorProto.TYPE_BYTES, descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE

    def add(name, *fields):
        one = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            made = one.field.add(name=field, number=number, label=3 if repeated else 1)
            if isinstance(kind, str):
                made.type, made.type_name = message, ".grpc.reflection.v1." + kind
            else:
                made.type = kind

    add("ServerReflectionRequest", ("file_containing_symbol", 4, text, False), ("list_services", 7, text, False))
    add("FileDescriptorResponse", ("file_descriptor_proto", 1, octets, True))
    add("ServiceResponse", ("name", 1, text, False))
    add("ListServiceResponse", ("service", 1, "ServiceResponse", True))
    add("ErrorResponse", ("error_code", 1, descriptor_pb2.FieldDescriptorProto.TYPE_INT32, False), ("error_message", 2, text, False))
    add("ServerReflectionResponse", ("file_descriptor_response", 4, "FileDescriptorResponse", False), ("list_services_response", 6, "ListServiceResponse", False),
        ("error_response", 7, "ErrorResponse", False))
    # An empty list_services is a question, too: it must go out although it is empty.
    request = file.message_type[0]
    request.oneof_decl.add(name="message_request")
    for field in request.field:
        field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


class Reflection:
    """One stream of questions and answers."""
    def __init__(self, channel, **options):
        pool = _reflection_pool()
        factory = message_factory.MessageFactory(pool)
        self._request = factory.GetPrototype(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionRequest"))
        response = factory.GetPrototype(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionResponse"))
        self._questions = queue.Queue()
        self.call = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", self._request.SerializeToString, response.FromString)(
            iter(self._questions.get, None), timeout=CALL_LIMIT, wait_for_ready=True, **options)

    def ask(self, **question):
        self._questions.put(self._request(**question))
        return next(self.call)

    def end(self):
        self._questions.put(None)
        return self.call.code()


class Schema:
    """All that the server says about itself."""
    def __init__(self, channel, **options):
        reflection = Reflection(channel, **options)
        self.services = sorted(one.name for one in reflection.ask(list_services="").list_services_response.service)
        files = {}
        for symbol in self.services:
            for octets in reflection.ask(file_containing_symbol=symbol).file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(octets)
                files[file.name] = file
        self.unknown = reflection.ask(file_containing_symbol="no.such.Thing").error_response
        self.code = reflection.end()
        self.pool = descriptor_pool.DescriptorPool()

        def add(name):
            if name in files:
                file = files.pop(name)
                for needed in file.dependency:
                    add(needed)
                self.pool.Add(file)

        for name in list(files):
            add(name)
        self.factory = message_factory.MessageFactory(self.pool)
        self.methods = [method for service in self.services for method in self.pool.FindServiceByName(service).methods]

    def type(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))


# google.rpc is no service's message, so reflection does not tell it: the few fields that are needed.
def _rpc_pool():
    file = descriptor_pb2.FileDescriptorProto(name="rpc.proto", package="google.rpc", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto

    def add(name, *fields):
        one = file.message_type.add(name=name)
        for field, number, kind, repeated, of in fields:
            one.field.add(name=field, number=number, type=kind, label=3 if repeated else 1, type_name=of)

    add("Any", ("type_url", 1, kinds.TYPE_STRING, False, None), ("value", 2, kinds.TYPE_BYTES, False, None))
    add("Status", ("code", 1, kinds.TYPE_INT32, False, None), ("message", 2, kinds.TYPE_STRING, False, None), ("details", 3, kinds.TYPE_MESSAGE, True, ".google.rpc.Any"))
    add("FieldViolation", ("field", 1, kinds.TYPE_STRING, False, None), ("description", 2, kinds.TYPE_STRING, False, None))
    add("BadRequest", ("field_violations", 1, kinds.TYPE_MESSAGE, True, ".google.rpc.FieldViolation"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return factory.GetPrototype(pool.FindMessageTypeByName("google.rpc.Status")), factory.GetPrototype(pool.FindMessageTypeByName("google.rpc.BadRequest"))


_STATUS, _BAD_REQUEST = _rpc_pool()


class Api:
    """Stubs of every method on one channel. Requests are dictionaries in the JSON form of their messages."""
    told = set()
    secrets = []

    def __init__(self, channel, schema):
        self.channel, self._methods = channel, {}
        for method in schema.methods:
            path = "/%s/%s" % (method.containing_service.full_name, method.name)
            request, response = (schema.factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))
            of = descriptor_pb2.MethodDescriptorProto()
            method.CopyToProto(of)
            make = {(False, False): channel.unary_unary, (False, True): channel.unary_stream, (True, False): channel.stream_unary, (True, True): channel.stream_stream}
            stub = make[of.client_streaming, of.server_streaming](path, request.SerializeToString, lambda octets, path=path, response=response: self._note(path, response, octets))
            self._methods["%s.%s" % (method.containing_service.name, method.name)] = (stub, request)

    @staticmethod
    def _note(path, response, octets):
        demand_no_secret(octets)
        answer = response.FromString(octets)
        if path not in Api.told:
            Api.told.add(path)
            say("called " + path)
        return answer

    def message(self, name, request):
        return json_format.ParseDict(request, self._methods[name][1]()) if isinstance(request, dict) else request

    def call(self, name, request=None, **options):
        """A unary call, or one with a stream of answers."""
        options.setdefault("timeout", CALL_LIMIT)
        return self._methods[name][0](self.message(name, request or {}), **options)

    def future(self, name, request, **options):
        return self._methods[name][0].future(self.message(name, request), timeout=CALL_LIMIT, **options)

    def duplex(self, name, requests, **options):
        return self._methods[name][0]((self.message(name, request) for request in requests), **options)


def demand_no_secret(octets):
    lower = octets.lower()
    for secret in Api.secrets:
        assert secret.encode() not in lower and bytes.fromhex(secret) not in octets, "an answer shows a key"


def refused(code, body):
    """The call must be refused so; returns the error."""
    try:
        body()
    except grpc.RpcError as error:
        assert error.code() == code, "%s %s, not %s" % (error.code(), error.details(), code)
        assert error.details(), "the status has no text"
        demand_no_secret(error.details().encode() + b"".join(value if isinstance(value, bytes) else value.encode() for _, value in error.trailing_metadata() or ()))
        return error
    raise AssertionError("was not refused with %s" % code)


def violations(error):
    """The fields of google.rpc.BadRequest in grpc-status-details-bin."""
    [octets] = [value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin"]
    status = _STATUS.FromString(octets)
    assert status.code == error.code().value[0]
    found = [one for detail in status.details if detail.type_url == "type.googleapis.com/google.rpc.BadRequest" for one in _BAD_REQUEST.FromString(detail.value).field_violations]
    assert found and all(one.description for one in found), "there is no BadRequest"
    return [one.field for one in found]


def invalid(body, *fields):
    equal(violations(refused(CODE.INVALID_ARGUMENT, body)), list(fields))


def equal(one, other):
    assert one == other, "%r is not %r" % (one, other)


def eventually(ask, wanted):
    """Asks until the answer is as wanted."""
    end = time.monotonic() + CALL_LIMIT
    while True:
        answer = ask()
        if wanted(answer):
            return answer
        assert time.monotonic() < end, "never came to be: %r" % (answer,)
        time.sleep(0.05)


def until(stream, wanted):
    for answer in stream:
        if wanted(answer):
            return answer
    raise AssertionError("the stream ended with %s %s before it came" % (stream.code(), stream.details()))


def ended(stream):
    """The status code of a stream; answers that were not taken are dropped."""
    try:
        for _ in stream:
            pass
    except grpc.RpcError:
        pass
    return stream.code()


failures = 0


def check(name):
    """One case: one line. A case that hangs ends the run by its own time limit, and the missing line tells."""
    def run(body):
        global failures
        problem = []

        def guarded():
            try:
                body()
            except BaseException:
                problem.append(" | ".join(line.strip() for line in traceback.format_exc().splitlines() if line.strip())[-900:])

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        thread.join(CASE_LIMIT)
        if thread.is_alive():
            problem.append("took too long")
        failures += bool(problem)
        say("not ok %s: %s" % (name, problem[0]) if problem else "ok " + name)
        return body
    return run
