"""Collector specs are held to AWS's own models: a name that AWS does not have is found here, not in an account."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from proveonce.collect.paging import TOKENS
from proveonce.collect.rows import TAG_KEYS, TAG_VALUES, filled
from proveonce.derive import CHILDREN, COLUMNS
from proveonce.kernel.canonical import canonical, digest
from proveonce.tables import models, schema
from proveonce.tables.actions import action_table
from proveonce.tables.spec import ITEM, Call, Detail, Scope, Table, load_specs, operations_of, spec_files

SPECS = load_specs()
CALLS = {f"{call.key} {call.tables[0].name}": call for call in SPECS.calls}
TABLES = SPECS.tables()
DETAILS = {f"{name}.{d.name}": (call, table, d) for name, (call, table) in TABLES.items() for d in table.details}
CHILD_TABLES = SPECS.children()

PLACE = {"partition", "region", "account"}
UNMODELLED_ABSENT = {
    # Error codes that AWS documents but whose shapes botocore's model of S3 and IAM does not list.
    "NoSuchAccessPointPolicy", "NoSuchBucketPolicy", "NoSuchEntity", "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet", "NoSuchTagSetError", "ObjectLockConfigurationNotFoundError",
    "ReplicationConfigurationNotFoundError", "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError", "AWS.SimpleQueueService.NonExistentQueue",
}  # fmt: skip

NO_PAGES = {
    # Members that look like paging and are none; or a page that holds more than AWS lets an account have.
    ("firehose", "ListDeliveryStreams", "HasMoreDeliveryStreams"): "a page takes 10,000, an account has 5,000 at most",
    ("network-firewall", "DescribeFirewall", "UpdateToken"): "guards changes",
    ("network-firewall", "DescribeFirewallPolicy", "UpdateToken"): "guards changes",
    ("wafv2", "GetWebACL", "LockToken"): "guards changes",
}


def each(cases: Mapping[str, tuple[Any, ...]]) -> Callable[[Callable[..., None]], Any]:
    """Runs a test for every case, as one test a service: thousands of tests cost more than what they do."""
    services: dict[str, list[str]] = {}
    for name, (call, *_) in cases.items():
        services.setdefault(call.service, []).append(name)

    def decorate(test: Callable[..., None]) -> Any:
        def over_all(service: str) -> None:
            for name in services[service]:
                try:
                    test(*cases[name])
                except (AssertionError, KeyError, pytest.fail.Exception) as error:
                    raise AssertionError(f"{name}: {error!r}") from error

        over_all.__name__ = test.__name__
        return pytest.mark.parametrize("service", services)(over_all)

    return decorate


calls = each({name: (call,) for name, call in CALLS.items()})
tables = each(TABLES)
details = each(DETAILS)


def _operation(service: str, operation: str) -> OperationModel:
    assert operation in models.service_model(service).operation_names, f"{service} has no operation {operation}"
    return models.operation_model(service, operation)


def _item_members(call: Call, table: Table) -> dict[str, Shape]:
    shape = models.item_shape(call.service, call.operation, table.items, table.inner)
    return dict(shape.members) if isinstance(shape, StructureShape) else {"value": shape}


def _resolve(members: dict[str, Shape], path: str) -> Shape:
    """The shape at a dotted path. Fails where a step has no such member."""
    first, *rest = path.split(".")
    assert first in members, f"no member {first!r}; there are {sorted(members)}"
    shape = members[first]
    for step in rest:
        if isinstance(shape, ListShape):
            assert step.isdecimal()
            shape = shape.member
            continue
        assert isinstance(shape, StructureShape)
        assert step in shape.members, f"no member {step!r}; there are {sorted(shape.members)}"
        shape = shape.members[step]
    return shape


def _sample(shape: Shape) -> Any:
    """A value that AWS's model of an input member accepts."""
    if isinstance(shape, ListShape):
        return [_sample(shape.member)]
    if isinstance(shape, StringShape) and shape.enum:
        return shape.enum[0]
    if shape.type_name == "string":
        return "x" * max(1, int(shape.metadata.get("min", 1)))
    if shape.type_name in ("integer", "long"):
        return 1
    pytest.fail(f"a detail parameter of type {shape.type_name}")


