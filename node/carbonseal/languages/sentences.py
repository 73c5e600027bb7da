"""Sentences about a verdict: what command, report and page say beside findings. Translated as the texts of codes are."""

from __future__ import annotations

from carbonseal.findings import Template, Verdict

WORDS = {
    Verdict.VERIFIED: Template("verified", "verified"),
    Verdict.UNDETERMINED: Template("undetermined", "undetermined"),
    Verdict.REJECTED: Template("rejected", "rejected"),
}
WORDS_BY_VALUE = {verdict.value: word for verdict, word in WORDS.items()}
DOES_NOT_HOLD = Template("does-not-hold", "does not hold")
NOT_A_PASSPORT = Template("not-a-passport", "not a passport")
NOT_READ = Template("not-read", "not read")
RESULTS = {  # words for the result of a file, as they are summed up
    **WORDS_BY_VALUE,
    "does not hold": DOES_NOT_HOLD,
    "not a passport": NOT_A_PASSPORT,
    "not read": NOT_READ,
}

SAYS = {  # docs/spec.md, section 17
    Verdict.VERIFIED: Template(
        "says-verified",
        "This says that the documents meet your policy. It does not say that the product complies with a law, nor that the goods"
        " before you are these.",
    ),
    Verdict.UNDETERMINED: Template(
        "says-undetermined",
        "This says that something that your policy requires was not shown. It does not say that anything is false.",
    ),
    Verdict.REJECTED: Template(
        "says-rejected",
        "This says that something in these documents is false, or was withdrawn. It does not say who made it so.",
    ),
}

LINE_WORDS = {  # of a line of a declaration
    "match": Template("line-match", "match"),
    "mismatch": Template("line-mismatch", "mismatch"),
    "not checkable": Template("line-not-checkable", "not checkable"),
    "removed": Template("line-removed", "removed"),
}
LINE_SAYS = {
    "match": Template(
        "says-match",
        "This says that the papers agree with verified passports. It does not say that these goods are in the packages, nor that"
        " they comply with a law.",
    ),
    "mismatch": Template(
        "says-mismatch",
        "This says that papers differ. It does not say who is wrong: declarant and maker classify and count apart, in good faith.",
    ),
    "not checkable": Template(
        "says-not-checkable",
        "This says that something to compare is missing. It says nothing for or against the goods.",
    ),
    "removed": Template("says-removed", "This says that the item no longer counts. It says nothing about the goods."),
}

ABOUT = Template("about", "about")
CREDENTIAL = Template("credential", "credential")
EXISTED_BY = Template("existed-by", "existed by")
VERIFIED_AS_OF = Template("verified-as-of", "verified as of")
NOT_SHOWN = Template("not-shown", "not shown")
NOT_CHECKABLE = Template("not-checkable", "Not checkable")
NOT_CHECKABLE_BECAUSE = Template("not-checkable-because", "not checkable: {reason}")
NOT_ASKED = Template("not-asked", "Not asked by the policy")
RESTS_ON = Template("rests-on", "Rests on what you trust")
AT = Template("at", "at {place}")
AT_AND_MORE = Template("at-and-more", "at {place}, and {count} more")
ALL_HOLD = Template("all-hold", "all {count} checks hold")
AS_ABOVE = Template("as-above", "as above")
MORE_OF_KIND = Template("more-of-kind", "{count} more of this kind")
CHECKS = Template("checks", "checks ({count}): {names}")
CHECKS_AT = Template("checks-at", "checks ({count}): {names}, at {places}")
CHECKS_AT_AND_MORE = Template("checks-at-and-more", "checks ({count}): {names}, at {places}, and {more} more")
FILES = Template("files", "{count} files: {words}")
ONE_FILE = Template("one-file", "1 file: {words}")
PASSPORTS = Template("passports", "{count} passports: {words}")
ONE_PASSPORT = Template("one-passport", "1 passport: {words}")
CONSIGNMENT = Template("consignment", "Consignment {name}")
LINE = Template("line", "{mrn} item {item}, version {version}")
GOODS_ITEMS = Template("goods-items", "{count} goods items: {words}")
ONE_GOODS_ITEM = Template("one-goods-item", "1 goods item: {words}")
IDLE_PASSPORTS = Template("idle-passports", "verified passports that no line leads to: {count}")
STRAY_LINES = Template("stray-lines", "lines of the packing list that belong to no goods item: {count}")
UNUSED_COLUMNS = Template("unused-columns", "columns that were not read: {names}")
