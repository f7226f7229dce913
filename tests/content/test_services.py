"""Service lists and duties: shipped whole and dated, overlaid entry by entry, mistakes told at their line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import botocore
import pytest

from proveonce.content.files import shipped_root
from proveonce.content.loader import load_content, read_content
from proveonce.model.content import Content
from proveonce.model.service import ListName, ListState, Service, ServiceId, Share

LISTS = "controls/services/aws.yaml"
DUTIES = "controls/responsibilities/aws.yaml"
SOURCES = 'sources:\n  page: {title: "the live page, read by us"}\n'


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty-workspace"))


def service(content: Content, name: str) -> Service:
    return content.services.services[ServiceId(name)]


def laid_over(folder: Path, text: str, name: str = LISTS) -> Path:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def told(folder: Path) -> list[str]:
    """The problems of the workspace's own file, as line and text."""
    return [f"{p.line}: {p.what} | {p.closest}" for p in read_content(folder)[1]]


def test_every_row_of_the_reference_list_is_shipped_with_its_states(shipped: Content) -> None:
    services = shipped.services.services.values()
    assert len(services) == 186
    states = {name: Counter(str(s.listings[name].state) for s in services) for name in ListName}
    assert states == {
        ListName.HIPAA_ELIGIBLE: {"yes": 125, "unknown": 61},
        ListName.PCI_IN_SCOPE: {"yes": 127, "unknown": 59},
        ListName.SOC_IN_SCOPE: {"yes": 120, "unknown": 66},
    }


def test_no_shipped_entry_says_no_and_each_yes_has_its_day_and_source(shipped: Content) -> None:
    for each in shipped.services.services.values():
        for listing in each.listings.values():
            assert listing.state is not ListState.NO
            if listing.state is ListState.YES:
                assert listing.as_of in {"2021-07-16", "2021-09-23", "2022-04-18"}
                assert listing.source


def test_shipped_sdk_names_are_botocores_own(shipped: Content) -> None:
    known = {path.name for path in (Path(botocore.__file__).parent / "data").iterdir() if path.is_dir()}
    named = {name for each in shipped.services.services.values() for name in each.botocore}
    assert named <= known
    assert len(named) > 190
    titles = [each.title for each in shipped.services.services.values()]
    assert len(set(titles)) == len(titles)


def test_the_head_says_that_the_lists_are_old_and_names_the_live_pages() -> None:
    head = (shipped_root() / LISTS).read_text(encoding="utf-8").split("\nlists:")[0]
    assert "YEARS OLD" in head
    for page in ("hipaa-eligible-services-reference/", "services-in-scope/"):
        assert f"https://aws.amazon.com/compliance/{page}" in head


def test_every_service_has_every_duty_and_each_duty_touches_common_controls(shipped: Content) -> None:
    catalog = shipped.services
    for each in catalog.services.values():
        duties = catalog.responsibilities(each)
        assert [entry.duty.id for entry in duties] == list(catalog.duties)
        for entry in duties:
            assert set(entry.duty.controls) <= set(shipped.controls)
            assert entry.split.how or entry.split.share is not Share.SHARED


def test_what_aws_never_takes_over_is_never_inherited(shipped: Content) -> None:
    """Data, code and configuration stay a customer's business in every class and way of running a service."""
    for each in shipped.services.services.values():
        for entry in shipped.services.responsibilities(each):
            shares = {entry.split.share, *(split.share for split in entry.variants.values())}
            if entry.duty.id in {"data", "application"}:
                assert shares == {Share.CUSTOMER}
            if entry.duty.id in {"configuration", "identity", "logging", "monitoring", "network", "backup"}:
                assert Share.INHERITED not in shares


@pytest.mark.parametrize(
    ("name", "duty", "variant", "share"),
    [
        ("amazon_ec2", "guest_patching", "", Share.CUSTOMER),
        ("amazon_rds", "guest_patching", "", Share.INHERITED),
        ("amazon_rds", "guest_patching", "RDS Custom", Share.CUSTOMER),
        ("amazon_eks", "guest_patching", "self-managed nodes", Share.CUSTOMER),
        ("amazon_eks", "guest_patching", "managed node groups", Share.SHARED),
        ("amazon_eks", "guest_patching", "Fargate", Share.INHERITED),
        ("aws_lambda", "engine_patching", "", Share.SHARED),
        ("amazon_sqs", "engine_patching", "", Share.INHERITED),
        ("amazon_s3", "physical", "", Share.INHERITED),
        ("aws_outposts", "physical", "", Share.SHARED),
    ],
)
def test_duties_divide_as_the_service_is_run(
    shipped: Content, name: str, duty: str, variant: str, share: Share
) -> None:
    entry = next(e for e in shipped.services.responsibilities(service(shipped, name)) if e.duty.id == duty)
    assert (entry.variants[variant] if variant else entry.split).share is share


