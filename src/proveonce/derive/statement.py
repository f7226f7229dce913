"""IAM policy documents as statements, and what a statement says: the one vocabulary of every derivation over policies.

Wildcards are matched as IAM does, without regard to case. Conditions are read, not evaluated.

Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from proveonce.derive.underivable import Underivable
from proveonce.kernel.canonical import encode_text

_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.+)?")
_EVERY_ACTION = re.compile(r"\*+(:\*+)?")
_EVERY_RESOURCE = re.compile(r"\*+|arn(:\*+)+|arn:aws[a-z-]*(:\*+)+")
_EXACT = frozenset({"StringEquals", "StringEqualsIgnoreCase"})
_EQUALITIES = _EXACT | {"StringLike"}
POSITIVE = _EQUALITIES | {"ArnEquals", "ArnLike"}
"""Operators that demand a key; `…IfExists`, negations and `ForAllValues` let a request without it through."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, its elements as lists."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    """(type, value): ("AWS", "*"), ("Service", "ec2.amazonaws.com")."""
    not_principals: bool
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Operator → key, lower case → values."""

    @property
    def is_full_access(self) -> bool:
        """Whether it allows every action on every resource."""
        return (
            self.effect == "Allow"
            and any(_EVERY_ACTION.fullmatch(action) for action in self.actions)
            and any(_EVERY_RESOURCE.fullmatch(resource) for resource in self.resources)
        )

    @property
    def demands_external_id(self) -> bool:
        """Whether only a caller that gives an agreed external id matches.

        `…IfExists`, `Null`, negations and `ForAllValues` let a caller without one through, a bare `*` any.
        """
        return any(
            operator.removeprefix("ForAnyValue:") in _EQUALITIES
            and values
            and all(operator in _EXACT or set(value) - {"*", "?"} for value in values)
            for operator, keys in self.conditions.items()
            if (values := keys.get("sts:externalid")) is not None
        )

    @property
    def names_everyone(self) -> bool:
        """Whether its principal is everyone. Not so of NotPrincipal, which in a Deny lets some off."""
        return ("AWS", "*") in self.principals

    @property
    def allows_everyone(self) -> bool:
        """Whether it allows something to everyone, or all but some, its conditions aside. AWS's services are no one."""
        everyone = any(name == "*" and kind != "Service" for kind, name in self.principals)
        return self.effect == "Allow" and (self.not_principals or everyone)

    @property
    def is_for_plaintext_only(self) -> bool:
        """Whether its only condition is that the request came without TLS: any other would let some callers off."""
        operator, values = self.sole_condition("aws:securetransport") or ("", ())
        return operator in ("Bool", "BoolIfExists") and values == ("false",)

    def covers(self, action: str) -> bool:
        """Whether it speaks of the action, its resources and conditions aside."""
        if self.not_actions:
            return not matches(self.not_actions, action)
        return matches(self.actions, action)

    def sole_condition(self, key: str) -> tuple[str, tuple[str, ...]] | None:
        """Operator and values, in lower case, where the only condition is on `key`; None else."""
        found = [(operator, name) for operator, keys in self.conditions.items() for name in keys]
        if len(found) != 1 or found[0][1] != key:
            return None
        operator, _ = found[0]
        return operator, tuple(value.lower() for value in self.conditions[operator][key])

    def demands(self, is_narrow: Callable[[str, str], bool]) -> bool:
        """Whether some condition lets through only requests of which every value that it lists, of a key, is narrow.

        Conditions are all to be met, so one is enough.
        """
        return any(
            operator.removeprefix("ForAnyValue:") in POSITIVE and values and all(is_narrow(key, v) for v in values)
            for operator, keys in self.conditions.items()
            for key, values in keys.items()
        )

    def accounts_of_everyone(self, keys: Collection[str]) -> tuple[str, ...]:
        """The accounts to which a condition on one of `keys` narrows everyone; empty where none does."""
        for operator, found in self.conditions.items():
            for key in keys:
                values = found.get(key, ()) if operator.removeprefix("ForAnyValue:") in _EQUALITIES else ()
                if values and all(re.fullmatch(r"\d{12}", value) for value in values):
                    return values
        return ()

    def condition_values(self, key: str) -> list[tuple[str, str]]:
        """(operator, value) of every condition on `key`."""
        return [
            (operator, value)
            for operator, keys in self.conditions.items()
            for name, values in keys.items()
            if name == key.lower()
            for value in values
        ]


def statements(document: Any) -> list[Statement]:
    """The statements of a policy document, plain or URL-encoded JSON.

    Raises: Underivable when it is no policy document.
    """
    if not isinstance(document, str):
        raise Underivable("the policy document is no text")
    text = document if document.lstrip().startswith("{") else unquote(document)
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Underivable(f"the policy document is not JSON: {error}") from error
    if not isinstance(value, dict) or "Statement" not in value:
        raise Underivable("the policy document has no Statement")
    found = value["Statement"]
    return [_statement(item) for item in (found if isinstance(found, list) else [found])]


def matches(patterns: Iterable[str], text: str) -> bool:
    """Whether any of the patterns, with `*` and `?`, is one of `text`."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.IGNORECASE | re.DOTALL)
        for pattern in patterns
    )


def account_of(principal: str) -> str | None:
    """The account that an AWS principal belongs to; None of everyone, and of one that was deleted."""
    found = _ACCOUNT.fullmatch(principal)
    return found[1] if found else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; two equal keys would let one reader see another policy than AWS does."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _statement(value: Any) -> Statement:
    if not isinstance(value, dict) or value.get("Effect") not in ("Allow", "Deny"):
        raise Underivable("a policy statement has no Effect of Allow or Deny")
    return Statement(
        effect=value["Effect"],
        actions=_texts(value.get("Action")),
        not_actions=_texts(value.get("NotAction")),
        resources=_texts(value.get("Resource")),
        not_resources=_texts(value.get("NotResource")),
        principals=tuple(_principals(value.get("Principal"))),
        not_principals="NotPrincipal" in value,
        conditions=_conditions(value.get("Condition")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        raise Underivable("a policy element holds what is neither text, number nor truth value")
    # An escape of JSON may make half a surrogate pair, which no table takes.
    return tuple(encode_text(item) if isinstance(item, str) else json.dumps(item) for item in items)


def _principals(value: Any) -> Iterator[tuple[str, str]]:
    if value == "*":
        yield "AWS", "*"
    elif isinstance(value, dict):
        for kind, names in value.items():
            for name in _texts(names):
                yield "AWS" if kind == "*" and name == "*" else encode_text(kind), name
    elif value is not None:
        raise Underivable("a policy statement's Principal is neither * nor a mapping")


def _conditions(value: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(keys, dict) for keys in value.values()):
        raise Underivable("a policy statement's Condition is no mapping of mappings")
    # An operator without keys asks for nothing, so it is no condition.
    conditions = {
        operator: {key.lower(): _texts(values) for key, values in keys.items()}
        for operator, keys in value.items()
        if keys
    }
    if any(len(keys) != len(value[operator]) for operator, keys in conditions.items()):
        raise Underivable("a condition key occurs twice")
    return conditions
