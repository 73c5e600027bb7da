"""Transactions, answers and organisations in a form that no honest network makes: each is refused for what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import msp_config_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.answers import Answer
from carbonseal_adapters.fabric.checking.identities import MAX_CERTIFICATES, Msp
from carbonseal_adapters.fabric.checking.transactions import MAX_ENDORSEMENTS
from tests.fabric.evidence.verdicts import SOUND, code_of
from tests.fabric.scenes.identities import Organisation
from tests.fabric.scenes.wire import block_of, packed, raw_message

Change = Callable[[Any], object]

# --- transactions ----------------------------------------------------------------------------------------------------


def transaction(change: Change) -> Any:
    """The sound scene's evidence with a change in its transaction, signed again by its submitter and the orderers."""
    payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(SOUND.call.envelope()).payload)
    made = transaction_pb2.Transaction.FromString(payload.data)
    change(made)
    payload.data = raw_message(made)
    signature = SOUND.call.creator.sign(raw_message(payload))
    envelope = raw_message(common_pb2.Envelope(payload=raw_message(payload), signature=signature))
    block = SOUND.channel.sign(block_of(SOUND.block_number, b"\5" * 32, [envelope]))
    return replace(SOUND.evidence(), block=packed(block))


def many_endorsements(made: Any) -> None:
    action = transaction_pb2.ChaincodeActionPayload.FromString(made.actions[0].payload)
    action.action.endorsements.extend([action.action.endorsements[0]] * MAX_ENDORSEMENTS)
    made.actions[0].payload = raw_message(action)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.ClearField("actions"),
        lambda made: made.actions.append(made.actions[0]),
        lambda made: setattr(made.actions[0], "header", raw_message(common_pb2.SignatureHeader(nonce=b"other"))),
        many_endorsements,
    ],
    ids=["no action", "two actions", "another submitter", "endorsements"],
)
def test_a_transaction_is_one_call_of_its_submitter(change: Change) -> None:
    assert code_of(SOUND, transaction(change)) is codes.NOT_A_TRANSACTION


# --- answers ---------------------------------------------------------------------------------------------------------

NAME = "carbonseal"
WRITE = kv_rwset_pb2.KVWrite(key="anchor/x", value=b"x")


def space(name: str = NAME, private: bool = False, **rwset: Any) -> Any:
    hashed = [rwset_pb2.CollectionHashedReadWriteSet(collection_name="secret")] if private else []
    return rwset_pb2.NsReadWriteSet(
        namespace=name, rwset=raw_message(kv_rwset_pb2.KVRWSet(**rwset)), collection_hashed_rwset=hashed
    )


def answer(*spaces: Any, data_model: int = 0) -> bytes:
    results = raw_message(rwset_pb2.TxReadWriteSet(data_model=data_model, ns_rwset=spaces))
    action = proposal_pb2.ChaincodeAction(results=results)
    return raw_message(proposal_response_pb2.ProposalResponsePayload(extension=raw_message(action)))


def test_one_write_is_read() -> None:
    assert Answer.read(answer(space(writes=[WRITE]))).written(NAME) == ("anchor/x", b"x")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (answer(), "it writes nothing"),
        (answer(space(writes=[WRITE]), data_model=1), "its data model 1 is not key and value"),
        (answer(space(writes=[WRITE]), space(writes=[WRITE])), "a namespace is there twice"),
        (answer(space(writes=[WRITE], private=True)), "there is private data"),
        (answer(space(writes=[WRITE, WRITE])), "there are 2 writes"),
        (answer(space(writes=[WRITE], metadata_writes=[kv_rwset_pb2.KVMetadataWrite(key="k")])), "or metadata"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_an_answer_that_writes_anything_else(raw: bytes, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        Answer.read(raw).written(NAME)
    assert refused.value.finding.code is codes.WRITES_OTHER
    assert problem in refused.value.finding.facts["problem"]


# --- organisations ---------------------------------------------------------------------------------------------------


def defined(**changes: Any) -> bytes:
    """An organisation's definition, with changes."""
    config = msp_config_pb2.MSPConfig.FromString(Organisation("MillMSP").definition()).config
    made = msp_config_pb2.FabricMSPConfig.FromString(config)
    for name, value in changes.items():
        if isinstance(value, list):
            made.ClearField(name)
            getattr(made, name).extend(value)
        else:
            setattr(made, name, value)
    return raw_message(made)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": ""}, "no usable MSP id"),
        ({"name": "x" * 1000}, "no usable MSP id"),
        ({"root_certs": [b"x"] * (MAX_CERTIFICATES + 1)}, f"more than {MAX_CERTIFICATES} certificates"),
        ({"revocation_list": [b"not a list"]}, "a revocation list of MillMSP cannot be read"),
    ],
)
def test_a_definition_that_cannot_be_used(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused) as refused:
        Msp(defined(**changes))
    assert refused.value.finding.code is codes.CONFIG_UNSUPPORTED
    assert problem in refused.value.finding.facts["what"]
