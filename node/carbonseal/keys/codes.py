"""Findings of secrets and keys by URI, and of tokens."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

SECRET_UNSUPPORTED = rejected(
    "secret.unsupported", "expected a URI with one of the schemes {known}; found {found}", "use one of these schemes"
)
SECRET_NOT_A_SIGNER = rejected(
    "secret.not-a-signer",
    "what the scheme {scheme}: opens cannot sign here: {problem}",
    "use another scheme; web3signer: and clef: sign Ethereum transactions alone",
)
SECRET_CURVE = rejected(
    "secret.curve",
    "keys of the scheme {scheme}: are of the kind {found}, and a key of the kind {wanted} is needed here",
    "use another scheme",
)
SECRET_OPTION = rejected(
    "secret.option", "an option of {uri} is unknown, empty or given twice", "the options that it can have: {known}"
)
SECRET_OPTION_MISSING = rejected(
    "secret.option-missing", "{uri} has no option {option}=", "add it after a question mark"
)
SECRET_MISSING = rejected("secret.missing", "{uri} cannot be read: {reason}", "check the path or the variable's name")
SECRET_OPEN_TO_OTHERS = rejected(
    "secret.open-to-others",
    "{uri} has a secret that is not encrypted, and users other than its owner may read it",
    "chmod 600 {path}, and consider who may have read it",
)
SECRET_WRITABLE_BY_OTHERS = rejected(
    "secret.writable-by-others",
    "{uri} can be replaced by users other than its owner: {path} has the mode {mode}",
    "chmod go-w {path}, and compare the key with what was published",
)
SECRET_TOO_LONG = rejected("secret.too-long", "{uri} has more than {limit} bytes", "check that it is the right file")
SECRET_MALFORMED = rejected("secret.malformed", "{uri} does not have 32 bytes in hexadecimal", "restore the key file")
SECRET_KEY_MALFORMED = rejected(
    "secret.key-malformed",
    "{uri} is not a valid Ed25519 key: expected 32 bytes in hexadecimal, or PKCS#8 in PEM",
    "restore the key file",
)
SECRET_ML_DSA_MALFORMED = rejected(
    "secret.ml-dsa-malformed",
    "{uri} is not a valid ML-DSA-44 key: expected PKCS#8 in PEM",
    "restore the key file, or make one with carbonseal key new",
)
SECRET_NOT_ENCRYPTED = rejected(
    "secret.not-encrypted",
    "{uri} names a password, but the key is not encrypted",
    "encrypt the key, or remove password=",
)
SECRET_ENCRYPTED = rejected(
    "secret.encrypted",
    "{uri} is an encrypted key, and no password is named",
    "add ?password=env:NAME or ?password=file:PATH",
)
SECRET_WRONG_PASSWORD = rejected(
    "secret.wrong-password", "the password does not decrypt {uri}", "check the URI in password="
)
SECRET_PUBLIC_KEY = rejected(
    "secret.public-key",
    "the public key of {uri} is not accepted: {problem}",
    "check the token or service that keeps it, and create another key",
)
SECRET_SIGNATURE_WRONG = rejected(
    "secret.signature-wrong",
    "a signature by {uri} does not verify under its public key",
    "check the token or service that signs: the signature was not used",
)

TOKEN_EXTRA = rejected(
    "token.extra-missing", "{uri} needs python-pkcs11, which is not installed", "pip install 'carbonseal[pkcs11]'"
)
TOKEN_URI = rejected(
    "token.uri-malformed", "{uri} is not a valid PKCS#11 URI of a key: {problem}", "write it as RFC 7512 defines"
)
TOKEN_MODULE = rejected("token.module", "the PKCS#11 module {module} cannot be used: {reason}", "correct module-path=")
TOKEN_NOT_ONE = rejected(
    "token.not-one", "{uri} matches {count} tokens, not one", "name one that is present, by token= or serial="
)
TOKEN_PIN = rejected(
    "token.pin",
    "the token of {uri} refuses the PIN",
    "correct the PIN at pin-source= before the token locks itself",
)
TOKEN_FINAL_TRY = rejected(
    "token.final-try",
    "the token of {uri} has one PIN try left, which is not used here",
    "log in once with the token's own tool, which resets the tries",
)
TOKEN_KEY_NOT_ONE = rejected(
    "token.key-not-one", "{uri} matches {count} {kind}, not one", "name one that is present, by object= or id="
)
TOKEN_KEY_CURVE = rejected("token.key-curve", "{uri} is not a {curve} key", "name another key, or create one")
TOKEN_KEY_CHANGED = rejected(
    "token.key-changed", "{uri} is not the key that it was when it was opened", "find out who changed the token"
)
TOKEN_FAILED = undetermined("token.failed", "the token of {uri} failed: {reason}", "check that it is connected")