def _refused(operation: OperationModel, parameters: dict[str, Any]) -> str:
    """Why AWS's own validation refuses the parameters; empty when it does not."""
    if operation.input_shape is None:
        return "" if not parameters else "the operation takes none"
    return str(ParamValidator().validate(parameters, operation.input_shape).generate_report())


def _enum(shape: Shape) -> list[str]:
    return list(shape.enum) if isinstance(shape, StringShape) else []


def _errors(operation: OperationModel) -> set[str]:
    codes = ((shape.name, shape.metadata.get("error", {}).get("code")) for shape in operation.error_shapes)
    return {name for pair in codes for name in pair}


@calls
def test_a_listing_is_a_real_read_operation_with_valid_parameters(call: Call) -> None:
    operation = _operation(call.service, call.operation)
    assert re.match(r"(Get|List|Describe|Lookup|BatchGet|BatchDescribe)[A-Z]", call.operation)
    given = {k: v.replace("{account}", "1" * 12) if isinstance(v, str) else v for k, v in call.params.items()}
    given |= _given(call)
    assert _refused(operation, given) == ""
    assert _codes(call.absent) <= _errors(operation) | UNMODELLED_ABSENT


def _codes(absent: tuple[str, ...]) -> set[str]:
    """The codes of `Code` and `Code: words` entries."""
    return {entry.partition(": ")[0] for entry in absent}


def _given(call: Call) -> dict[str, Any]:
    """Sample values of the parameters that another listing's rows give."""
    members = models.input_members(call.service, call.operation)
    return {name: _sample(members[name]) for name in (call.each.params if call.each else {})}


@calls
def test_a_listing_asked_for_each_row_of_another_finds_its_parameters_there(call: Call) -> None:
    if call.each is None:
        return
    parent, table = TABLES[call.each.table]
    members = models.input_members(call.service, call.operation)
    assert parent.scope is call.scope
    assert call.prepare is None
    assert call.each.batch >= 1
    for name, path in call.each.params.items():
        shape = members[name]
        if isinstance(shape, ListShape):
            limit = shape.metadata.get("max")
            assert limit is None or call.each.batch <= limit
            shape = shape.member
        else:
            assert call.each.batch == 1 or path.startswith(schema.ASKED)
        assert _told(parent, table, path).type_name == shape.type_name
    for path, values in call.each.only_when.items():
        enum = _enum(_told(parent, table, path))
        assert not enum or set(values) <= set(enum)


def _told(call: Call, table: Table, path: str) -> Shape:
    """The shape that an item, its details or its question have at a path."""
    first, _, rest = path.partition(".")
    if first == schema.ASKED:
        return _resolve(schema.asked_members(call), rest)
    detail = table.detail(first)
    return _resolve(schema.detail_members(call, detail), rest) if detail else _resolve(_item_members(call, table), path)


@calls
def test_a_listing_with_paging_limits_asks_no_more_than_aws_allows(call: Call) -> None:
    shape = _operation(call.service, call.operation).input_shape
    for name, value in call.params.items():
        if isinstance(value, int) and shape is not None:
            limit = shape.members[name].metadata.get("max")
            assert limit is None or value <= limit


@pytest.mark.parametrize(("service", "operation"), sorted(operations_of(SPECS.calls)))
def test_what_says_that_there_is_more_is_followed(service: str, operation: str) -> None:
    """By botocore's rules, or where it has none, by the tokens that collection knows."""
    if models.paging(service, operation) is not None:
        return
    answered, taken = models.output_members(service, operation), models.input_members(service, operation)
    more = {name for name in answered if re.search(r"(Token|Marker)$|^(Has_?More|Is_?Truncated)", name, re.IGNORECASE)}
    more -= {out for out, into in TOKENS if into in taken}
    assert {(service, operation, name) for name in more} <= set(NO_PAGES)


def test_no_exception_from_paging_is_stale() -> None:
    assert {(service, operation) for service, operation, _ in NO_PAGES} <= operations_of(SPECS.calls)


@pytest.mark.parametrize(("service", "operation"), sorted(operations_of(SPECS.calls)))
def test_the_iam_action_of_a_call_is_known_and_no_guess(service: str, operation: str) -> None:
    assert action_table()[service, operation].is_verified


@calls
def test_a_preparing_call_exists_and_can_answer_the_value(call: Call) -> None:
    if call.prepare is not None:
        members = models.output_members(call.service, call.prepare.operation)
        assert call.prepare.value in _enum(members[call.prepare.member])


