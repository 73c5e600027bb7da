"""Settings `[cosigner]` of `node.toml`: with which key, and under which name, this node cosigns other logs' heads."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal.log.cosignatures import MAX_NAME
from carbonseal.log.notes import VerifierKey, is_key_name
from carbonseal.node.codes import CONFIG_WRONG_VALUE
from carbonseal.node.toml_tables import Table


@dataclass(frozen=True, slots=True)
class CosignerConfig:
    """`[cosigner]` (C2SP tlog-cosignature)."""

    name: str
    key: str  # URI of its Ed25519 key, which has no other role
    ml_dsa_44_key: str | None = None  # URI of an ML-DSA-44 key that cosigns too
    retired: tuple[VerifierKey, ...] = ()  # of this role before: what they cosigned may be forgotten

    @staticmethod
    def beside(origin: str) -> CosignerConfig:
        """The default, for a node whose first log has this origin."""
        return CosignerConfig(f"{origin}/witness", "file:keys/witness.key")


def read_cosigner(table: Table, default: CosignerConfig) -> CosignerConfig:
    """The section of that name. Raises Refused."""
    cosigner = CosignerConfig(
        table.text("name", default.name),
        table.text("key", default.key),
        table.text("ml-dsa-44-key", "") or None,
        tuple(_retired(table, text) for text in table.texts("retired") or ()),
    )
    table.end()
    if not is_key_name(cosigner.name):
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="name", expected="a name without spaces and plus signs"))
    if cosigner.ml_dsa_44_key is not None and len(cosigner.name.encode()) > MAX_NAME:
        expected = f"a name of at most {MAX_NAME} bytes, since an ML-DSA-44 key cosigns"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="name", expected=expected))
    return cosigner


def _retired(table: Table, text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except Refused as refused:
        raise refused.under(*table.place, "retired") from refused
