"""What was issued: listed, exported, revoked; and adopting a log whose guard is missing, by commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_way import carbonseal, good, served

WHY = ("--reason", "the meter was broken")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revoke")
    directory = folder / "node"
    good("init", directory, "--origin", "certifier.example/revoke", "--issuer", "maker did:web:maker.example")
    (folder / "record.json").write_text('{"kilograms": "12.50"}')
    sealed = good("seal", directory, folder / "record.json", "--profile", "json/1").split()[0]
    request = {
        "issuer": "maker",
        "subject": "urn:example:reader",
        "records": [{"role": "footprint", "commitment": sealed}],
    }
    (folder / "request.json").write_text(json.dumps(request))
    for name in ("near", "far"):
        good("passport", "issue", directory, "--request", folder / "request.json", "-o", folder / f"{name}.json")
    return directory


def verdict(node: Path, name: str) -> int:
    return carbonseal(
        "verify", node.parent / f"{name}.json", "--policy", node / "policy-template.policy", "--quiet"
    ).status


def revoke_and_refresh(node: Path, name: str) -> None:
    passport = node.parent / f"{name}.json"
    assert verdict(node, name) == 0
    assert listed(node)[digest(node, name)][1] == "issued"
    output = good("passport", "revoke", node, passport, *WHY)
    assert output.startswith(f"revoked {digest(node, name)}\n")
    assert "once they are refreshed" in output
    assert f"{digest(node, name)} was revoked before" in good("passport", "revoke", node, digest(node, name), *WHY)
    assert listed(node)[digest(node, name)][1] == "revoked"
    assert "a newer status list" in good("passport", "refresh", node, passport)
    assert "nothing is newer" in good("passport", "refresh", node, passport)
    assert verdict(node, name) == 4


@pytest.mark.parametrize("reason", ["", " "])
def test_nothing_is_revoked_without_words(node: Path, reason: str) -> None:
    refused = carbonseal("passport", "revoke", node, digest(node, "near"), "--reason", reason)
    assert refused.status == 2
    assert "a reason has words in it" in refused.err


def digest(node: Path, name: str) -> str:
    return str(json.loads((node.parent / f"{name}.json").read_text())["credential"])


def listed(node: Path) -> dict[str, list[str]]:
    """What `passport list` says of each credential: when, its state, its name."""
    return {line.split()[0]: line.split()[1:] for line in good("passport", "list", node).splitlines()}


def check_kept(node: Path, name: str) -> None:
    """What was issued is listed, and comes again."""
    assert list(listed(node)) == [digest(node, "near"), digest(node, "far")]
    assert listed(node)[digest(node, name)][2:] == ["urn:example:reader", "(urn:example:reader)"]
    out = node.parent / f"{name}-again.json"
    good("passport", "export", node, digest(node, name), "-o", out)
    assert json.loads(out.read_text())["credential"] == digest(node, name)
    assert json.loads(good("passport", "export", node, digest(node, name), "-o", "-")) == json.loads(out.read_text())
    assert carbonseal("passport", "export", node, digest(node, name), "-o", out).status == 2
    good("passport", "export", node, digest(node, name), "-o", out, "--force")
    copy = carbonseal("passport", "export", node, digest(node, name), "--as", "untp/dpp-0.7", "-o", out, "--force")
    assert copy.status == 2
    assert "the credential does not state: facility and classifications" in copy.err
    unknown = carbonseal("passport", "export", node, "ab" * 32, "-o", node.parent / "unknown.json")
    assert (unknown.status, (node.parent / "unknown.json").exists()) == (2, False)


def test_what_was_issued_is_listed_and_comes_again(node: Path) -> None:
    check_kept(node, "near")
    with served(node):
        check_kept(node, "far")


def test_nothing_is_issued_for_a_place_that_cannot_take_it(node: Path) -> None:
    before = listed(node)
    request = ["--request", node.parent / "request.json"]
    refused = carbonseal("passport", "issue", node, *request, "-o", node.parent / "near.json")
    assert (refused.status, "near.json exists already" in refused.err, "--force" in refused.err) == (2, True, True)
    assert carbonseal("passport", "issue", node, *request, "-o", node.parent / "none" / "p.json").status == 2
    assert listed(node) == before


def test_a_request_that_is_wrong_is_named(node: Path) -> None:
    request = json.loads((node.parent / "request.json").read_text())
    wrong = node.parent / "wrong.json"
    out = node.parent / "never.json"
    for change, place in (
        ({"issuer": "nobody"}, "/issuer"),
        ({"records": [{"role": "footprint", "commitment": "ab" * 32}]}, "records > 0 > commitment"),
        ({"subject": "no uri"}, "/subject"),
    ):
        wrong.write_text(json.dumps({**request, **change}))
        refused = carbonseal("passport", "issue", node, "--request", wrong, "-o", out)
        assert (refused.status, f"{wrong} > {place}: " in refused.err) == (2, True), refused.err
    wrong.write_text("[]")
    refused = carbonseal("passport", "issue", node, "--request", wrong, "-o", out)
    assert f"{wrong}: not a request to issue" in refused.err
    assert not out.exists()


def test_refreshing_reads_and_writes_streams(node: Path) -> None:
    given = (node.parent / "near.json").read_text()
    assert digest(node, "near") in good("passport", "refresh", node, "-", stdin=given)
    assert "newer heads" in good("passport", "refresh", node, node.parent / "near.json")
    assert "nothing is newer" in good("passport", "refresh", node, node.parent / "near.json")
    refused = carbonseal("passport", "refresh", node, node.parent / "near.json", "-o", node.parent / "far.json")
    assert (refused.status, "exists already" in refused.err) == (2, True)


def test_a_revoked_passport_is_rejected_once_refreshed(node: Path) -> None:
    revoke_and_refresh(node, "near")
    assert verdict(node, "far") == 0


def test_the_same_while_the_node_is_served(node: Path) -> None:
    with served(node):
        revoke_and_refresh(node, "far")


def test_suspended_until_it_is_reinstated(node: Path) -> None:
    passport = node.parent / "third.json"
    request = ["--request", node.parent / "request.json"]
    good("passport", "issue", node, *request, "-o", passport)
    good("passport", "suspend", node, passport, *WHY)
    assert "was suspended before" in good("passport", "suspend", node, digest(node, "third"), *WHY)
    assert listed(node)[digest(node, "third")][1] == "suspended"
    good("passport", "reinstate", node, passport, *WHY)
    assert "was not suspended" in good("passport", "reinstate", node, passport, *WHY)
    assert listed(node)[digest(node, "third")][1] == "issued"


def test_anybody_has_a_passport_refreshed_by_its_node(node: Path, tmp_path: Path) -> None:
    passport = node.parent / "fourth.json"
    good("passport", "issue", node, "--request", node.parent / "request.json", "-o", passport)
    kept = passport.read_bytes()
    out = tmp_path / "refreshed.json"
    with served(node) as url:
        good("passport", "suspend", node, passport, *WHY)
        done = good("passport", "refresh", passport, "--from", url, "-o", out)
        assert "a newer status list" in done
        assert json.loads(kept)["seals"].keys() <= json.loads(out.read_text())["seals"].keys()
        assert "nothing is newer" in good("passport", "refresh", out, "--from", url + "/")
        assert passport.read_bytes() == kept
    unreachable = carbonseal("passport", "refresh", passport, "--from", url)
    assert (unreachable.status, "does not answer" in unreachable.err, passport.read_bytes() == kept) == (1, True, True)
    for words in ((passport,), (node, passport, "--from", url), (passport, "--from", "ftp://x.example")):
        assert carbonseal("passport", "refresh", *words).status == 2


def test_another_nodes_passport_is_not_revoked(node: Path, tmp_path: Path) -> None:
    good("init", tmp_path / "other", "--origin", "other.example/revoke")
    done = carbonseal("passport", "revoke", tmp_path / "other", node.parent / "near.json", *WHY)
    assert done.status == 2
    assert "was issued here" in done.err
    kept = (node.parent / "near.json").read_bytes()
    done = carbonseal("passport", "refresh", tmp_path / "other", node.parent / "near.json")
    assert done.status == 2
    assert f"{node.parent / 'near.json'}: nothing in this file was sealed here" in done.err
    assert (node.parent / "near.json").read_bytes() == kept
    assert carbonseal("passport", "revoke", node, "nothing", *WHY).status == 2


def test_a_node_without_its_guard_signs_only_after_its_operators_word(node: Path) -> None:
    (node / "guard" / "default").unlink()
    refused = carbonseal("seal", node, node.parent / "request.json", "--profile", "json/1")
    assert refused.status == 2
    assert "carbonseal log adopt" in refused.err
    assert carbonseal("log", "adopt", node, stdin="n\n").status == 1
    good("log", "adopt", node, stdin="y\n")
    good("seal", node, node.parent / "request.json", "--profile", "json/1")