@calls
def test_detail_names_are_unique_within_a_listing(call: Call) -> None:
    """The coverage ledger counts by detail name."""
    names = [detail.name for table in call.tables for detail in table.details]
    assert len(names) == len(set(names))
    assert ITEM not in names


@tables
def test_items_are_a_list_or_a_structure_of_the_answer(call: Call, table: Table) -> None:
    members = models.output_members(call.service, call.operation)
    if table.items == ".":
        return
    shape = _resolve(members, table.items)
    assert isinstance(shape, ListShape | StructureShape)
    if table.inner:
        assert isinstance(shape, ListShape)
        inner = shape.member
        assert isinstance(inner, StructureShape)
        assert isinstance(inner.members[table.inner], ListShape)


@tables
def test_the_resource_names_fields_that_items_have(call: Call, table: Table) -> None:
    members = _item_members(call, table)
    if "{" not in table.resource:
        assert table.resource in {**schema.asked_members(call), **members}
        return
    fields = {field for _, field, _, _ in string.Formatter().parse(table.resource) if field is not None}
    assert fields
    for field in fields - PLACE:
        assert {**schema.asked_members(call), **members}[field].type_name in ("string", "integer", "long")


@tables
def test_tags_are_a_list_of_keys_and_values(call: Call, table: Table) -> None:
    if not table.tags:
        return
    first, _, rest = table.tags.partition(".")
    detail = table.detail(first)
    members = _item_members(call, table) if detail is None else schema.detail_members(call, detail)
    shape = _resolve(members, table.tags if detail is None else rest)
    if isinstance(shape, MapShape):
        assert shape.value.type_name == "string"
        return
    assert isinstance(shape, ListShape)
    tag = shape.member
    assert isinstance(tag, StructureShape)
    assert set(tag.members) & set(TAG_KEYS)
    assert set(tag.members) & set(TAG_VALUES)


@tables
def test_items_that_have_tags_have_them_read(call: Call, table: Table) -> None:
    lists = {name for name, shape in _item_members(call, table).items() if isinstance(shape, ListShape | MapShape)}
    found = lists & {"Tags", "TagList", "TagSet", "tags", "tagSet"}
    assert not found or table.tags in found


@tables
def test_what_an_omitted_field_means_is_a_literal_of_the_columns_type(call: Call, table: Table) -> None:
    columns = {column.name: column.type for column in schema.columns(table.name)}
    members = _item_members(call, table)
    for name, literal in table.when_omitted.items():
        assert name in members
        sql = f"select typeof({literal}), typeof(cast({literal} as {columns[name]}))"
        row = duckdb.connect().execute(sql).fetchone()
        assert row is not None
        assert columns[name] == row[1]
        assert (row[0], columns[name]) in {("BOOLEAN", "BOOLEAN"), ("INTEGER", "BIGINT"), ("VARCHAR", "VARCHAR")}


@tables
def test_the_region_of_a_globally_listed_item_is_told_by_real_fields(call: Call, table: Table) -> None:
    rule = table.region_of
    if rule is None:
        return
    assert call.scope is Scope.GLOBAL
    detail = table.detail(rule.detail)
    assert detail is not None
    assert _item_members(call, table)[rule.field].type_name == "string"
    shape = _resolve(models.output_members(call.service, detail.operation), rule.path)
    assert set(rule.aliases) <= set(_enum(shape))
    assert detail.only_when == {rule.field: ()}


@tables
def test_derived_columns_name_real_functions_and_facts(call: Call, table: Table) -> None:
    for derived in table.derived:
        assert derived.function in COLUMNS
        assert set(derived.facts) <= {ITEM, *(detail.name for detail in table.details)}
        assert derived.facts


@details
def test_a_detail_is_a_real_read_operation_that_the_item_gives_its_parameters(
    call: Call, table: Table, detail: Detail
) -> None:
    operation = _operation(call.service, detail.operation)
    assert re.match(r"(Get|List|Describe|Lookup|BatchGet|BatchDescribe)[A-Z]", detail.operation)
    given = {name: _sample(operation.input_shape.members[name]) for name in detail.params if operation.input_shape}
    for name, path in detail.params.items():
        assert operation.input_shape is not None
        assert _told(call, table, path).type_name == operation.input_shape.members[name].type_name
    assert _refused(operation, {**filled(detail.constants, "1" * 12), **given}) == ""
    for name, value in detail.constants.items():
        assert operation.input_shape is not None
        assert value == "{account}" or value in _enum(operation.input_shape.members[name])
    assert _codes(detail.absent) <= _errors(operation) | UNMODELLED_ABSENT


