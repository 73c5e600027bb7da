"""Tokens to test with: SoftHSM, where it is installed (Debian: softhsm2)."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PIN = "1234"
PIN_VARIABLE = "CARBONSEAL_TEST_PIN"
TOKENS = ("carbonseal", "closed", "twin", "twin")  # by label; nobody ever logs into `closed`
PLACES = ("/usr/lib*", "/usr/lib/*-linux-gnu", "/usr/local/lib", "/opt/homebrew/lib", "/opt/homebrew/opt/softhsm/lib")


def softhsm_module() -> Path | None:
    """SoftHSM's PKCS#11 module, if it and its tool are installed."""
    found = [path for place in PLACES for path in Path("/").glob(f"{place[1:]}/softhsm/libsofthsm2.so")]
    return found[0] if found and shutil.which("softhsm2-util") else None


@dataclass(frozen=True)
class SoftHsm:
    """Tokens named `TOKENS`, all with the PIN `PIN`, which the variable `PIN_VARIABLE` holds too."""

    module: Path

    @classmethod
    def begin(cls, module: Path, folder: Path, environment: pytest.MonkeyPatch) -> SoftHsm:
        (folder / "tokens").mkdir()
        settings = folder / "softhsm2.conf"
        settings.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        environment.setenv("SOFTHSM2_CONF", str(settings))
        environment.setenv(PIN_VARIABLE, PIN)
        for label in TOKENS:
            command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "5678"]
            subprocess.run(command, check=True, capture_output=True)
        return cls(module)

    def uri(self, path: str, **options: str) -> str:
        """``pkcs11:<path>`` with the module and the PIN, or other `options` (- for _)."""
        chosen = {"module-path": str(self.module), "pin-source": f"env:{PIN_VARIABLE}"}
        chosen |= {name.replace("_", "-"): value for name, value in options.items()}
        return f"pkcs11:{path}?" + "&".join(f"{name}={value}" for name, value in chosen.items() if value)

    def make_key(self, label: str, curve: str, *, public: bool = True, signs: bool = True) -> None:
        """A new key pair in the token `carbonseal`, on "ed25519", "secp256k1" or "secp256r1". Without `signs` it may not sign."""
        from pkcs11 import Attribute, KeyType, Mechanism
        from pkcs11.util.ec import encode_named_curve_parameters

        oids = {"ed25519": "1.3.101.112", "secp256k1": "1.3.132.0.10", "secp256r1": "1.2.840.10045.3.1.7"}
        edwards = curve == "ed25519"
        with self.session() as session:
            parameters = session.create_domain_parameters(
                KeyType.EC_EDWARDS if edwards else KeyType.EC,
                {Attribute.EC_PARAMS: encode_named_curve_parameters(oids[curve])},
                local=True,
            )
            mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN
            may = {Attribute.SIGN: signs}
            made = parameters.generate_keypair(
                mechanism=mechanism, store=True, label=label, id=label.encode(), private_template=may
            )
            if not public:
                made[0].destroy()

    def remove_key(self, label: str) -> None:
        with self.session() as session:
            for found in list(session.get_objects({self._attributes().LABEL: label})):
                found.destroy()

    def session(self) -> Any:
        """A session that may write; closing it logs the whole process out, as a restart of the token would."""
        import pkcs11

        self.restart()
        token = next(token for token in pkcs11.lib(str(self.module)).get_tokens() if token.label == "carbonseal")
        return token.open(rw=True, user_pin=PIN)

    def restart(self) -> None:
        """Every session is forgotten, and with it who was logged in."""
        import pkcs11

        pkcs11.lib(str(self.module)).reinitialize()

    @staticmethod
    def _attributes() -> Any:
        import pkcs11

        return pkcs11.Attribute
