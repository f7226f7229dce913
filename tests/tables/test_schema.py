"""Schemas: AWS's own names and types, in tables that DuckDB accepts."""

from __future__ import annotations

import re
from collections import Counter

import duckdb
import pytest
from botocore.model import DenormalizedStructureBuilder, ServiceModel, Shape

from proveonce.kernel.canonical import canonical
from proveonce.tables import models, schema
from proveonce.tables.spec import load_specs

SAMPLE = (
    "acm", "apigateway", "autoscaling", "backup", "batch", "cloudformation", "cloudfront", "cloudtrail", "codebuild",
    "cognito-idp", "config", "dynamodb", "ecr", "ecs", "efs", "eks", "elasticache", "elbv2", "emr", "events", "glue",
    "guardduty", "iam", "inspector2", "kinesis", "kms", "lambda", "logs", "opensearch", "organizations", "rds",
    "redshift", "route53", "s3", "secretsmanager", "securityhub", "sns", "sqs", "ssm", "stepfunctions", "wafv2",
)  # fmt: skip


@pytest.mark.parametrize("name", schema.table_names())
def test_a_table_can_be_created_and_has_no_two_columns_alike(name: str) -> None:
    names = Counter(column.name.lower() for column in schema.columns(name))
    assert [column for column, count in names.items() if count > 1] == []
    with duckdb.connect() as connection:
        connection.execute(schema.create_table(name))
        rows = connection.execute(f"describe {schema.quote(name)}").fetchall()
    assert [row[0] for row in rows] == [column.name for column in schema.columns(name)]


@pytest.mark.parametrize("name", schema.table_names())
def test_every_table_begins_with_the_same_identity_columns(name: str) -> None:
    head = {c.name: c.type for c in schema.columns(name)[: len(schema.IDENTITY)]}
    assert head == schema.IDENTITY
    assert all(column.fact == "" for column in schema.columns(name)[: len(head)])


@pytest.mark.parametrize("service", SAMPLE)
def test_every_reading_operation_of_aws_has_types_that_duckdb_accepts(service: str) -> None:
    model = models.service_model(service)
    with duckdb.connect() as connection:
        for operation in model.operation_names:
            shape = model.operation_model(operation).output_shape
            if shape is not None and re.match(r"(Get|List|Describe)[A-Z]", operation):
                connection.execute(f"create or replace temp table t (c {schema.duckdb_type(shape)})")


def _shape(**members: dict[str, object]) -> Shape:
    return DenormalizedStructureBuilder().with_members(members).build_model()


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ({"type": "string"}, "VARCHAR"), ({"type": "integer"}, "BIGINT"), ({"type": "long"}, "BIGINT"),
        ({"type": "boolean"}, "BOOLEAN"), ({"type": "double"}, "DOUBLE"), ({"type": "timestamp"}, "TIMESTAMP"),
        ({"type": "blob"}, "VARCHAR"), ({"type": "list", "member": {"type": "integer"}}, "BIGINT[]"),
        ({"type": "map", "key": {"type": "string"}, "value": {"type": "boolean"}}, "MAP(VARCHAR, BOOLEAN)"),
        ({"type": "structure", "members": {"B": {"type": "string"}}}, 'STRUCT("B" VARCHAR)'),
        ({"type": "structure", "members": {}}, "JSON"),
    ],
)  # fmt: skip
def test_each_kind_of_shape_has_its_type(member: dict[str, object], kind: str) -> None:
    assert schema.duckdb_type(_shape(A=member)) == f'STRUCT("A" {kind})'


