"""Pages as HTML, from templates: one file that loads nothing, runs no script and prints on A4."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import carbonseal
from carbonseal.escaping import escape_invisible
from carbonseal.examining.results import RowFacts
from carbonseal.findings import Finding, Verdict
from carbonseal.instants import format_instant
from carbonseal.languages import sentences
from carbonseal.languages.language import LANGUAGES, Language
from carbonseal.languages.report import REPORT
from carbonseal.verification.consignment.matching import LineResult

from .judged import Judged, PolicyFacts
from .pictures.carbon_flow import carbon_flow
from .pictures.supply_tree import supply_tree
from .unread import Unread

DROP = "drop.js"
NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "ko": "한국어", "zh": "中文"}  # of languages, in each
REVIEWED = LANGUAGES[:1]  # languages whose texts a native reader has reviewed


class Pages:
    """The parts of a page, in one language: `head`; where there are many files `table`, a `row` each, `between`; `lines` of a
    declaration; files `unread`; a `file` each; `tail`."""

    def __init__(self, at: datetime, language: Language) -> None:
        """`at` is the instant as of which files were judged."""
        self._language = language
        self._common: Mapping[str, Any] = {
            "at": format_instant(at),
            "say": self._say,
            "told": language.say,
            "message": language.message,
            "remedy": language.remedy,
            "sentences": sentences,
            "lang": language.tag,
            "is_reviewed": language.tag in REVIEWED,
            "style": _style(),
            "version": carbonseal.__version__,
        }

    def head(self, title: str, *, is_heading: bool) -> str:
        """The beginning. `is_heading`: the title is said on the page too, as of one about many files."""
        return self._head(title, is_heading=is_heading, has_script=False)

    def _head(self, title: str, *, is_heading: bool, has_script: bool) -> str:
        policy = page_policy(has_script=has_script).replace("; frame-ancestors 'none'", "")  # which no <meta> may have
        return self._render(
            "head.html", title=title, is_heading=is_heading, policy=policy, script=DROP if has_script else ""
        )

    def table(self) -> str:
        """The head of the table of many files."""
        return self._render("table.html")

    def row(self, row: RowFacts, group: str) -> str:
        """One file as a row of the table, which leads to it. Figures of one `group` compare with each other; one without a group
        with none."""
        word = self._language.say(sentences.WORDS[Verdict(row.verdict)])
        footprint = self._say("for-one", figure=row.figure, unit=row.unit) if row.figure else row.footprint
        compares = group or (self._say("not-comparable") if row.figure else "")
        return self._render("row.html", row=row, word=word, footprint=footprint, compares=compares)

    def between(self) -> str:
        """The end of the table."""
        return "</tbody></table></div>\n"

    def file(self, judged: Judged) -> str:
        """Everything about one file."""
        tree = supply_tree(judged.rows, self._say("supply-chain"), self._say("more-products")) if judged.rows else ""
        flow = carbon_flow(judged.rows, self._say("carbon-flow"))
        says = self._language.say(sentences.SAYS[judged.report.verdict])
        word = self._language.say(sentences.WORDS[judged.report.verdict])
        anchor = judged.row.anchor
        return self._render("passport.html", judged=judged, word=word, anchor=anchor, tree=tree, flow=flow, says=says)

    def unread(self, unread: Sequence[Unread], *, alone: bool) -> str:
        """Files without a verdict; nothing where there are none. `alone`: the page is about this one."""
        return self._render("unread.html", unread=unread, alone=alone) if unread else ""

    def lines(self, lines: Sequence[LineResult]) -> str:
        """The lines of a declaration; nothing where there are none."""
        counts = Counter(one.outcome.value for one in lines)
        words = ", ".join(
            f"{counts[word]:,} {self._language.say(said)}"
            for word, said in sentences.LINE_WORDS.items()
            if counts[word]
        )
        return self._render("lines.html", lines=lines, words=words) if lines else ""

    def tail(
        self,
        policy: PolicyFacts,
        left_out: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> str:
        """The end: which policy it was, and names of what was left out. `again`: a way back to the form."""
        return self._render("tail.html", policy=policy, left_out=left_out, again=again)

    def form(self, policy: PolicyFacts, refused: Finding | None = None) -> str:
        """The page that takes files; with why the last ones were `refused`."""
        return (
            self._head(self._say("desk"), is_heading=False, has_script=True)
            + self._render("form.html", policy=policy, languages=LANGUAGES, names=NAMES, refused=refused)
            + self.tail(policy)
        )

    def _say(self, name: str, **facts: object) -> str:
        return self._language.say(REPORT[name], **facts)

    def _render(self, template: str, **facts: Any) -> str:
        return _environment().get_template(template).render(**self._common, **facts)


def page_policy(*, has_script: bool = False) -> str:
    """The Content-Security-Policy under which a page's own style alone is used (Content Security Policy 3, section 2.3.1). One that
    `has_script` runs what the desk itself serves."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    script = " script-src 'self';" if has_script else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}';{script} base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


@cache
def drop_script() -> str:
    """The script that lets files and folders be dropped on the form (`DROP`)."""
    return _environment().get_template(DROP).render()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("carbonseal.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters["percent"] = lambda share: f"{float(share * 100):.1f} %"
    environment.filters["instant"] = format_instant
    return environment


def _visible(value: object) -> object:
    """Invisible characters of what is not markup of ours, as escapes."""
    return escape_invisible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _style() -> str:
    return _environment().get_template("style.css").render()
