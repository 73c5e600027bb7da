"""Findings of secrets and keys by URI, and of tokens."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

SECRET_UNSUPPORTED = rejected(
    "secret.unsupported", "secrets and keys come from {known} here, not from {found}", "use one of these"
)
SECRET_NOT_A_SIGNER = rejected(
    "secret.not-a-signer",
    "what the scheme {scheme}: opens cannot sign here: {problem}",
    "use another scheme; web3signer: and clef: sign Ethereum transactions alone",
)
SECRET_CURVE = rejected(
    "secret.curve",
    "keys of the scheme {scheme}: are on {found}, and a key on {wanted} is needed here",
    "use another scheme",
)
SECRET_OPTION = rejected(
    "secret.option", "an option of {uri} is unknown, empty or given twice", "the options that it can have: {known}"
)
SECRET_OPTION_MISSING = rejected("secret.option-missing", "{uri} lacks the option {option}=", "add it after a ?")
SECRET_MISSING = rejected("secret.missing", "{uri} cannot be read: {reason}", "put the secret there")
SECRET_OPEN_TO_OTHERS = rejected(
    "secret.open-to-others",
    "{uri} holds a secret that is not encrypted, and others than its owner may read it",
    "chmod 600 {path}, and think about who may have read it",
)
SECRET_TOO_LONG = rejected("secret.too-long", "{uri} holds more than {limit} bytes", "is this the right file?")
SECRET_MALFORMED = rejected("secret.malformed", "{uri} does not hold 32 bytes in hexadecimal", "restore the key file")
SECRET_KEY_MALFORMED = rejected(
    "secret.key-malformed",
    "{uri} holds no Ed25519 key: neither 32 bytes in hexadecimal nor PKCS#8 in PEM",
    "restore the key file",
)
SECRET_NOT_ENCRYPTED = rejected(
    "secret.not-encrypted",
    "{uri} names a password, and what it holds is not encrypted",
    "encrypt it, or drop password=",
)
SECRET_ENCRYPTED = rejected(
    "secret.encrypted",
    "{uri} holds an encrypted key, and names no password",
    "add ?password=env:NAME or ?password=file:PATH",
)
SECRET_WRONG_PASSWORD = rejected(
    "secret.wrong-password", "the password does not open {uri}", "check where password= points to"
)
SECRET_SIGNATURE_WRONG = rejected(
    "secret.signature-wrong",
    "what {uri} signed does not verify under its public key",
    "do not trust this token: nothing that it signed has left the node",
)

TOKEN_EXTRA = rejected(
    "token.extra-missing", "{uri} needs python-pkcs11, which is not installed", "pip install 'carbonseal[pkcs11]'"
)
TOKEN_URI = rejected("token.uri-malformed", "{uri} cannot name a key: {problem}", "write it as RFC 7512 does")
TOKEN_MODULE = rejected("token.module", "the PKCS#11 module {module} cannot be used: {reason}", "correct module-path=")
TOKEN_NOT_ONE = rejected("token.not-one", "{count} tokens fit {uri}", "name one that is there, by token= or serial=")
TOKEN_PIN = rejected(
    "token.pin",
    "the token of {uri} does not take the PIN",
    "correct what pin-source= names before the token locks itself",
)
TOKEN_FINAL_TRY = rejected(
    "token.final-try",
    "the token of {uri} has one try for its PIN left, which is not risked here",
    "log in once with the token's own tool, which gives the tries back",
)
TOKEN_KEY_NOT_ONE = rejected(
    "token.key-not-one", "{count} {kind} fit {uri}", "name one that is there, by object= or id="
)
TOKEN_KEY_CURVE = rejected("token.key-curve", "{uri} is no {curve} key", "name another, or make one")
TOKEN_KEY_CHANGED = rejected(
    "token.key-changed", "{uri} is another key than when it was opened", "find out who changed the token"
)
TOKEN_FAILED = undetermined(
    "token.failed", "the token of {uri} does not answer as it should: {reason}", "is it plugged in?"
)
