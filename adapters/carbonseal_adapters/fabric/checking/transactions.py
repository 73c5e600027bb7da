"""A transaction in a block: who submitted it, what it writes, and who endorsed that."""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.anchors import Place, check_value
from carbonseal_adapters.fabric.checking.answers import Answer
from carbonseal_adapters.fabric.checking.certificates import publisher_id
from carbonseal_adapters.fabric.checking.config import Config
from carbonseal_adapters.fabric.checking.identities import Identity, Member, distinct
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.headers import TRANSACTION, Header
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

MAX_ENDORSEMENTS = 256


@dataclass(frozen=True, slots=True)
class Transaction:
    """An endorser transaction with its one action, read and not checked."""

    header: Header
    creator: Identity
    payload: bytes  # what the client signed
    signature: bytes
    action_header: bytes
    proposal_payload: bytes
    answer: bytes  # what the endorsers signed: one payload, the same for all of them
    endorsements: tuple[Message, ...]

    @staticmethod
    def read(envelope: bytes) -> Transaction:
        """From an envelope's raw bytes. Raises `Refused`."""
        outer = read(envelope, shapes.ENVELOPE)
        payload = outer.message(1, shapes.PAYLOAD)
        header = Header.read(payload.data(1))
        if header.type != TRANSACTION:
            raise Refused(codes.NOT_A_TRANSACTION(problem=f"it is of type {header.type}"))
        actions = payload.message(2, shapes.TRANSACTION).messages(1, shapes.TRANSACTION_ACTION)
        if len(actions) != 1:
            raise Refused(codes.NOT_A_TRANSACTION(problem=f"it has {len(actions)} actions"))
        action = actions[0].message(2, shapes.CHAINCODE_ACTION_PAYLOAD)
        endorsed = action.message(2, shapes.ENDORSED_ACTION)
        endorsements = endorsed.messages(2, shapes.ENDORSEMENT)
        if len(endorsements) > MAX_ENDORSEMENTS:
            raise Refused(codes.NOT_A_TRANSACTION(problem=f"it has more than {MAX_ENDORSEMENTS} endorsements"))
        return Transaction(
            header,
            Identity.read(header.creator),
            outer.data(1),
            outer.data(2),
            actions[0].data(1),
            action.data(1),
            endorsed.data(1),
            endorsements,
        )

    @property
    def publisher(self) -> bytes:
        return publisher_id(self.creator.msp, self.creator.certificate)

    def check(self, config: Config, chaincode: str) -> Answer:
        """Is it a genuine call of the chaincode on the channel, by its creator? Its answer, not checked further."""
        header = self.header
        header.check_call(config.channel, chaincode)
        header.check_transaction_id()
        if self.action_header != header.signature_header:
            raise Refused(codes.NOT_A_TRANSACTION(problem="its action is another submitter's"))
        self.creator.check_signature(self.signature, self.payload)
        config.validate(self.creator, header.at)
        answer = Answer.read(self.answer)
        answer.check(header.proposal_hash(self.proposal_payload), chaincode)
        return answer

    def endorsers(self, config: Config) -> list[Member]:
        """Who endorsed, each once. Every endorsement has to hold, as of the transaction's time."""
        return distinct([endorser(one, self.answer, config, self.header) for one in self.endorsements])


def endorser(endorsement: Message, answer: bytes, config: Config, header: Header) -> Member:
    """The member that signed `answer`. Raises `Refused` where the signature or the certificate does not hold."""
    identity = Identity.read(endorsement.data(1))
    identity.check_signature(endorsement.data(2), answer + endorsement.data(1))
    return config.validate(identity, header.at)


def check_anchor(transaction: Transaction, answer: Answer, place: Place, chaincode: str) -> bytes:
    """The value that the transaction writes, which is this anchor's, and the only thing that it writes."""
    key, value = answer.written(chaincode)
    if key != place.key:
        raise Refused(codes.OTHER_ANCHOR(key=key[:512], wanted=place.key))
    check_value(value, place.statement, transaction.header.time)
    return value