def test_a_shape_that_holds_itself_becomes_json() -> None:
    model = ServiceModel(
        {"metadata": {}, "operations": {}, "shapes": {
            "S": {"type": "string"},
            "Tree": {"type": "structure", "members": {"Name": {"shape": "S"}, "Children": {"shape": "Trees"}}},
            "Trees": {"type": "list", "member": {"shape": "Tree"}},
            "Root": {"type": "structure", "members": {"Tree": {"shape": "Tree"}, "Name": {"shape": "S"}}},
            "Doc": {"type": "structure", "members": {}, "document": True},
        }}
    )  # fmt: skip
    assert schema.duckdb_type(model.shape_for("Tree")) == "JSON"
    assert schema.duckdb_type(model.shape_for("Trees")) == "JSON"
    assert schema.duckdb_type(model.shape_for("Doc")) == "JSON"
    assert schema.duckdb_type(model.shape_for("S")) == "VARCHAR"


@pytest.mark.parametrize("text", ["plain", 'a"b', "a'b", "x'); drop table t; --", "é\n"])
def test_quoted_names_and_literals_stay_what_they_are(text: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({schema.quote(text)} varchar)")
        connection.execute(f"insert into t values ({schema.literal(text)})")
        assert connection.execute(f"select {schema.quote(text)} from t").fetchone() == (text,)
        assert connection.execute("describe t").fetchall()[0][0] == text


def test_a_column_knows_the_facts_it_rests_on() -> None:
    assert schema.facts_of("aws_s3_bucket", "Name") == ("item",)
    assert schema.facts_of("aws_s3_bucket", "VERSIONING") == ("versioning",)
    assert schema.facts_of("aws_s3_bucket", "denies_insecure_transport") == ("denies_insecure_transport", "policy")
    assert schema.facts_of("aws_iam_role_trust", "principal") == ("item",)
    assert schema.facts_of("aws_s3_bucket", "account_id") == ()
    assert schema.facts_of("aws_s3_bucket", "no_such_column") == ()


@pytest.mark.parametrize("name", [*load_specs().tables(), *load_specs().children()])
def test_every_column_but_identity_rests_on_a_fact_that_the_table_has(name: str) -> None:
    specs = load_specs()
    known = {"item"}
    if name in specs.tables():
        _, table = specs.tables()[name]
        known |= {detail.name for detail in table.details} | {derived.column for derived in table.derived}
    else:
        known |= set(schema.child_facts(specs.children()[name]))
    for column in schema.columns(name):
        facts = schema.facts_of(name, column.name)
        assert set(facts) <= known
        assert bool(facts) is (column.name not in (*schema.IDENTITY, schema.ASKED))


@pytest.mark.parametrize(
    ("service", "name", "kind"),
    [
        ("lambda", "EnvironmentResponse", 'STRUCT("Variables" MAP(VARCHAR, VARCHAR), "Error" STRUCT('),
        ("ecs", "ContainerDefinition", '"environment" STRUCT("name" VARCHAR, "value" VARCHAR)[], "environmentFiles"'),
        ("wafv2", "ByteMatchStatement", '"SearchString" VARCHAR'),
    ],
)  # fmt: skip
def test_settings_keep_their_own_type_though_aws_marks_them_sensitive(service: str, name: str, kind: str) -> None:
    assert kind in schema.duckdb_type(models.service_model(service).shape_for(name))


def test_what_is_committed_is_text_whatever_it_was() -> None:
    variables: dict[str, object] = {
        "type": "list",
        "member": {"type": "structure", "members": {"n": {"type": "integer"}}},
    }
    assert schema.duckdb_type(_shape(variables=variables)) == 'STRUCT("variables" STRUCT("n" VARCHAR)[])'
    assert schema.duckdb_type(_shape(other=variables)) == 'STRUCT("other" STRUCT("n" BIGINT)[])'


def test_an_unknown_table_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        schema.columns("aws_no_such")


def test_a_whole_answer_taken_as_an_item_leaves_its_paging_behind() -> None:
    for call, table in load_specs().tables().values():
        if table.items == ".":
            assert not {"NextToken", "Marker", "IsTruncated", "nextToken"} & set(schema.kept_members(call, table))


def test_the_schema_of_a_table_is_plain_data() -> None:
    for name in schema.table_names():
        assert canonical([[c.name, c.type, c.fact, c.source] for c in schema.columns(name)])