def test_a_workspace_entry_replaces_only_the_keys_it_gives(shipped: Content, tmp_path: Path) -> None:
    entry = '- {id: amazon_bedrock, hipaa_eligible: {state: yes, as_of: "2026-11-20", source: page}}'
    content = load_content(laid_over(tmp_path, f"{SOURCES}services:\n  {entry}\n"))
    before, after = service(shipped, "amazon_bedrock"), service(content, "amazon_bedrock")
    listing = after.listings[ListName.HIPAA_ELIGIBLE]
    assert (listing.state, listing.as_of, listing.source) == (ListState.YES, "2026-11-20", "the live page, read by us")
    assert (after.title, after.botocore) == (before.title, before.botocore)
    assert after.listings[ListName.PCI_IN_SCOPE] == before.listings[ListName.PCI_IN_SCOPE]
    assert len(content.services.services) == 186
    assert service(content, "amazon_s3").listings == service(shipped, "amazon_s3").listings


def test_a_new_id_extends_and_both_files_are_in_the_digest(shipped: Content, tmp_path: Path) -> None:
    entry = "- {id: our_thing, title: Our thing, botocore: [omics], class: abstracted}"
    content = load_content(laid_over(tmp_path, f"services:\n  {entry}\n"))
    assert len(content.services.services) == 187
    assert {x.state for x in service(content, "our_thing").listings.values()} == {ListState.UNKNOWN}
    assert content.digest != shipped.digest
    assert set(content.files) - set(shipped.files) == {f"workspace/{LISTS}"}
    assert content.files[LISTS] == shipped.files[LISTS]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{id: amazon_s3, hipaa_eligible: {state: yes}}", "4: 'yes' needs as_of and source | "),
        ('{id: amazon_s3, pci_in_scope: {state: no, as_of: "2026-01-01"}}', "4: 'no' needs as_of and source | "),
        ('{id: amazon_s3, soc_in_scope: {state: yes, as_of: "2026-01-01", source: pages}}',
         "4: unknown source 'pages' | 'page'"),
        ("{id: amazon_s33, limits: none}",
         "4: 'amazon_s33' is a new service, yet has not all of title, botocore and class | 'amazon_s3'"),
        ("{id: amazon_s3, class: abstract}", "4: unknown class 'abstract' | 'abstracted'"),
        ("{id: amazon_s3, hipaa_eligible: {state: maybe}}", "4: 'maybe' is not one of yes, no, unknown | "),
        ("{id: amazon_s3, hipaa: {state: unknown}}", "4: unknown key 'hipaa' | "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(tmp_path: Path, entry: str, problem: str) -> None:
    found = told(laid_over(tmp_path, f"{SOURCES}services:\n  - {entry}\n"))
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_day_that_is_none_and_an_entry_given_twice_are_told(tmp_path: Path) -> None:
    bad_day = '{id: amazon_s3, hipaa_eligible: {state: yes, as_of: "2026-02-30", source: page}}'
    found = told(
        laid_over(tmp_path, f"{SOURCES}services:\n  - {bad_day}\n  - {{id: amazon_sns}}\n  - {{id: amazon_sns}}\n")
    )
    assert [entry.split(":")[0] for entry in found] == ["4", "6"]
    assert "'amazon_sns' stands here twice" in found[1]


def test_mistakes_among_the_duties_are_told_each_at_its_line(tmp_path: Path) -> None:
    text = (shipped_root() / DUTIES).read_text(encoding="utf-8")
    text = text.replace("controls: [PHY-01, PHY-03", "controls: [PHY-91, PHY-03", 1)
    text = text.replace("      host: {share: inherited}\n", "", 1)
    text = text.replace("service: aws_lambda, duty: network", "service: aws_lamda, duty: network", 1)
    text = text.replace("variant: Auto Mode", "variant: Fargate", 1)
    found = told(laid_over(tmp_path, text, DUTIES))
    said = json.dumps(found)
    assert len(found) == 4
    assert "unknown common control 'PHY-91'" in said
    assert "does not say who has the duty 'host'" in said
    assert "unknown service 'aws_lamda' | 'aws_lambda'" in said
    assert "has this exception for guest_patching already" in said


def test_a_shared_duty_has_to_say_how_it_divides(tmp_path: Path) -> None:
    text = (shipped_root() / DUTIES).read_text(encoding="utf-8")
    head, _, tail = text.partition("      network: {share: shared, how: ")
    text = head + "      network: {share: shared}\n" + tail.partition("\n")[2]
    found = told(laid_over(tmp_path, text, DUTIES))
    assert len(found) == 1
    assert "a shared duty does not say how it divides" in found[0]


def test_a_name_finds_a_service_by_id_title_or_sdk_name(shipped: Content) -> None:
    named = shipped.services.named
    assert [s.id for s in named("amazon s3")] == ["amazon_s3"]
    assert [s.id for s in named("amazon_s3")] == ["amazon_s3"]
    assert {s.id for s in named("rds")} == {"amazon_rds", "amazon_aurora"}
    assert named("nothing of the kind") == []
