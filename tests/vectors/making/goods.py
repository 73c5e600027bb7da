"""Vectors of identifiers and codes of goods (section 25) and of data carriers (section 27), published ones or written by hand."""

from __future__ import annotations

from typing import Any

from tests.vectors.cases import Case, case, refused

_FORM, _DIGIT = refused("goods.malformed"), refused("goods.check-digit")
_LINK = "https://id.example/01/09506000134352"
_ALL = "!\"%&'()*+,-./:;<=>?_"  # of the 82 characters, those that are neither letter nor digit

IDENTIFIERS: dict[str, list[tuple[str, Any]]] = {
    "gtin": [
        ("09506000134352", {"same": "09506000134352"}),
        ("9506000134352", {"same": "09506000134352"}),
        ("614141007349", {"same": "00614141007349"}),
        ("96385074", {"same": "00000096385074"}),
        ("09506000134351", _DIGIT),
        ("9506000134325", _DIGIT),
        ("950600013435", _DIGIT),
        ("95060001343520", _DIGIT),
        ("095060001343", _DIGIT),
        ("0950600013", _FORM),
        ("0950600013435２", _FORM),
        ("", _FORM),
    ],
    "lei": [
        ("529900T8BM49AURSDO55", {"same": "529900T8BM49AURSDO55"}),
        ("529900T8BM49AURSDO56", _DIGIT),
        ("529900T8BM49AURSOD55", _DIGIT),
        ("529900t8bm49aursdo55", _FORM),
        ("529900T8BM49AURSDO5", _FORM),
    ],
    "mrn": [
        ("21DE27364916384836", {"same": "21DE27364916384836", "checkDigit": "6"}),
        ("21DE27364916384835", {"same": "21DE27364916384835", "checkDigit": "6"}),
        ("21DE12345678901234", {"same": "21DE12345678901234", "checkDigit": "4"}),
        ("22GB02I89012847596", {"same": "22GB02I89012847596", "checkDigit": "8"}),
        ("26FR0123456789ABCF", {"same": "26FR0123456789ABCF", "checkDigit": "9"}),
        ("21DE2736491638483", _FORM),
        ("21de27364916384836", _FORM),
        ("21DE2736491638483X", _FORM),
    ],
    "eori": [
        ("DE1234567", {"same": "DE1234567"}),
        ("XI123456789000", {"same": "XI123456789000"}),
        ("D1234567", _FORM),
        ("DE1234567890123456", _FORM),
        ("DE 1234567", _FORM),
    ],
    "registration": [
        ("https://registry.example/p/AbC-1", {"same": "https://registry.example/p/AbC-1"}),
        ("http://registry.example/p/1", _FORM),
        ("https://Registry.example/p/1", _FORM),
        ("https://registry.example/", _FORM),
        ("https://registry.example/p 1", _FORM),
        ("https://user@registry.example/p", _FORM),
    ],
    "link": [
        (_LINK, {"same": _LINK}),
        (f"{_LINK}/22/2A/10/L%2F7/21/0001", {"same": f"{_LINK}/22/2A/10/L%2F7/21/0001"}),
        (f"{_LINK}/235/2A", {"same": f"{_LINK}/235/2A"}),
        ("https://id.example:8443/a/b/01/9506000134352", {"same": "https://id.example:8443/a/b/01/09506000134352"}),
        ("HTTP://ID.Example/01/09506000134352/10/%41%2f", {"same": f"{_LINK}/10/A%2F"}),
        (f"{_LINK}?b=1&a=%C3%A9", {"same": f"{_LINK}?a=%C3%A9&b=1"}),
        (
            f"{_LINK}/10/{''.join(f'%{ord(one):02x}' for one in _ALL)}",
            {"same": f"{_LINK}/10/%21%22%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F_"},
        ),
        ("https://id.example/01/09506000134351", _DIGIT),
        (f"{_LINK}/21/1/10/L", _FORM),
        (f"{_LINK}/10/L/235/2A", _FORM),
        (f"{_LINK}/10/L/10/M", _FORM),
        (f"{_LINK}/10/", _FORM),
        (f"{_LINK}/10", _FORM),
        (f"{_LINK}/17/261231", _FORM),
        (f"{_LINK}/lot/L", _FORM),
        (f"{_LINK}/10/{'L' * 21}", _FORM),
        (f"{_LINK}/10/%C3%A9", _FORM),
        (f"{_LINK}/10/%2", _FORM),
        (f"{_LINK}/10/%FF", _FORM),
        (f"{_LINK}/10/a%20b", _FORM),
        (f"{_LINK}?a=1&a=2", _FORM),
        (f"{_LINK}?21=1", _FORM),
        (f"{_LINK}?a", _FORM),
        (f"{_LINK}#a", _FORM),
        ("https://id.example/21/1/01/09506000134352", _FORM),
        ("https://id.example/gtin/09506000134352", _FORM),
        ("https://user@id.example/01/09506000134352", _FORM),
        ("https://id.example//01/09506000134352", _FORM),
        ("urn:example:01/09506000134352", _FORM),
    ],
}
CODES: list[tuple[str, str, Any]] = [
    ("urn:carbonseal:hs:2022", "852352", {"same": "852352", "hs": ["2022", "852352"]}),
    ("urn:carbonseal:cn:2026", "01012100", {"same": "01012100", "hs": ["2022", "010121"]}),
    ("urn:carbonseal:cn:2028", "85235200", {"same": "85235200", "hs": ["2028", "852352"]}),
    ("urn:carbonseal:taric:2021", "8523520010", {"same": "8523520010", "hs": ["2017", "852352"]}),
    ("urn:carbonseal:cpc:2.1", "47540", {"same": "47540", "hs": None}),
    ("urn:example:nomenclature", "8507 60", {"same": None}),
    ("urn:carbonseal:hs:2022", "85235", _FORM),
    ("urn:carbonseal:hs:2022", "8523.52", _FORM),
    ("urn:carbonseal:hs:2023", "852352", _FORM),
    ("urn:carbonseal:hs:22", "852352", _FORM),
    ("urn:carbonseal:cn:2026", "1012100", _FORM),
    ("urn:carbonseal:cn:1987", "01012100", _FORM),
    ("urn:carbonseal:cpc:2026", "47540", _FORM),
]


