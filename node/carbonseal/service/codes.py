"""Findings of the HTTP service and its client. `errors.STATUS` has the HTTP status of each."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

FROM_A_PAGE = rejected(
    "http.from-a-page",
    "the request comes from a web page ({origin}); requests that change the node must not have an Origin header",
    "send it from a program, not from a page in a browser",
)
WRONG_HOST = rejected(
    "http.wrong-host",
    "the request is for {host}, which is not a name of this service",
    "use a name or an address of it; where it has this name, its operator adds it: to hosts in [listen] of node.toml, of a desk "
    "by --name",
)
ACCESS_WITHOUT_TOKENS = rejected(
    "access.without-tokens",
    "other machines reach {address}, the address of the {listener} listener, and this node has no token yet: all of them would "
    "read, issue and revoke",
    "make a token first (carbonseal token create), or listen on 127.0.0.1",
)
CANNOT_LISTEN = undetermined(
    "http.cannot-listen",
    "cannot listen on {address}, the address of the {listener} listener: {reason}",
    "choose an address of this machine and a port that is free: --host and --port, or [listen] in node.toml",
)
CERTIFICATE_UNUSABLE = rejected(
    "http.certificate-unusable",
    "the certificate in {path} cannot be used with its key: {reason}",
    "name in [listen] of node.toml a chain in PEM, the node's own certificate first, and its key, not encrypted",
)
NOT_FOUND = rejected("http.not-found", "there is nothing at {path}", "check the path")
MALFORMED_REQUEST = rejected(
    "http.malformed-request",
    "the request is not valid HTTP: {problem}",
    "send HTTP/1.1, with fewer or shorter header fields",
)
UNKNOWN_EXPECTATION = rejected(
    "http.unknown-expectation", "nothing here meets the expectation {expected}", "expect 100-continue, or nothing"
)
FAILED = undetermined(
    "http.failed",
    "something failed on the node's machine that was not foreseen",
    "send it again; the operator finds the cause in the node's log",
)
WRONG_METHOD = rejected("http.wrong-method", "{path} does not take {method}", "use a method that Allow lists")
WRONG_TYPE = rejected("http.wrong-type", "expected the content type {wanted}, found {found}", "set Content-Type")
MISSING_PARAMETER = rejected(
    "http.missing-parameter", "the parameter {name} is missing: {what}", "add it to the address: ?{name}=..."
)
UNKNOWN_PARAMETER = rejected(
    "http.unknown-parameter",
    "there is no parameter {name} here; there are {known}",
    "correct the name, or leave it out",
)
REPEATED_PARAMETER = rejected("http.repeated-parameter", "the parameter {name} comes {times} times", "give it once")
MALFORMED_PARAMETER = rejected(
    "http.malformed-parameter", "{value} is not a valid {name}: {problem}", "correct the address"
)
MISSING_REASON = rejected(
    "http.missing-reason", "the body does not say why: {problem}", 'write {{"reason": "..."}}: the audit keeps it'
)
PACKED = rejected(
    "http.packed",
    "the body has the content encoding {encoding}; expected none",
    "unpack it, and send it without Content-Encoding",
)
MALFORMED_WAIT = rejected(
    "http.malformed-wait", "the body is not a valid time to wait: {problem}", 'write {{"seconds": n}}, from 0 to 30'
)
MALFORMED_BODY = rejected(
    "http.malformed-body",
    "the body does not have the form that is expected here: {problem}",
    "docs/openapi.json has the form",
)
MALFORMED_PATH = rejected("http.malformed-path", "{part} is not valid; expected {wanted}", "correct the address")
BODY_BROKEN = rejected("http.body-broken", "the body breaks off, or its chunks are malformed", "send it again")
BODY_TOO_LARGE = undetermined("http.body-too-large", "the body has more than {most} bytes", "send a smaller one")
BODY_TOO_SLOW = undetermined(
    "http.body-too-slow", "the body, or more of it, did not come within {seconds} seconds", "send it again"
)
NO_ROOM = undetermined(
    "http.no-room",
    "the node's disk has no room: {reason}",
    "send it again later: nothing that was acknowledged is lost, and reading goes on; the operator has to make room",
)
BUSY = undetermined("http.busy", "{what} has no free slot", "send it again after the time in Retry-After")
STOPPING = undetermined("http.stopping", "the node is stopping", "send the rest when it runs again")
UNKNOWN_ANCHOR = undetermined(
    "http.unknown-anchor", "this log has no foreign anchor of that log id and size", "check log id and size"
)
UNKNOWN_PASSPORT = undetermined(
    "http.unknown-passport", "this node has issued no passport with that digest", "check the digest"
)
UNKNOWN_STATUS_LIST = undetermined(
    "http.unknown-status-list", "this node has no status list with that id", "check the id in the credential"
)
NO_CHECKPOINT = undetermined("http.no-checkpoint", "this log has not signed a checkpoint yet", "ask again later")
NO_TILE = undetermined("http.no-tile", "this log has no such tile, or none of this width", "check the log's size")

UNREACHABLE = undetermined(
    "client.unreachable",
    "the node at {url} does not answer: {why}",
    "check that `carbonseal serve` is running, and not suspended",
)
UNTRUSTED = undetermined(
    "client.untrusted",
    "the certificate of {url} is not trusted: {why}",
    "check the address; where the node has a certificate of its own, get it from the operator, and name it: --ca FILE",
)
MALFORMED_ADDRESS = rejected(
    "client.malformed-address",
    "the address of the node is not valid",
    "give a scheme and a host, such as https://node.example.org, without a name, a password or a query",
)
TOKEN_IN_CLEAR = rejected(
    "client.token-in-clear",
    "{url} is not HTTPS, and everybody on the way to it would read the token",
    "use https://; where the node has no certificate, its operator's page on access says how it gets one",
)
AUTHORITIES_UNUSABLE = rejected(
    "client.authorities-unusable",
    "{path} has no certificates that can be used: {reason}",
    "name a file of certificates in PEM",
)
ANSWER_OF_ANOTHER = rejected(
    "client.other-passport",
    "{url} answers with the passport of the credential {found}; expected that of {wanted}",
    "check the address; the file is left as it was",
)
NOT_A_NODE = undetermined(
    "client.not-a-node",
    "{url} does not answer as a carbonseal node: {what}",
    "check the address, and that `carbonseal serve` is of the same version",
)
