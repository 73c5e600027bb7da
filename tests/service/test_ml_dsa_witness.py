"""A witness's ML-DSA-44 key, from `node.toml` to the verdict: its cosignature in a passport is what a policy asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from carbonseal.findings import Verdict
from carbonseal.log.notes import Algorithm, Note
from carbonseal.node.config import FILE
from carbonseal.node.secrets import open_signer, verifier_of
from carbonseal.node.witnessing.new_key import add_ml_dsa_44
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import parse
from carbonseal.verification.policy.language import parse_policy
from carbonseal.verification.verify import verify
from tests import virtual_time
from tests.service.pairs import Pair


def test_a_policy_that_asks_for_the_ml_dsa_key_alone_is_met(tmp_path: Path) -> None:
    pair = Pair(tmp_path, east=1)
    keys = add_ml_dsa_44(tmp_path / "west")
    assert [key.algorithm for key in keys] == [Algorithm.COSIGNATURE, Algorithm.ML_DSA_44]
    settings = tmp_path / "east" / FILE
    settings.write_text(settings.read_text().replace(keys[0].encode(), keys[1].encode()))

    async def go() -> bytes:
        async with pair.served("east") as east, pair.served("west"):
            receipt = await east.submit(b"{}", "json/1")
            record = {"role": "footprint", "commitment": receipt.commitment.hex()}
            return await east.issue(
                {"issuer": "maker", "subject": "urn:example:cement", "records": [record], "components": []}
            )

    raw = virtual_time.run(go())
    heads = [Note.parse(head.checkpoint) for seal in parse(raw).seals.values() for head in seal.heads]
    assert heads
    times = [head.cosigned_at(keys[1]) or 0 for head in heads]
    assert all(times)
    for head in heads:
        assert head.cosigned_at(keys[0]) is None  # asked for one key alone
    maker = encode_key(open_signer("file:keys/issuer.key", tmp_path / "east").public_key().public_bytes_raw())
    log = verifier_of("east.example/log", "file:keys/log-default.key", tmp_path / "east").encode()
    for witness, verdict in ((keys[1], Verdict.VERIFIED), (keys[0], Verdict.UNDETERMINED)):
        lines = ("carbonseal-policy v1", f"log {log}", f"witness west {witness.encode()}", "quorum west")
        policy = parse_policy("\n".join((*lines, f"signer maker issuer did:web:east.example {maker}", "")))
        report = verify(raw, policy, at=datetime.fromtimestamp(max(times), UTC))
        assert report.verdict is verdict, report.verdict