def identifiers() -> list[Case]:
    cases = [
        case(f"{kind} {text}", "identify", expect, kind=kind, text=text)
        for kind, listed in IDENTIFIERS.items()
        for text, expect in listed
    ]
    return cases + [
        case(f"{scheme} {code}", "identify", expect, kind="code", scheme=scheme, text=code)
        for scheme, code, expect in CODES
    ]


_DIGEST = "5f0c" * 16
_PLAIN = f"https://id.example.com/p/{_DIGEST}"
_GOODS = {"gtin": "09506000134352", "lot": "L/7", "serial": "0001"}
_NO_GOODS = {"gtin": "", "lot": "", "serial": ""}
_FULL = f"{_LINK}/10/L%2F7/21/0001?digest={_DIGEST}"
READ: list[tuple[str, Any]] = [
    (_FULL, {"digest": _DIGEST, **_GOODS}),
    (_FULL.replace("https", "HTTP"), {"digest": _DIGEST, **_GOODS}),
    (f"{_LINK}?17=261231&digest={_DIGEST}&linkType=all", {"digest": _DIGEST, **_NO_GOODS, "gtin": "09506000134352"}),
    (_PLAIN, {"digest": _DIGEST, **_NO_GOODS}),
    (f"{_PLAIN}.json", {"digest": _DIGEST, **_NO_GOODS}),
    (f"https://id.example.com/a/b?digest={_DIGEST}", {"digest": _DIGEST, **_NO_GOODS}),
    (_LINK, _FORM),
    (f"{_LINK}?digest={_DIGEST[:-1]}", _FORM),
    (f"{_LINK}?digest={_DIGEST.upper()}", _FORM),
    (f"{_LINK}?digest={_DIGEST}&digest={_DIGEST}", _FORM),
    (f"{_LINK}?Digest={_DIGEST}", _FORM),
    (f"{_LINK[:-1]}1?digest={_DIGEST}", _DIGIT),
    (f"{_PLAIN}?digest={_DIGEST}", _FORM),
    (f"{_PLAIN}/", _FORM),
    (f"{_PLAIN}#a", _FORM),
    (f"https://user@id.example.com/p/{_DIGEST}", _FORM),
    (f"ftp://id.example.com/p/{_DIGEST}", _FORM),
    (_DIGEST, _FORM),
]
WRITTEN: list[tuple[str, dict[str, str], Any]] = [
    ("https://id.example", _GOODS, {"address": _FULL}),
    ("https://id.example/", {**_GOODS, "lot": "", "serial": ""}, {"address": f"{_LINK}?digest={_DIGEST}"}),
    ("https://id.example.com", _NO_GOODS, {"address": _PLAIN}),
    ("http://id.example.com", _NO_GOODS, _FORM),
    ("https://id.example", {**_GOODS, "lot": "L" * 21}, _FORM),
    ("https://id.example", {**_GOODS, "gtin": "09506000134351"}, _DIGIT),
]
_IS, _ANOTHER, _OTHERS, _NONE = (f"carrier.{one}" for one in ("digest", "other-passport", "other-goods", "not-stated"))
_STATED = {"identifiers": ["urn:gtin:9506000134352"], "lot": "L/7", "serials": ["0001"]}
COMPARED: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("the passport that is meant", _DIGEST, _STATED, [_IS]),
    ("another passport", "00" * 32, _STATED, [_ANOTHER]),
    (
        "a passport that states no goods",
        _DIGEST,
        {"identifiers": [], "lot": "", "serials": []},
        [_IS, _NONE, _NONE, _NONE],
    ),
    ("another lot", _DIGEST, {**_STATED, "lot": "L/8"}, [_IS, _OTHERS]),
    ("another GTIN", _DIGEST, {**_STATED, "identifiers": ["urn:gtin:4006381333931"]}, [_IS, _OTHERS]),
]


def data_carriers() -> list[Case]:
    read = [case(f"read {text}", "read-carrier", expect, text=text) for text, expect in READ]
    written = [
        case(f"write {number}, below {base}", "write-carrier", expect, base=base, digest=_DIGEST, **goods)
        for number, (base, goods, expect) in enumerate(WRITTEN)
    ]
    return [*read, *written] + [
        case(name, "compare-carrier", {"codes": codes}, text=_FULL, root=root, stated=stated)
        for name, root, stated, codes in COMPARED
    ]
