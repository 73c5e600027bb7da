"""Languages in which a person reads verdicts and findings. Codes, facts and whatever documents say stay as they are.

What is said is a template in English: the texts of codes (`carbonseal.findings.Code`), phrases, and `sentences`. Each language is
a gettext catalogue of these templates, ``locale/TAG/carbonseal.po``, compiled beside it. Private.
"""