@details
def test_a_detail_keeps_only_what_its_answer_has(call: Call, table: Table, detail: Detail) -> None:
    assert set(detail.keep) <= set(models.output_members(call.service, detail.operation))
    assert schema.detail_members(call, detail)


@details
def test_a_detail_asked_of_some_items_names_real_fields_and_values(call: Call, table: Table, detail: Detail) -> None:
    above = {other.name for other in table.details[: table.details.index(detail)]}
    for path, values in [*detail.only_when.items(), *detail.unless.items()]:
        first, _, _ = path.partition(".")
        assert first in above or table.detail(first) is None, "a detail hangs on one that is asked after it"
        enum = _enum(_told(call, table, path))
        assert not enum or set(values) - {None} <= set(enum)


@details
def test_a_detail_that_aws_pages_keeps_the_lists_that_go_on(call: Call, table: Table, detail: Detail) -> None:
    """Pages are put together by their result keys: what is kept of a paged answer must be among them, or said once."""
    config = models.paging(call.service, detail.operation)
    if config is None:
        return
    keys = config["result_key"]
    heads = {key.split(".")[0].split("[")[0] for key in ([keys] if isinstance(keys, str) else keys)}
    lists = {name for name, shape in schema.detail_members(call, detail).items() if isinstance(shape, ListShape)}
    assert lists <= heads


@pytest.mark.parametrize("name", schema.table_names())
def test_no_two_columns_differ_by_case_only(name: str) -> None:
    """SQL knows no case: a detail called `policies` beside a field `Policies` would break the table."""
    names = [column.name.lower() for column in schema.columns(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("child", CHILD_TABLES.values(), ids=list(CHILD_TABLES))
def test_a_child_table_names_real_parents_functions_and_facts(child: Any) -> None:
    assert child.parents
    assert bool(child.unnest) is not (child.function in CHILDREN)
    assert not child.unnest or len(child.parents) == 1
    for parent in child.parents:
        assert parent in TABLES
        assert set(child.facts) <= {ITEM, *(detail.name for detail in TABLES[parent][1].details)}
    columns = schema.child_columns(SPECS, child)
    assert not child.resource or child.resource in columns
    for kind in columns.values():
        duckdb.connect().execute(f"create table t (c {kind})")


def test_every_derivation_is_used_by_some_spec() -> None:
    assert {d.function for _, table in TABLES.values() for d in table.derived} == set(COLUMNS)
    assert {child.function for child in CHILD_TABLES.values() if child.function} == set(CHILDREN)


def test_no_listing_and_no_table_is_declared_twice() -> None:
    keys = [(call.key, str(sorted(call.params.items()))) for call in SPECS.calls]
    assert len(keys) == len(set(keys))
    names = [table.name for call in SPECS.calls for table in call.tables]
    names += [child.name for service in SPECS.services for child in service.children]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [*TABLES, *CHILD_TABLES])
def test_a_table_is_named_after_its_service(name: str) -> None:
    services = {service.name.replace("-", "_") for service in SPECS.services}
    assert re.fullmatch(r"aws_[a-z0-9]+(_[a-z0-9]+)+", name)
    assert any(name.startswith(f"aws_{service}_") for service in services) or name.startswith("aws_s3_")


def test_a_spec_file_holds_one_service_and_is_called_after_it() -> None:
    assert {f"tables/aws/{service.name}.yaml" for service in SPECS.services} == set(spec_files())
    for service in SPECS.services:
        assert service.per_second > 0
        models.service_model(service.name)


def test_the_digest_of_the_specs_is_that_of_their_texts() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", SPECS.digest)
    texts = {name.split("/")[-1]: data.decode() for name, data in spec_files().items()}
    assert digest(canonical(texts)) == SPECS.digest
    assert digest(canonical({**texts, "sns.yaml": texts["sns.yaml"] + " "})) != SPECS.digest
