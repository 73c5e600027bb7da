"""Sentences of the report and of the desk's page, by the names that templates use, and units of measure, by PACT's word.
Translated as the texts of codes are."""

from __future__ import annotations

from carbonseal.findings import Template, wordings

REPORT = {
    name: Template(name, text)
    for name, text in {
        # The verdict in a sentence
        "sentence-verified": "{product}: everything that your policy requires was shown.",
        "sentence-undetermined": "{product}: not everything that your policy requires was shown. Nothing was found to be false.",
        "sentence-rejected": "{product}: something in these documents is false, or was withdrawn.",
        "this-file": "This file",
        "judged-as-of": "judged as of {at}",
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
        "verdict-says": "A verdict says whether documents meet this policy, and nothing else: not that a product complies with a"
        " law, nor that the goods before you are those in the documents.",
        "left-out": "Left out, as systems put them beside others: {count} files ({names}).",
        "refused": "Not taken",
        "without-verdict": "Files without a verdict",
        "consignment": "The lines of the declaration",
        # Who
        "who-verifier": "you: your policy, your trust file or your installation",
        "who-holder": "whoever presented the passport",
        "who-issuer": "the maker who signed it",
        "who-body": "the certification body",
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
        "no-footprint": "none is named",
        "no-figures": "disclosed, in a format whose figures are not read here ({profile})",
        "not-of-profile": "disclosed, but not a valid record of {profile}",
        "not-carried": "a component that is not carried ({digest})",
        "withheld": "The figures are withheld: there is no picture of them.",
        "no-picture": "There are no figures that can be read here, and so no picture of them.",
        "no-ledgers": "Nothing was found of a ledger.",
        # Tables
        "column-file": "file",
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
        "compares-what": "Figures compare where unit, stages, period, basis of biogenic carbon and GWP factors are the same: such"
        " files have the same letter.",
        "not-comparable": "not comparable",
        "per-unit": "footprint for one unit",
        "for-one": "{figure} kg CO2e for 1 {unit}",
        "covered": "share covered by statements",
        "column-one-unit": "kg CO2e for one unit",
        "column-unit": "unit",
        "column-bodies": "statements by",
        # The form
        "desk": "Verify passports",
        "language": "Language",
        "drop-here": "Drop passports, archives or folders of them anywhere on this page.",
        "dropped": "{count} files to verify",
        "clear": "Remove them",
        "if-goods": "Compare with the goods that were declared",
        "drop": "Passports: files, or an archive",
        "folder": "Or a folder of them",
        "declaration": "A customs declaration (CSV, xlsx, JSON)",
        "packing": "Its packing list",
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

UNITS = wordings(  # those of carbonseal.footprints.units
    (
        *("kilogram", "gram", "milligram", "tonne", "short ton", "pound", "ounce"),
        *(
            "liter",
            "milliliter",
            "hectoliter",
            "cubic meter",
            "cubic centimeter",
            "cubic inch",
            "cubic foot",
            "cubic yard",
        ),
        *("US gallon", "megajoule", "gigajoule", "joule", "kilowatt hour", "megawatt hour"),
        *("square meter", "square centimeter", "square inch", "square foot", "square yard"),
        *("meter", "kilometer", "centimeter", "inch", "foot", "yard", "ton kilometer", "kilogram kilometer"),
        *("piece", "pair", "set", "case", "box", "package", "second", "minute", "hour", "day", "megabit second"),
    )
)
