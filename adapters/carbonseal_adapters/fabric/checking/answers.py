"""What endorsing peers sign: the hash of a proposal, and what its chaincode read, wrote and answered."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.headers import check_chaincode
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

SUCCESS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A ProposalResponsePayload, read. What peers sign is `raw`, followed by the signing peer's identity."""

    raw: bytes
    proposal_hash: bytes
    status: int
    payload: bytes
    chaincode: Message
    namespaces: Mapping[str, Message]  # what was read and written, by chaincode

    @staticmethod
    def read(raw: bytes) -> Answer:
        """From a serialised ProposalResponsePayload. Raises `Refused` (fabric.protobuf-malformed)."""
        payload = read(raw, shapes.PROPOSAL_RESPONSE_PAYLOAD)
        action = payload.message(2, shapes.CHAINCODE_ACTION)
        response = action.message(3, shapes.RESPONSE)
        return Answer(
            raw,
            payload.data(1),
            response.number(1),
            response.data(3),
            action.message(4, shapes.CHAINCODE_ID),
            _namespaces(action.message(1, shapes.RWSET)),
        )

    def check(self, proposal_hash: bytes, chaincode: str) -> None:
        """Is it the chaincode's answer to this proposal, and a success?"""
        if self.proposal_hash != proposal_hash:
            raise Refused(codes.PROPOSAL_HASH())
        check_chaincode(self.chaincode, chaincode)
        if self.status != SUCCESS:
            raise Refused(codes.CALL_FAILED(status=self.status))

    def written(self, chaincode: str) -> tuple[str, bytes]:
        """The one key that the chaincode writes, and its value. Raises `Refused` where anything else is written too."""
        for name, rwset in self.namespaces.items():
            count = len(rwset.each(3))
            if rwset.has(4) or count != (name == chaincode):
                raise Refused(codes.WRITES_OTHER(problem=f"there are {count} writes of {name}, or metadata"))
        if chaincode not in self.namespaces:
            raise Refused(codes.WRITES_OTHER(problem="it writes nothing"))
        (write,) = self.namespaces[chaincode].messages(3, shapes.KV_WRITE)
        if write.number(2):
            raise Refused(codes.WRITES_OTHER(problem="it deletes"))
        return write.text(1), write.data(3)

    def version(self, chaincode: str, key: str) -> tuple[int, int]:
        """Block and index of the transaction that wrote the value that was read. Raises `Refused` (fabric.attested-unread)."""
        rwset = self.namespaces.get(chaincode)
        reads = [] if rwset is None else rwset.messages(1, shapes.KV_READ)
        found = [one for one in reads if one.text(1) == key]
        if len(found) != 1 or not found[0].has(2):
            raise Refused(codes.ATTESTED_UNREAD(problem=f"the key was read {len(found)} times, or was not there"))
        version = found[0].message(2, shapes.VERSION)
        return version.number(1), version.number(2)


def _namespaces(rwset: Message) -> Mapping[str, Message]:
    if rwset.number(1):
        raise Refused(codes.WRITES_OTHER(problem=f"its data model {rwset.number(1)} is not key and value"))
    found: dict[str, Message] = {}
    for one in rwset.messages(2, shapes.NAMESPACE_RWSET):
        if one.text(1) in found:
            raise Refused(codes.WRITES_OTHER(problem="a namespace is there twice"))
        if one.has(3):
            raise Refused(codes.WRITES_OTHER(problem="there is private data"))
        found[one.text(1)] = one.message(2, shapes.KV_RWSET)
    return found
