"""Findings of drafts: who may not do what to one, and why."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

DRAFT_UNKNOWN = rejected(
    "draft.unknown", "there is no draft {number} here", "see which there are: carbonseal draft list"
)
DRAFT_MALFORMED = rejected(
    "draft.malformed", "not something to make a draft of: {problem}", "see docs/operators/four-eyes.md"
)
DRAFT_STATE = rejected(
    "draft.state",
    "draft {number} is {state}, and to {act} it, it has to be {wanted}",
    "see what it waits for: carbonseal draft show",
)
DRAFT_CHANGED = rejected(
    "draft.changed",
    "draft {number} has the content {found}, and you name {seen}: it was changed, or you look at another one",
    "look at it again, and name the content that you saw: carbonseal draft show",
)
DRAFT_SAME_PERSON = rejected(
    "draft.same-person",
    "{name} {did} draft {number}, and cannot {act} it: who prepares, reviews and releases are three",
    "ask another person to; all tokens of one person are that person",
)
DRAFT_PERSONS_ONLY = rejected(
    "draft.persons-only",
    "persons alone {act} a draft, without the scope admin, and this is: {kind}",
    "come with the token of a person (--token file:PATH), which the operator makes: carbonseal token create --person NAME",
)
DRAFT_REVIEW_VOID = rejected(
    "draft.review-void",
    "{name}, who reviewed draft {number}, may not review any more",
    "send it back with a reason, and let another person review it: carbonseal draft return",
)
DRAFT_DAMAGED = undetermined(
    "draft.damaged",
    "what draft {number} asks for is not what was prepared: its bytes changed on the disk",
    "discard it, and prepare it again; carbonseal fsck says what else rotted",
)
DRAFT_TOO_MANY = rejected(
    "draft.too-many", "there are {found} {what}, and at most {limit}", "release or discard what is done"
)
DRAFT_STUCK = undetermined(
    "draft.stuck",
    "the release of draft {number} ({tenant}) is not completed: {why}",
    "see that the signer's key signs and its log takes records: it is completed by itself, with the very document that was signed",
)
