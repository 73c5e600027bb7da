"""Evidence on Fabric against the ECDSA signatures in it: what a check takes beside cryptography's P-256 for as many signatures.
And anchors on the embedded network, beside a native one where Fabric's programs are found."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

import carbonseal_adapters.fabric.checking.identities as identities
from carbonseal.ledger import Statement
from carbonseal_adapters.fabric.checking.certificates import check_signature
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_devnet.fabric.native.programs import Programs
from carbonseal_devnet.supervised_process import ProgramMissing
from tests.fabric.scenes.channels import Channel
from tests.fabric.scenes.scene import scene

from .measure import Row, Rows, side_by_side

REPEAT = 100
STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)

Signed = tuple[Any, bytes, bytes]  # public key, signature, message


@contextmanager
def recorded() -> Iterator[list[Signed]]:
    """What is verified inside: the list fills up as signatures are checked."""
    seen: list[Signed] = []
    sound = check_signature

    def recording(certificate: Any, msp: str, signature: bytes, message: bytes) -> None:
        seen.append((certificate.public_key(), signature, message))
        sound(certificate, msp, signature, message)

    setattr(identities, "check_signature", recording)  # noqa: B010
    try:
        yield seen
    finally:
        setattr(identities, "check_signature", sound)  # noqa: B010


def rows() -> Rows:
    yield from checking()
    yield from anchoring()


def checking() -> Rows:
    for name, channel in (("raft", Channel()), ("BFT, four orderers", Channel(bft=True))):
        given = scene(STATEMENT, channel)
        evidence, trust = given.evidence().encode(), [given.trust()]
        pins = VERIFIER.pin(given.ledger, given.options)
        with recorded() as signatures:
            checked = VERIFIER.check(evidence, STATEMENT, pins, trust)
        assert checked.proved is not None, checked.findings
        tracemalloc.start()
        VERIFIER.check(evidence, STATEMENT, pins, trust)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        def whole(data: Any = evidence, pinned: Any = pins, trusted: Any = trust) -> None:
            for _ in range(REPEAT):
                VERIFIER.check(data, STATEMENT, pinned, trusted)

        def bare(these: list[Signed] = signatures) -> None:
            for _ in range(REPEAT):
                for key, signature, message in these:
                    key.verify(signature, message, ec.ECDSA(SHA256()))

        times = side_by_side(5, whole=whole, signatures=bare)
        note = f"{len(signatures)} signatures, {len(evidence.data):,} bytes, {times.each('whole', REPEAT)}, {peak >> 10} KiB"
        yield Row("fabric", f"{name}: P-256 alone / check", times.ratio("signatures", "whole"), ">=", 0.2, note)


def anchoring() -> Rows:
    for blocks, messages in (("100 ms batches", 100), ("an anchor a block", 1)):
        embedded = anchored("embedded", messages)
        yield from rows_of("embedded", blocks, embedded)
        if (version := native()) is not None:
            real = anchored("native", messages)
            yield from rows_of(f"native {version}", blocks, real)
            for what, member in (("send to committed", "median"), ("anchors per second", "rate"), ("memory", "memory")):
                yield Row("fabric", f"{blocks}, {what}: embedded / native", embedded[member] / real[member])


def native() -> str | None:
    """The version of Fabric's programs, where they are found."""
    try:
        return Programs().version
    except ProgramMissing:
        return None


def anchored(engine: str, messages: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.anchoring", engine, str(messages)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def rows_of(network: str, blocks: str, measured: dict[str, float]) -> Rows:
    """For information: wall-clock times and sizes of this machine."""
    spread = f"nine of ten within {measured['slow'] * 1e3:.0f} ms; started in {measured['start']:.1f} s"
    yield Row("fabric", f"{network}, {blocks}: send to committed", f"{measured['median'] * 1e3:.0f} ms", note=spread)
    yield Row("fabric", f"{network}, {blocks}: anchors", f"{measured['rate']:.0f} a second", note="20 at a time")
    checked = f"{measured['checks']:.0f} a second"
    yield Row(
        "fabric", f"{network}, {blocks}: evidence checked", checked, note=f"{measured['bytes']:,.0f} bytes at most"
    )
    memory = f"{measured['memory'] / 2**20:.0f} MiB"
    parts = f"chaincode and client included; {measured['bare'] / 2**20:.0f} MiB of it are the client's libraries"
    yield Row("fabric", f"{network}, {blocks}: memory", memory, note=parts)
