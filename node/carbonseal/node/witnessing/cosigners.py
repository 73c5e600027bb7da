"""The keys with which a node cosigns other logs' heads: Ed25519, and ML-DSA-44 beside it where `[cosigner]` names one. Private."""

from __future__ import annotations

from pathlib import Path

from carbonseal.log.notes import Cosigner, SubtreeSigner
from carbonseal.node.secrets import open_ml_dsa_44, open_signer

from .settings import CosignerConfig


def open_cosigners(settings: CosignerConfig, directory: Path) -> tuple[Cosigner | SubtreeSigner, ...]:
    """What cosigns, Ed25519 first. Raises Refused (`secret.*`, `key.*`)."""
    first = Cosigner(settings.name, open_signer(settings.key, directory))
    if settings.ml_dsa_44_key is None:
        return (first,)
    return first, SubtreeSigner(settings.name, open_ml_dsa_44(settings.ml_dsa_44_key, directory))
