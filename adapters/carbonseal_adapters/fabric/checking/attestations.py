"""Attestations: peers' signed answers to a query of the state under an anchor's key.

A block does not show which of its transactions are valid. A peer's answer does: peers answer from the state that valid
transactions have made, and sign, beside the value, the version of the key they read: block and index of the transaction that
wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_adapters.fabric.checking.answers import Answer
from carbonseal_adapters.fabric.checking.config import Config
from carbonseal_adapters.fabric.checking.identities import Identity, Role
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.headers import Header, check_chaincode
from carbonseal_adapters.fabric.checking.messages.protobuf import read

MAX_ATTESTATIONS = 64
SKEW = 300  # seconds that the requesting client's clock may be behind


@dataclass(frozen=True, slots=True)
class Attestation:
    """A proposal that asks, and what one peer signed in answer; nothing in it is unsigned."""

    proposal: bytes
    payload: bytes
    endorser: bytes
    signature: bytes

    @staticmethod
    def of(proposal: bytes, response: bytes) -> Attestation:
        """From a Proposal's bytes and a peer's ProposalResponse to it. Raises `Refused`."""
        answer = read(response, shapes.PROPOSAL_RESPONSE)
        endorsement = answer.message(6, shapes.ENDORSEMENT)
        return Attestation(proposal, answer.data(5), endorsement.data(1), endorsement.data(2))

    def version(self, chaincode: str, key: str) -> tuple[int, int]:
        """Block and index of the transaction that wrote what the peer read. Raises `Refused`."""
        return Answer.read(self.payload).version(chaincode, key)


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be attested: this value, written by this transaction at this time (seconds)."""

    place: Place
    value: bytes
    block: int
    index: int
    time: int


def attesters(attestations: Sequence[Attestation], written: Written, config: Config, chaincode: str) -> set[str]:
    """The MSP ids of the peers that attest it; every attestation has to hold. Raises `Refused`, placed at its number."""
    found: set[str] = set()
    for at, one in enumerate(attestations):
        try:
            found.add(_attester(one, written, config, chaincode))
        except Refused as refused:
            raise refused.under(str(at)) from None
    return found


def _attester(one: Attestation, written: Written, config: Config, chaincode: str) -> str:
    header, answer = _ask(one, written, config.channel, chaincode), Answer.read(one.payload)
    identity = Identity.read(one.endorser)
    identity.check_signature(one.signature, one.payload + one.endorser)
    member = config.validate(identity, header.at)
    if Role.PEER not in member.roles and config.msps[member.msp].tells_roles:
        raise Refused(codes.NOT_A_PEER(name=identity.name, msp=identity.msp))
    proposal = read(one.proposal, shapes.PROPOSAL)
    answer.check(header.proposal_hash(proposal.data(2)), chaincode)
    block, index = answer.version(chaincode, written.place.key)
    if (block, index) != (written.block, written.index):
        facts = {"writer": block, "writer_index": index, "number": written.block, "index": written.index}
        raise Refused(codes.WRITTEN_BY_ANOTHER(**facts))
    if answer.payload != written.value:
        raise Refused(codes.ATTESTED_OTHER(msp=identity.msp))
    return member.msp


def _ask(one: Attestation, written: Written, channel: str, chaincode: str) -> Header:
    """The header of a proposal that asks for exactly this anchor, made after it was written."""
    proposal = read(one.proposal, shapes.PROPOSAL)
    header = Header.read(proposal.data(1))
    header.check_call(channel, chaincode)
    header.check_transaction_id()
    invocation = proposal.message(2, shapes.PROPOSAL_PAYLOAD).message(1, shapes.INVOCATION)
    call = invocation.message(1, shapes.CHAINCODE_SPEC)
    check_chaincode(call.message(2, shapes.CHAINCODE_ID), chaincode)
    asked = call.message(3, shapes.CHAINCODE_INPUT)
    if asked.each(1) != written.place.question or asked.has(2) or asked.has(3) or proposal.has(3):
        raise Refused(codes.OTHER_QUESTION(problem="its arguments are not get, publisher, log id and size"))
    if header.time < written.time - SKEW:
        raise Refused(codes.ATTESTED_EARLIER())
    return header
