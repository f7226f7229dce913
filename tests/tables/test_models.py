"""Models without what no spec declares: the same types as the whole ones, and nothing more to ask for."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from proveonce.tables import models, schema
from proveonce.tables.declared import known_operations

WHOLE = create_loader()


def described(service: str) -> tuple[Any, Any]:
    """A service's model as we keep it and as botocore ships it; clients change what the shared loader holds."""
    whole = WHOLE.load_service_model(service, "service-2")
    return models.trimmed(whole, known_operations()[service]), whole


@pytest.mark.parametrize("service", ["ec2", "s3", "kms", "apigateway", "iam", "rds", "securityhub", "sso-admin"])
def test_a_trimmed_model_means_what_the_whole_one_does(service: str) -> None:
    trimmed, whole = (ServiceModel(model, service) for model in described(service))
    assert set(trimmed.operation_names) == known_operations()[service]
    for name in trimmed.operation_names:
        ours, theirs = trimmed.operation_model(name), whole.operation_model(name)
        assert ours.http == theirs.http
        assert [shape.name for shape in ours.error_shapes] == [shape.name for shape in theirs.error_shapes]
        for mine, its in ((ours.input_shape, theirs.input_shape), (ours.output_shape, theirs.output_shape)):
            assert (mine is None) == (its is None)
            if mine is not None and its is not None:
                assert schema.duckdb_type(mine) == schema.duckdb_type(its)
                assert mine.serialization == its.serialization


def test_members_called_documentation_stay() -> None:
    model: Any = {
        "operations": {"Get": {"documentation": "<p>", "output": {"shape": "S", "documentation": "<p>"}}, "Put": {}},
        "shapes": {
            "S": {"type": "structure", "documentation": "<p>", "members": {"documentation": {"shape": "T"}}},
            "T": {"type": "list", "member": {"shape": "S", "documentation": "<p>"}}, "U": {"type": "string"},
        },
    }  # fmt: skip
    assert models.trimmed(model, ["Get"]) == {
        "operations": {"Get": {"output": {"shape": "S"}}},
        "shapes": {
            "S": {"type": "structure", "members": {"documentation": {"shape": "T"}}},
            "T": {"type": "list", "member": {"shape": "S"}},
        },
    }


def test_what_credential_providers_ask_is_whole() -> None:
    assert "AssumeRoleWithWebIdentity" in models.shared_loader().load_service_model("sts", "service-2")["operations"]
    assert "DeleteBucket" not in models.shared_loader().load_service_model("s3", "service-2")["operations"]
