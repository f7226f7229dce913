"""The package: a folder that explains itself, its manifest of digests, and the same as one deterministic zip.

No file contains the package's own digest; the manifest lists every other file but SHA256SUMS, which
repeats it in the form that `sha256sum -c` reads.
"""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from proveonce.content.files import templates_root
from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import EvidenceError
from proveonce.kernel.files import file_digest
from proveonce.present.machine import dumps, write_assessment
from proveonce.present.oscal import package_files
from proveonce.present.registers import acceptance_json, attestation_json, continuity_json, vendor_json
from proveonce.present.view import ATTACHMENTS, FOOT, RECORDS, PackageView

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


def write_findings(view: PackageView, path: Path) -> None:
    """Writes `findings.json`: this framework's findings, controls, requirements and the coverage ledger."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        write_assessment(out, view.assessment, view.content, framework=view.framework.id, findings=view.findings())


def write_content(view: PackageView, folder: Path, specs: Mapping[str, bytes], schemas: Mapping[str, Any]) -> None:
    """Writes `content/`: catalogs, crosswalks, checks, specs, schemas and queries exactly as used."""
    for name, data in {**view.content.files, **specs}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "schemas.json").write_bytes(canonical(schemas) + b"\n")
    queries = folder / "queries"
    queries.mkdir(parents=True, exist_ok=True)
    for result in view.assessment.checks.values():
        (queries / f"{result.check}.sql").write_text(result.sql + "\n", encoding="utf-8")


def write_oscal(view: PackageView, folder: Path) -> None:
    """Writes `oscal/`: the framework's catalog, the common controls and the crosswalk, as OSCAL 1.2."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in package_files(view.content, [view.framework.id]).items():
        (folder / name).write_bytes(data)


def write_registers(view: PackageView, path: Path) -> None:
    """Writes `registers.json`: what the registers say, on the day of the as-of; the documents are not in a package."""
    registers = view.assessment.registers
    plain = {
        "as_of": registers.day,
        "registers_digest": registers.digest,
        "attestations": [attestation_json(entry) for entry in registers.attestations],
        "continuity": continuity_json(registers.continuity),
        "vendors": [vendor_json(entry) for entry in registers.vendors],
        "risk_acceptances": [acceptance_json(entry) for entry in registers.acceptances],
    }
    path.write_text(dumps(plain) + "\n", encoding="utf-8")


def write_verify(view: PackageView, path: Path) -> None:
    """Writes `VERIFY.md`: how to check the package with tools that everyone has."""
    environment = Environment(
        loader=FileSystemLoader(templates_root()),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, read as text; there is no HTML to inject into
    )
    text = environment.get_template("VERIFY.md.j2").render(
        view=view, run=view.assessment.run, foot=FOOT, sums=SUMS, manifest=MANIFEST
    )
    path.write_text(text, encoding="utf-8")


def write_manifest(view: PackageView, folder: Path) -> None:
    """Writes `manifest.json` and `SHA256SUMS` over everything else in `folder`."""
    files = [
        {"path": path.relative_to(folder).as_posix(), "sha256": file_digest(path), "length": path.stat().st_size}
        for path in _files(folder)
    ]
    sums = "".join(f"{file['sha256']}  {file['path']}\n" for file in files)
    (folder / SUMS).write_text(sums, encoding="utf-8")
    manifest = {
        "package": view.package,
        "framework": view.framework.id,
        "edition": view.framework.edition,
        "as_of": view.assessment.as_of,
        "run": view.assessment.run.id,
        "run_digest": view.assessment.run.digest,
        "content_digest": view.assessment.content_digest,
        "manual_digest": view.assessment.people.digest,
        "registers_digest": view.assessment.registers.digest,
        "tool": view.tool,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_zip(folder: Path, target: Path) -> str:
    """Writes the folder as a zip with equal bytes for equal files; its SHA-256."""
    temporary = target.with_suffix(".zip.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for path in _files(folder):
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _FIXED_TIME)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.create_system = 3  # unix, whatever machine made it
            info.file_size = path.stat().st_size
            with archive.open(info, "w") as out, path.open("rb") as source:
                shutil.copyfileobj(source, out, _CHUNK)
    temporary.replace(target)
    return file_digest(target)


def write_lines(lines: Iterable[bytes], target: Path) -> None:
    """Writes an artefact's plain lines."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for line in lines:
            out.write(line)
            out.write(b"\n")


def write_people(view: PackageView, folder: Path, source: Path) -> None:
    """Writes evidence by people into the package's `folder`: the records, and of their attachments those it holds.

    `source` is `evidence/manual/` of the workspace. Raises: EvidenceError when a file is no longer the one recorded.
    """
    checksums = {path: artefact.digest for path, artefact in view.people}
    for record in view.assessment.people.records:
        name = f"{RECORDS}/{record.id}.json"
        if name in checksums:
            (folder / RECORDS).mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(record.data())
    for file in view.attached:
        name = f"{ATTACHMENTS}/{file}"
        if name in checksums:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, folder / name, follow_symlinks=False)
            if file_digest(folder / name) != checksums[name]:
                raise EvidenceError("an attachment changed while the package was made", where=str(source / file),
                                    fix="package again")  # fmt: skip


def _files(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, by its path in the package."""
    yield from sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())
