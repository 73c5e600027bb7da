"""What customs does in the demo, offline but for its trust file: a policy, a consignment, six cheats."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from carbonseal.findings import Verdict
from carbonseal.passport.passports import Passport
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.trust import parse_trust
from carbonseal.verification.verify import Report, verify
from carbonseal_devnet.demo.certifying import DemoFailed
from carbonseal_devnet.demo.cheating import CHEATS
from carbonseal_devnet.demo.operator import run
from carbonseal_devnet.demo.parties import ACCREDITOR
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.demo.world import World
from carbonseal_devnet.example import Product

OFFICE, NORTH, SOUTH, BAD = "office", "north", "south", "cheats"
POLICY, TRUST = f"{OFFICE}/customs.policy", f"{OFFICE}/trust.json"
READER, HANDLE = f"{NORTH}/door-reader.json", f"{SOUTH}/door-handle.json"
DECLARATION = "declaration.csv"
OBSERVATIONS = ("north.ndjson", "south.ndjson")
PROOFS = "fraud-proof-*.json"
MRN = "26DE27364916384835"  # invented
READERS = 40  # in the consignment
UNDETERMINED = Verdict.UNDETERMINED.exit_status
TOLD = (  # of a verified passport: the codes that say what the policy asked for
    "credential.signed",
    "ledger-quorum.met",
    "time-quorum.met",
    "status.current",
    "accreditation.counts",
    "statement.stands",
    "statement.met",
    "contributions.holds",
    "batch.holds",
)
REQUIRED = f"""
# A body that {ACCREDITOR} accredits for just that has verified the product's figure.
require statement by={ACCREDITOR} covers=product assurance=reasonable
# The figures add up from the mine to the product, and everything that is needed to see it is there.
require carbon-flow if-unknown=undetermined
"""


# --- what an office brings -----------------------------------------------------------------------------------------


def write_policy(node: Path, products: list[Product], path: Path) -> None:
    """The policy of the office, from the node's template: each supplier may attest its own products alone, bodies count if they are
    accredited, and more is required."""
    prefixes = {one.issuer: one.subject.partition("product-id:")[0] for one in products}
    lines = []
    for line in (node / "policy-template.policy").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["signer"] and words[2] == "issuer":
            lines.append(f"{line} products={prefixes[words[3]]}")
        elif words[:1] != ["signer"] or words[2] != "body":
            lines.append(line)
    path.write_text("\n".join(lines) + "\n" + REQUIRED, encoding="utf-8")


def gather_trust(world: World, out: Path, scratch: Path, stage: Stage) -> None:
    """The trust file of the office, from a chain's node and from a consortium's operator."""
    stage.act("Customs prepares, where there is a network")
    passports = (READER, HANDLE, *(f"{BAD}/{one.file}" for one in CHEATS if one.file != "figure-changed.json"))
    output = ("-o", str(out / TRUST))
    with stage.step("carbonseal trust gather: block hashes, from a node of one's own") as says:
        endpoint = f"{world.chain.ledger}={world.chain.endpoint}"
        named = [str(out / name) for name in passports]
        run("trust", "gather", *named, "--from", endpoint, "--confirmations", "0", *output)
        says.append("which blocks are on the chain: no passport can prove that of itself")
    with stage.step("carbonseal trust pin: the consortium's configuration, from its operator") as says:
        block = scratch / "config.block"
        block.write_bytes(world.fabric.genesis)
        run("trust", "pin", world.fabric.ledger, str(block), "--source", "the operator", *output)
        says.append("whose certificates endorse on the channel")


def declare(reader: Passport, path: Path) -> None:
    """The declaration of a consignment of readers, as a table: its document is the passport, by its digest."""
    header = "MRN,11 03 Goods item,11 09 Procedure,18 09 Commodity code,18 01 Net mass,18 02 Supplementary units,unit"
    line = f"{MRN},1,4000,854370,{READERS * 1.25:g},{READERS},NAR"
    path.write_text(f"{header},12 03 Supporting document\n{line},{reader.root.hex()}\n", encoding="utf-8")


# --- what it verifies ----------------------------------------------------------------------------------------------


def clear(out: Path, stage: Stage) -> None:
    """A consignment of readers: all that the policy asks for is shown, and the papers agree."""
    stage.act(f"Customs, office north: a consignment of {READERS} readers")
    stage.policy(POLICY, (out / POLICY).read_text(encoding="utf-8"))
    stage.shown(_verify(out, READER, Verdict.VERIFIED), TOLD)
    stage.means(
        "Suppliers, body and accreditor signed, three ledgers agree, and the figures add up from the mine to the reader."
    )
    beside = ("--consignment", str(out / DECLARATION), "--observations", str(out / OBSERVATIONS[0]))
    command = (*_verifying(out, NORTH), *beside)
    output = run(*command)
    lines = [line for line in output.splitlines() if line]
    stage.command(command, output, slice(lines.index(f"Consignment {DECLARATION}"), None))
    stage.means(
        f"These {READERS} readers are declared as what the passport is about, and no more than its batch yielded."
    )


def refuse(out: Path, stage: Stage) -> None:
    """The five passports that are bad by themselves, each with its verdict and what it means."""
    stage.act("Five passports that customs does not accept")
    for one in CHEATS:
        stage.verdict(f"{BAD}/{one.file}", _verify(out, f"{BAD}/{one.file}", one.verdict), one.codes)
        stage.means(one.meaning)


def find_sold_twice(out: Path, stage: Stage) -> Path:
    """Two offices exchange observations, and find what no passport shows: the batch that was sold twice. The proof's path."""
    north, south = (str(out / name) for name in OBSERVATIONS)
    stage.act("A batch sold twice, which no single office can see")
    command = (*_verifying(out, SOUTH), "--observations", south)
    stage.command(command, run(*command), slice(1))
    stage.means("Office south has door handles of another maker. Their passport is in order, too.")
    command = ("examine", north, south)
    stage.command(command, run(*command, expected=UNDETERMINED))
    stage.means("They exchange what they observed, and no passports: more sensors were built in than there are.")
    files = ("--with", str(out / NORTH), "--with", str(out / SOUTH))
    command = (*command, "--policy", str(out / OFFICE), *files, "--fraud-proofs", str(out))
    stage.command(command, run(*command, expected=UNDETERMINED))
    stage.means(
        "Who has the passports that it names makes a proof: of signed credentials alone, without their records."
    )
    (proof,) = out.glob(PROOFS)
    command = _verifying(out, proof.name)
    stage.command(command, run(*command, expected=UNDETERMINED))
    stage.means(
        "It shows any third, offline, that signed credentials claim more than the batch yielded. It blames nobody."
    )
    return proof


def _verifying(out: Path, name: str) -> tuple[str, ...]:
    return ("verify", str(out / name), "--policy", str(out / OFFICE))


def _verify(out: Path, name: str, expected: Verdict) -> Report:
    """The verifier's report on a file, now. Raises `DemoFailed` where its verdict is another."""
    policy = parse_policy((out / POLICY).read_bytes())
    trust = parse_trust((out / TRUST).read_bytes())
    report = verify((out / name).read_bytes(), policy, trust, at=datetime.now(UTC))
    if report.verdict is not expected:
        raise DemoFailed(f"{name} is {report.verdict.value}, expected {expected.value}")
    return report
