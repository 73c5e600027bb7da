"""PKCS#11 tokens (hardware, or SoftHSM): signing keys that never leave them, named by RFC 7512 URIs.

``pkcs11:token=NAME;object=NAME?module-path=/PATH.so&pin-source=env:NAME``. The PIN has a URI of its own and is read again
whenever it is needed. Needs the extra `pkcs11`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import check_regular

from . import codes
from .signers import Curve, KeyKind, Secret, Signer
from .uris import KeyUri, read_uri

if TYPE_CHECKING:
    from pkcs11 import Session, Token

OPTIONS = ("module-path", "pin-source")
TOKEN_ATTRIBUTES = ("token", "serial", "manufacturer", "model")
KEY_ATTRIBUTES = ("object", "id")


@dataclass(frozen=True, slots=True)
class _KeyType:
    """How PKCS#11 knows the keys of a curve."""

    parameters: tuple[bytes, ...]  # what CKA_EC_PARAMS may be
    key_type: str
    mechanism: str
    point: bytes  # what an encoded public key begins with
    length: int  # of an encoded public key, in bytes


_KEY_TYPES = {  # PKCS#11 v3.0, 2.3.5: an OID, or the curve's name
    Curve.ED25519: _KeyType((bytes.fromhex("06032b6570"), b"\x13\x0cedwards25519"), "EC_EDWARDS", "EDDSA", b"", 32),
    Curve.P256: _KeyType((bytes.fromhex("06082a8648ce3d030107"),), "EC", "ECDSA", b"\4", 65),
    Curve.SECP256K1: _KeyType((bytes.fromhex("06052b8104000a"),), "EC", "ECDSA", b"\4", 65),
}

_LOCK = threading.Lock()  # logging in and out concerns the whole process


class Tokens:
    """The scheme ``pkcs11:``."""

    def open(self, uri: str, kind: KeyKind, secret: Secret) -> Signer:
        """The key that `uri` names, on `kind.curve`. Raises `Refused` as `TokenKey` does, and for ML-DSA-44, which PKCS#11 has from
        version 3.2 on."""
        if kind.curve not in _KEY_TYPES:
            found = ", ".join(curve.value for curve in _KEY_TYPES)
            raise Refused(codes.SECRET_CURVE(scheme="pkcs11", found=found, wanted=kind.curve.value))
        return TokenKey(uri, secret, kind.curve)


SCHEME = Tokens()


