"""Evidence → DuckDB tables, a cache rebuilt from artefacts whose bytes are checked first.

After loading, the session has no access to files or the network.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from proveonce.assess.compose import MACROS
from proveonce.assess.derived import derive_children, derive_columns
from proveonce.assess.lint import COVERAGE_TABLE, UNPLANNED_TABLE
from proveonce.assess.scope import out_of_scope_sql
from proveonce.kernel.errors import EvidenceError
from proveonce.model.evidence import Artefact, Coverage, ReadState, Run
from proveonce.model.imported import RuleMap
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables import imported, manual, schema
from proveonce.tables.schema import literal, quote
from proveonce.tables.spec import ITEM, Child, Specs, Table, load_specs

_MAXIMUM_LINE = 64 * 1024 * 1024
_PATTERN = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file of JSON lines."""

    path: Path
    length: int
    """Of the plain lines, in bytes: for the longest that may come, DuckDB sets memory aside."""


class Evidence:
    """One run's evidence as tables; a context manager that removes its files."""

    def __init__(
        self, store: Store, run: Run, workspace: Workspace, *, imports: Sequence[Run] = (),
        rule_maps: Iterable[RuleMap] = (), people: Iterable[tuple[str, Mapping[str, Any]]] | None = None,
        used: Mapping[str, Collection[str]] | None = None,
    ) -> None:  # fmt: skip
        """`people`: (table, row) of evidence by people, as `manual.rows` makes them; None: it was not read.

        `used`: table of AWS's → columns that are loaded, in lower case, beside those of every table; None: all.
        """
        self._store = store
        self._run = run
        self._runs = (run, *imports)
        self._rule_maps = {rule_map.tool: rule_map for rule_map in rule_maps}
        self._people = people
        self._used = used
        self._workspace = workspace
        self._specs: Specs = load_specs()
        self._folder = tempfile.TemporaryDirectory(prefix="proveonce-")
        self._path = Path(self._folder.name)
        self.connection = duckdb.connect(str(self._path / "evidence.duckdb"), config={
            "memory_limit": "1GB", "temp_directory": str(self._path / "spill"), "preserve_insertion_order": True,
            "threads": 1,  # hundreds of small questions: to plan one takes longer than to answer it
        })  # fmt: skip
        self.coverage: tuple[Coverage, ...] = ()
        self.quarantined = 0
        self.unmapped_rules: tuple[tuple[str, str], ...] = ()
        """Tool and rule of imported results that the tool's map does not know."""

    def __enter__(self) -> Self:
        try:
            self.connection.begin()  # one commit: each waits for the disk
            self._load()
            self.connection.commit()
            self.connection.execute("set enable_external_access = false")
        except BaseException:  # whatever stopped the loading, its files go
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the session and removes its files."""
        self.connection.close()
        self._folder.cleanup()

    def _load(self) -> None:
        connection = self.connection
        for statement in (*MACROS, COVERAGE_TABLE, UNPLANNED_TABLE):
            connection.execute(statement)
        connection.execute("create table _artefacts (digest varchar, account_id varchar, region varchar, tbl varchar)")
        self._fill("_artefacts", ([a.digest, a.account, a.region, a.table] for a in self._of_kind("items")))
        # Equal listings have equal artefacts: for a row's call any place of its account serves.
        connection.execute(
            "create view _places as select digest, account_id, min(tbl) as tbl, min(region) as region "
            "from _artefacts group by digest, account_id"
        )
        for name in schema.table_names():
            connection.execute(schema.create_table(name, self._columns(name)))
        artefacts: dict[str, list[Artefact]] = {}
        for artefact in self._of_kind("items"):
            if artefact.rows:
                artefacts.setdefault(artefact.table, []).append(artefact)
        for name, (_, table) in self._specs.tables().items():
            self._load_table(table, artefacts.get(name, []))
        for name in imported.stored_tables():
            self._insert_plain(name, self._verified(artefacts.get(name, [])), name)
        self._results_by_control()
        self._fill("_unplanned", (
            [account, region]
            for account, facts in self._run.accounts.items()
            for region in facts.get("regions_not_planned", [])
        ))  # fmt: skip
        self._load_coverage()
        if self._people is not None:
            self._load_people(self._people)
        self._load_calls()

    def _columns(self, name: str) -> list[schema.Column]:
        """The columns of a table that are loaded: a wide table of few rows takes its memory by the column."""
        every = schema.columns(name)
        is_aws = name in self._specs.tables() or name in self._specs.children()
        if self._used is None or not is_aws:
            return list(every)
        used = self._used.get(name, ())
        return [column for column in every if not column.fact or column.name.lower() in used]

    def _load_table(self, table: Table, artefacts: list[Artefact]) -> None:
        if not artefacts:
            return
        children = [child for child in self._specs.children().values() if table.name in child.parents]
        files = self._derive(table, children, artefacts) if table.derived or children else self._verified(artefacts)
        self._insert(table, files)
        found = self.connection.execute(
            f"select count(*) from {table.name} where _read['{ITEM}'] = '{ReadState.QUARANTINED}'"
        ).fetchone()
        self.quarantined += found[0] if found else 0

    def _of_kind(self, kind: str) -> list[Artefact]:
        return [artefact for run in self._runs for artefact in run.of_kind(kind)]

    def _verified(self, artefacts: Iterable[Artefact]) -> list[_Lines]:
        return [_Lines(self._store.verified(a), a.length) for a in {a.digest: a for a in artefacts}.values()]

    def _results_by_control(self) -> None:
        """One population a tool and control; of a rule and resource twice the newest, then the worse."""
        connection = self.connection
        connection.execute("create table _rule_controls (tool varchar, rule varchar, control varchar)")
        known = connection.execute(f"select distinct tool, rule from {imported.RESULT}").fetchall()
        pairs = [
            [tool, rule, control]
            for tool, rule in sorted(known)
            if tool in self._rule_maps
            for control in self._rule_maps[tool].controls_of(rule)
        ]
        self._fill("_rule_controls", pairs)
        self.unmapped_rules = tuple((tool, rule) for tool, rule in sorted(known) if not any(
            tool == pair[0] and rule == pair[1] for pair in pairs
        ))  # fmt: skip
        connection.execute(
            "create table _superseded (digest varchar, rule varchar, account_id varchar, region varchar)"
        )
        self._fill("_superseded", sorted(self._superseded()))
        brought = {run.manifest["predicate"]["import"]["tool"] for run in self._runs if run.is_import}
        for rule_map in (self._rule_maps[tool] for tool in sorted(brought & self._rule_maps.keys())):
            for control in sorted({c for controls in rule_map.rules.values() for c in controls}):
                connection.execute(
                    f"create view {imported.view_of(rule_map.tool, control)} as select r.* from {imported.RESULT} r "
                    f"where tool = {literal(rule_map.tool)} and rule in (select c.rule from _rule_controls c "
                    f"where c.tool = r.tool and c.control = {literal(control)}) and not exists (select 1 from "
                    "_superseded s where s.digest = r._artefact and s.rule = r.rule and s.account_id = r.account_id "
                    "and s.region = r.region) "
                    "qualify resource = '' or row_number() over (partition by tool, rule, account_id, region, resource "
                    "order by observed_at desc nulls last, array_position(['fail', 'error', 'unknown', 'manual', "
                    "'pass', 'not_applicable'], outcome), _artefact, _line) = 1"
                )

    def _superseded(self) -> set[tuple[str, str, str, str]]:
        """Artefact, rule, account and region of which a later import of the same tool and subject speaks too."""
        chains: dict[tuple[str, str], list[Run]] = {}
        for run in self._runs:
            if run.is_import:
                facts = run.manifest["predicate"]["import"]
                chains.setdefault((facts["tool"], facts["subject"]), []).append(run)
        if all(len(chain) == 1 for chain in chains.values()):
            return set()
        places: dict[str, set[tuple[str, str, str]]] = {}
        for digest, *place in self.connection.execute(
            f"select distinct _artefact, rule, account_id, region from {imported.RESULT}"
        ).fetchall():
            places.setdefault(digest, set()).add((place[0], place[1], place[2]))
        found = set()
        for chain in chains.values():
            covered: set[tuple[str, str, str]] = set()
            newer: set[str] = set()
            for run in reversed(chain):
                mine = {artefact.digest for artefact in run.of_kind("items")}
                for digest in mine - newer:
                    found |= {(digest, *place) for place in places.get(digest, set()) & covered}
                covered |= {place for digest in mine for place in places.get(digest, set())}
                newer |= mine
        return found

    def _load_people(self, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Evidence by people. Its tables are whole: every record of the workspace was read, or nothing is assessed."""
        by_table: dict[str, list[Mapping[str, Any]]] = {name: [] for name in manual.stored_tables()}
        for table, row in rows:
            by_table[table].append(row)
        for table, held in by_table.items():
            names = [column.name for column in schema.columns(table)]
            self._fill(table, ([row.get(name) for name in names] for row in held))
        controls = sorted({row[manual.CONTROL] for row in by_table[manual.ON_RECORD]})
        for control in controls:
            self.connection.execute(
                f"create view {manual.view_of(control)} as select * from {manual.ON_RECORD} "
                f"where {manual.CONTROL} = {literal(control)}"
            )
        self._fill("_coverage", (
            [name, manual.NOBODY, manual.PEOPLE, "", "evidence by people", str(ReadState.READ), True, ""]
            for name in (*by_table, *map(manual.view_of, controls))
        ))  # fmt: skip

    def _derive(self, table: Table, children: list[Child], artefacts: list[Artefact]) -> list[_Lines]:
        """The artefacts as plain lines, each with its derived values; child rows go to their own files."""
        files: list[_Lines] = []
        for artefact in {a.digest: a for a in artefacts}.values():
            path = self._path / table.name / f"{artefact.digest}.jsonl"
            path.parent.mkdir(exist_ok=True)
            child_files = {}
            for child in children:
                folder = self._path / child.name
                folder.mkdir(exist_ok=True)
                child_files[child.name] = (folder / f"{artefact.digest}.jsonl").open("w", encoding="utf-8")
            try:
                with path.open("w", encoding="utf-8") as out:
                    for data in self._store.lines(artefact):
                        line = json.loads(data)
                        derive_columns(table, line)
                        out.write(json.dumps(line) + "\n")
                        for child in children:
                            for row in derive_children(child, line):
                                child_files[child.name].write(json.dumps(row) + "\n")
            finally:
                for file in child_files.values():
                    file.close()
            files.append(_plain(path))
        for child in children:
            found = sorted((self._path / child.name).glob("*.jsonl"))
            self._insert_plain(child.name, [_plain(path) for path in found], table.name)
        return files

    def _insert(self, table: Table, files: list[_Lines]) -> None:
        columns = self._columns(table.name)
        groups = {"item": [], "details": [], "derived": []}  # type: dict[str, list[schema.Column]]
        details = {detail.name for detail in table.details}
        for column in columns:
            if column.fact == ITEM and column.source != "derived":
                groups["item"].append(column)
            elif column.name in details:
                groups["details"].append(column)
            elif column.fact:
                groups["derived"].append(column)
        kinds = {group: _struct(members) for group, members in groups.items() if members}
        first = table.tags.partition(".")[0]
        tags_fact = first if first in details else ITEM
        scope = out_of_scope_sql(self._workspace, tags_fact)
        values = ["a.account_id", "j.region", "j.resource", "j.tags", scope, "j.read", "a.digest", "j.line"]
        if (asked := next((c for c in columns if c.name == schema.ASKED), None)) is not None:
            kinds[schema.ASKED] = asked.type
            values.append(f"j.{schema.ASKED}")
        for group, members in groups.items():
            values += [_value(table, group, column) for column in members]
        names = [c.name for c in columns if not c.fact] + [c.name for members in groups.values() for c in members]
        self._read_json(table.name, names, values, kinds, files, table.name)

    def _insert_plain(self, name: str, files: list[_Lines], parent: str) -> None:
        """Rows whose items are all of their columns: of child tables and imports."""
        files = [file for file in files if file.length]
        if not files:
            return
        columns = [c for c in self._columns(name) if c.fact]
        kinds = {"item": _struct(columns)} if columns else {}
        values = ["a.account_id", "j.region", "j.resource", "j.tags", out_of_scope_sql(self._workspace), "j.read",
                  "a.digest", "j.line", *(f"j.item.{quote(c.key)}" for c in columns)]  # fmt: skip
        names = [*schema.IDENTITY, *(c.name for c in columns)]
        self._read_json(name, names, values, kinds, files, parent)

    def _read_json(
        self, target: str, names: list[str], values: list[str], kinds: Mapping[str, str], files: list[_Lines],
        parent: str,
    ) -> None:  # fmt: skip
        shape = {
            "line": "BIGINT", "resource": "VARCHAR", "region": "VARCHAR", "tags": "MAP(VARCHAR, VARCHAR)",
            "read": "MAP(VARCHAR, VARCHAR)", **kinds,
        }  # fmt: skip
        columns = "{" + ", ".join(f"{quote(name)}: {literal(kind)}" for name, kind in shape.items()) + "}"
        is_compressed = files[0].path.suffix == ".zst"  # said, for a `?` in a folder hides the suffix
        longest = min(_MAXIMUM_LINE, max(file.length for file in files))
        paths = "[" + ", ".join(_file(file.path) for file in files) + "]"
        sql = (
            f"insert into {target} ({', '.join(quote(n) for n in names)}) select {', '.join(values)} "
            f"from read_json({paths}, columns = {columns}, format = 'newline_delimited', filename = true, "
            f"compression = '{'zstd' if is_compressed else 'none'}', "
            f"maximum_object_size = {longest}) j join _artefacts a "
            f"on a.tbl = {literal(parent)} and a.digest = regexp_extract(j.filename, '([0-9a-f]{{64}})\\.jsonl', 1)"
        )
        try:
            self.connection.execute(sql)
        except duckdb.Error as error:
            raise EvidenceError(
                f"the evidence for {target} does not fit its table: {str(error).split(chr(10))[0]}",
                where=self._run.id,
                fix="collect again with this version; the botocore models may differ",
            ) from error

    def _fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Fills one of our own tables through a file: DuckDB inserts row by row a thousand times slower."""
        columns = {name: kind for name, kind, *_ in self.connection.execute(f"describe {table}").fetchall()}
        path = self._path / f"{table}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            for row in rows:
                out.write(json.dumps(dict(zip(columns, row, strict=True))) + "\n")
        if path.stat().st_size:
            kinds = "{" + ", ".join(f"{name}: {literal(kind)}" for name, kind in columns.items()) + "}"
            self.connection.execute(
                f"insert into {table} select * from read_json({_file(path)}, columns = {kinds}, "
                "format = 'newline_delimited')"
            )

    def _load_coverage(self) -> None:
        """The ledger by table; a child is complete where all its parents are."""
        rows: list[Coverage] = []
        for artefact in self._of_kind("coverage"):
            rows += [_coverage(json.loads(line)) for line in self._store.lines(artefact)]
        self.coverage = tuple(rows)
        children = self._specs.children().values()
        self._fill("_coverage", (
            [name, row.account, row.region, row.detail, f"{row.service}:{row.operation}", str(row.state),
             row.is_complete, row.code]
            for row in rows
            for name in (
                *row.tables, *(c.name for c in children if set(c.parents) & set(row.tables)), *self._views_of(row)
            )
        ))  # fmt: skip

    def _views_of(self, row: Coverage) -> list[str]:
        """The populations that an import fills: a row of the ledger whose operation is the tool."""
        rule_map = self._rule_maps.get(row.operation) if imported.RESULT in row.tables else None
        controls = {c for found in rule_map.rules.values() for c in found} if rule_map else set()
        return [imported.view_of(row.operation, control) for control in sorted(controls)]

    def _load_calls(self) -> None:
        """Which call returned which lines."""
        self.connection.execute(
            "create table _calls (tbl varchar, account_id varchar, region varchar, first_line bigint, "
            "last_line bigint, call_id varchar, read_at varchar)"
        )
        calls = (
            json.loads(data)
            for artefact in self._run.of_kind("calls")
            for data in self._store.lines(artefact)
            if b'"lines":{}' not in data
        )
        self._fill("_calls", (
            [table, call["account"], call["region"], first, first + count - 1, call["id"], call["ended_at"]]
            for call in calls
            for table, (first, count) in call["lines"].items()
            if count
        ))  # fmt: skip
        # A second pass asks anew: for each first line the latest call stands.
        self.connection.execute(
            "create view _last_calls as select * from _calls qualify row_number() over "
            "(partition by tbl, account_id, region, first_line order by call_id desc) = 1"
        )


def _plain(path: Path) -> _Lines:
    return _Lines(path, path.stat().st_size)


def _file(path: Path) -> str:
    """A file's name for DuckDB, which would take `*`, `?` and `[` in a folder's name for a pattern."""
    return literal(_PATTERN.sub(r"[\g<0>]", str(path)))


def _struct(columns: Iterable[schema.Column]) -> str:
    return "STRUCT(" + ", ".join(f"{quote(column.key)} {column.type}" for column in columns) + ")"


def _value(table: Table, group: str, column: schema.Column) -> str:
    """A column's value; what AWS omits from a fully read item means what the spec says it means."""
    path = f"j.{group}.{quote(column.key)}"
    if group == "item" and (literal_ := table.when_omitted.get(column.key)) is not None:
        return f"case when j.read['{ITEM}'] in ('read', 'absent') then coalesce({path}, {literal_}) end"
    return path


def _coverage(value: dict[str, Any]) -> Coverage:
    return Coverage(**{**value, "tables": tuple(value["tables"]), "state": ReadState(value["state"])})
