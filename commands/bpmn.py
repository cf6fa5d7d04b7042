"""``masar bpmn check`` and ``masar bpmn mend``: what is wrong with a diagram, and changes to it that are accepted."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from engine.bpmn.faults import Fault
from engine.bpmn.mending import mended, mends_of
from engine.bpmn.mending_changes import Mend
from engine.bpmn.names import executable_processes, process_ids
from engine.bpmn.reading import read_process
from wording.faults import fault as fault_sentence
from wording.mends import mend as mend_sentence

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANG = click.option("--lang", type=click.Choice(("ar", "fr", "en")), default="en", show_default=True)


@click.group("bpmn")
def bpmn() -> None:
    """Diagrams: what is wrong with them, and mends."""


@bpmn.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@LANG
@click.option("--json", "as_json", is_flag=True, help="All as one JSON list.")
def check(files: tuple[Path, ...], lang: str, as_json: bool) -> None:
    """Tell all faults of diagrams, with the mends that are offered; end with status 1 if one refuses.

    Decision tables and called processes are looked for beside each file.
    """
    found = {path: _faults(path, path.read_bytes()) for path in files}
    told = [_told(path, faults, lang) for path, faults in found.items()]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for one in told:
            _echo_faults(one)
    if any(fault.refuses for faults in found.values() for fault in faults):
        raise click.exceptions.Exit(1)


@bpmn.command()
@click.argument("file", type=FILE)
@click.option("--accept", "accepted", multiple=True, metavar="CODE[:ELEMENT]", help="A mend to make.")
@click.option(
    "--set", "given", multiple=True, metavar="ELEMENT=VALUE", help="What a mend asks for, which accepts it."
)
@click.option("--write", "out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@LANG
def mend(file: Path, accepted: tuple[str, ...], given: tuple[str, ...], out: Path | None, lang: str) -> None:
    """List the mends of a diagram; make those that are accepted and show the difference.

    Without --write no file is changed.
    """
    xml = file.read_bytes()
    offered = mends_of(xml, _faults(file, xml))
    values = dict(_pair(text) for text in given)
    chosen = _chosen(offered, accepted, values)
    if not chosen:
        for one in offered:
            click.echo(f"{_named(one)}: {_sentence(lang, one)}")
        click.echo(f"{len(offered)} mends are offered; nothing is changed.")
        return
    result = mended(xml, chosen, values)
    click.echo("".join(_difference(file, xml, result)), nl=False)
    refusing = sum(fault.refuses for fault in _faults(file, result))
    if out is not None:
        out.write_bytes(result)
    written = f"written to {out}" if out else "not written"
    click.echo(f"{len(chosen)} mends made, {refusing} faults left that refuse; {written}.")


def _faults(path: Path, xml: bytes) -> tuple[Fault, ...]:
    """All faults of all executable processes of a file, each once."""
    decisions = {table.stem: table.read_bytes() for table in sorted(path.parent.glob("*.dmn"))}
    others = [one for one in sorted(path.parent.glob("*.bpmn")) if one.resolve() != path.resolve()]
    called = {key: text for one in others for text in (one.read_bytes(),) for key in process_ids(text)}
    keys = executable_processes(xml) if len(executable_processes(xml)) > 1 else (None,)
    found: dict[str, Fault] = {}
    for key in keys:
        for fault in read_process(xml, decisions=decisions, key=key, called=called).faults:
            found.setdefault(repr(fault), fault)
    return tuple(found.values())


def _told(path: Path, faults: tuple[Fault, ...], lang: str) -> dict[str, Any]:
    mends = mends_of(path.read_bytes(), faults)
    told = [
        {
            "code": fault.code,
            "element": fault.element,
            "line": fault.line,
            "refuses": fault.refuses,
            "sentence": fault_sentence(lang, fault.code, **fault.params),
            "mends": [
                {"mend": _named(one), "asks": one.asks, "sentence": _sentence(lang, one)}
                for one in mends
                if one.fault == fault.code and (fault.element is None or one.element in (fault.element, None))
            ],
        }
        for fault in faults
    ]
    return {"file": str(path), "faults": told}


def _echo_faults(told: dict[str, Any]) -> None:
    for fault in told["faults"]:
        kind = "refused" if fault["refuses"] else "warning"
        click.echo(
            f"{told['file']}:{fault['line'] or '-'}: {kind}: {fault['element'] or '-'}: {fault['sentence']}"
        )
        for one in fault["mends"]:
            click.echo(f"    → {one['mend']}: {one['sentence']}")
    refusing = sum(fault["refuses"] for fault in told["faults"])
    click.echo(f"{told['file']}: {refusing} faults that refuse, {len(told['faults']) - refusing} warnings.")


def _named(mend: Mend) -> str:
    return f"{mend.code}:{mend.element}" if mend.element else mend.code


def _sentence(lang: str, mend: Mend) -> str:
    return mend_sentence(lang, mend.code, **mend.params)


def _chosen(offered: Iterable[Mend], accepted: tuple[str, ...], values: dict[str, str]) -> list[Mend]:
    """The mends that are accepted, by name, by code alone, or by giving what they ask for."""
    offered = list(offered)
    for name in accepted:
        if not any(name in (_named(mend), mend.code) for mend in offered):
            raise click.ClickException(
                f"Expected --accept to name a mend that is offered, but “{name}” is none."
            )
    for element in values:
        if not any(mend.asks and mend.element == element for mend in offered):
            raise click.ClickException(
                f"Expected --set to name an element of which something is asked, not “{element}”."
            )
    chosen = [
        mend
        for mend in offered
        if _named(mend) in accepted or mend.code in accepted or (mend.asks and mend.element in values)
    ]
    lacking = [_named(mend) for mend in chosen if mend.asks and mend.element not in values]
    if lacking:
        raise click.ClickException(
            f"Expected --set with what is asked for by {', '.join(lacking)}, but it is missing."
        )
    return chosen


def _pair(text: str) -> tuple[str, str]:
    element, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise click.ClickException(f"Expected --set ELEMENT=VALUE, but found “{text}”.")
    return element.strip(), value.strip()


def _difference(file: Path, before: bytes, after: bytes) -> Iterable[str]:
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (before, after))
    for line in difflib.unified_diff(old, new, str(file), f"{file} mended"):
        yield line if line.endswith("\n") else line + "\n"