class TokenKey:
    """A private key in a token: a `Signer`."""

    def __init__(self, uri: str, secret: Secret, curve: Curve) -> None:
        """`secret` opens the PIN's URI. Raises `Refused` where the token, its one key on that curve or the public half
        cannot be found, or the PIN is refused."""
        self.uri = read_uri(uri, {"pkcs11": OPTIONS})
        self._wanted = _read_path(self.uri)
        self._secret, self._curve, self._type = secret, curve, _KEY_TYPES[curve]
        self._pkcs11 = _library(self.uri)
        self._module, self._pin = (unquote(self.uri.need(option)) for option in OPTIONS)
        with _LOCK:
            self._key, self.public_key = self._find()  # the encoded public key: 32 bytes, or 0x04 ‖ x ‖ y

    def __repr__(self) -> str:
        return f"<{self.uri}>"

    def sign(self, data: bytes, /) -> bytes:
        """As `Signer.sign`. Raises `Refused` where the token does not sign."""
        mechanism = self._pkcs11.Mechanism[self._type.mechanism]
        with _LOCK:
            try:
                return bytes(self._key.sign(data, mechanism=mechanism))
            except self._pkcs11.PKCS11Error:
                # Tokens are unplugged, restarted, and forget their sessions: signing in a new one is as good.
                self._key, public_key = self._find()
            if public_key != self.public_key:
                raise Refused(codes.TOKEN_KEY_CHANGED(uri=self.uri))
            try:
                return bytes(self._key.sign(data, mechanism=mechanism))
            except self._pkcs11.PKCS11Error as error:
                raise self._failed(error) from error

    def _find(self) -> tuple[Any, bytes]:
        try:
            session = self._session(self._token())
            kinds, attribute = self._pkcs11.ObjectClass, self._pkcs11.Attribute
            wanted: dict[Any, Any] = {attribute.KEY_TYPE: self._pkcs11.KeyType[self._type.key_type]}
            if "object" in self._wanted:
                wanted[attribute.LABEL] = self._text("object")
            if "id" in self._wanted:
                wanted[attribute.ID] = self._wanted["id"]
            private = self._one(session, wanted | {attribute.CLASS: kinds.PRIVATE_KEY, attribute.SIGN: True})
            if private[attribute.EC_PARAMS] not in self._type.parameters:
                raise Refused(codes.TOKEN_KEY_CURVE(uri=self.uri, curve=self._curve.value))
            wanted = {attribute.CLASS: kinds.PUBLIC_KEY, attribute.ID: private[attribute.ID]} | wanted
            return private, self._encoded(self._one(session, wanted)[attribute.EC_POINT])
        except self._pkcs11.PKCS11Error as error:
            raise self._failed(error) from error

    def _token(self) -> Token:
        if not self._module.startswith("/"):
            raise self._malformed("module-path is not absolute")
        try:
            check_regular(Path(self._module))
        except OSError as error:
            raise Refused(codes.TOKEN_MODULE(module=self._module, reason=error.strerror)) from error
        try:
            tokens: list[Token] = list(self._pkcs11.lib(self._module).get_tokens())
        except (self._pkcs11.PKCS11Error, RuntimeError) as error:
            raise Refused(codes.TOKEN_MODULE(module=self._module, reason=_reason(error))) from error
        fitting = [token for token in tokens if self._fits(token)]
        if len(fitting) != 1:
            raise Refused(codes.TOKEN_NOT_ONE(uri=self.uri, count=len(fitting)))
        return fitting[0]

    def _fits(self, token: Token) -> bool:
        attributes = {
            "token": token.label.encode(),
            "serial": bytes(token.serial),
            "manufacturer": token.manufacturer_id.encode(),
            "model": token.model.encode(),
        }
        return all(attributes[name] == self._wanted[name] for name in TOKEN_ATTRIBUTES if name in self._wanted)

    def _session(self, token: Token) -> Session:
        """A new session, logged in. Earlier sessions stay open: closing one would log out every key of the token."""
        if token.flags & self._pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
            raise Refused(codes.TOKEN_FINAL_TRY(uri=self.uri))
        pin = self._secret(self._pin).decode("utf-8", "replace")
        try:
            return token.open(user_pin=pin)
        except self._pkcs11.UserAlreadyLoggedIn:  # through another key of this token
            return token.open()
        except (self._pkcs11.PinIncorrect, self._pkcs11.PinInvalid, self._pkcs11.PinLenRange):
            raise Refused(codes.TOKEN_PIN(uri=self.uri)) from None

    def _one(self, session: Session, wanted: Mapping[Any, Any]) -> Any:
        found = list(session.get_objects(dict(wanted)))
        if len(found) != 1:
            private = wanted[self._pkcs11.Attribute.CLASS] is self._pkcs11.ObjectClass.PRIVATE_KEY
            half = "private" if private else "public"
            kind = f"{half} {self._curve.value} keys"
            raise Refused(codes.TOKEN_KEY_NOT_ONE(uri=self.uri, count=len(found), kind=kind))
        return found[0]

    def _encoded(self, point: bytes) -> bytes:
        """A public key out of CKA_EC_POINT: in a DER octet string as the standard has it, or bare as some tokens do."""
        length, start = self._type.length, self._type.point
        bare = point[2:] if len(point) == length + 2 and point[:2] == bytes([4, length]) else point
        if len(bare) != length or not bare.startswith(start):
            raise Refused(codes.TOKEN_KEY_CURVE(uri=self.uri, curve=self._curve.value))
        return bytes(bare)

    def _text(self, name: str) -> str:
        try:
            return self._wanted[name].decode()
        except UnicodeDecodeError:
            raise self._malformed(f"{name} is not UTF-8") from None

    def _malformed(self, problem: str) -> Refused:
        return Refused(codes.TOKEN_URI(uri=self.uri, problem=problem))

    def _failed(self, error: Exception) -> Refused:
        return Refused(codes.TOKEN_FAILED(uri=self.uri, reason=_reason(error)))


def _reason(error: Exception) -> str:
    """The name of a PKCS#11 error alone: modules put anything into the rest."""
    return type(error).__name__


def _library(uri: KeyUri) -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise Refused(codes.TOKEN_EXTRA(uri=uri)) from error
    return pkcs11


def _read_path(uri: KeyUri) -> dict[str, bytes]:
    """The attributes that name the token and the key (RFC 7512, section 2.3). Raises `Refused`, also for an attribute that is not
    understood: it must not be ignored."""
    wanted: dict[str, bytes] = {}
    for part in uri.path.split(";"):
        name, _, value = part.partition("=")
        if name == "type" and value == "private":
            continue
        if name not in (*TOKEN_ATTRIBUTES, *KEY_ATTRIBUTES) or name in wanted or not value:
            listed = ", ".join((*TOKEN_ATTRIBUTES, *KEY_ATTRIBUTES))
            raise Refused(codes.TOKEN_URI(uri=uri, problem=f"its attributes are {listed}, each once, with a value"))
        wanted[name] = unquote_to_bytes(value)
    if not wanted.keys() & set(KEY_ATTRIBUTES):
        raise Refused(codes.TOKEN_URI(uri=uri, problem="it names no key: add object= or id="))
    return wanted
