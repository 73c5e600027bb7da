"""Sentences of the report and of the desk's page, by the names that templates use. Translated as the texts of codes are."""

from __future__ import annotations

from carbonseal.findings import Template

REPORT = {
    name: Template(name, text)
    for name, text in {
        # The verdict in a sentence
        "sentence-verified": "{product}: everything that your policy requires was shown.",
        "sentence-undetermined": "{product}: not everything that your policy requires was shown. Nothing was found to be false.",
        "sentence-rejected": "{product}: something in this passport is false, or was withdrawn.",
        "sentence-other": "{product}: this file is not a passport.",
        "this-passport": "This passport",
        # Sections
        "why": "Why",
        "what-to-do": "What to do",
        "who": "Who must do it",
        "product": "The product",
        "supply-chain": "What it is made of",
        "carbon-flow": "Where its carbon comes from",
        "ledgers": "Ledgers",
        "statements": "Statements of certification bodies",
        "checks": "Checks of the figures",
        "everything": "Every finding",
        "policy": "The policy",
        "without-verdict": "Files without a verdict",
        "consignment": "The lines of the declaration",
        # Who
        "who-verifier": "you: your policy, your trust file or your installation",
        "who-holder": "whoever presented the passport",
        "who-issuer": "the maker who signed it",
        "who-body": "the certification body",
        "who-log": "the operator of the log",
        # Facts
        "name": "name",
        "identifier": "identifier",
        "further-identifiers": "further identifiers",
        "batch": "lot",
        "maker": "maker",
        "digest": "digest of the credential",
        "footprint": "carbon footprint",
        "per": "{figure} kg CO2e for {amount}",
        "boundary": "stages of the life cycle",
        "period": "period of the data",
        "from-to": "{start} to {end}",
        "geography": "geography",
        "valid": "valid",
        "not-stated": "not stated",
        "not-disclosed": "not disclosed",
        "not-carried": "a component that is not carried ({digest})",
        "withheld": "The figures are withheld, or cannot be read: there is no picture of them.",
        # Tables
        "column-verdict": "verdict",
        "column-product": "product",
        "column-quantity": "quantity in what it went into",
        "column-figure": "footprint, kg CO2e",
        "column-brings": "brings to the whole",
        "column-share": "share",
        "column-outcome": "outcome",
        "column-finding": "finding",
        "column-code": "code",
        "column-ledger": "ledger",
        "column-what": "what was shown",
        "above": "what it is made of stands further up",
        "more-products": "and more products: the table has all of them",
        "shown-rows": "Show",
        "compares": "compares with",
        "compares-what": "Figures compare where amount, stages and period are the same: such files have the same letter.",
        # The form
        "drop": "Passports: files, or an archive",
        "declaration": "A customs declaration (CSV, xlsx, JSON), if you have one",
        "packing": "Its packing list, if you have one",
        "judge": "Verify",
        "as-csv": "The table alone, as CSV",
        "stays-here": "Nothing that you give leaves this machine, and nothing of it is kept.",
        "again": "Verify other files",
        # Statements
        "opinion": "opinion",
        "engagement": "engagement",
        "assurance": "level of assurance",
        "standards": "standards",
        "scope": "scope",
        "accredited-by": "accredited by",
        "qualification": "qualification",
        "no-statements": "This passport carries no statement of a certification body.",
        # Outcomes
        "outcome-shown": "shown",
        "outcome-noted": "noted",
        "outcome-not-asked": "not asked",
        "outcome-undetermined": "not shown",
        "outcome-rejected": "false, or withdrawn",
        # The policy
        "policy-file": "file",
        "policy-digest": "SHA-256",
        "policy-words": "its first words",
        "policy-changed": "last changed",
        "unreviewed": "A machine translated this page, and no native reader has reviewed it. The English text counts.",
        "made-by": "Made by carbonseal {version}. Nothing was sent to anybody to make this page.",
        "nothing-to-do": "Nothing.",
        "all-shown": "{count} checks hold, and nothing that your policy requires is missing.",
    }.items()
}
