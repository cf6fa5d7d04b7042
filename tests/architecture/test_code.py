"""The house rules that no tool knows: one commit, one clock, one door for writes, dates in one place, small pieces."""

import ast
import subprocess
import sys
from collections.abc import Iterator

from tests.architecture.reading_code import ROOT, calls, functions, modules, places

MOST_LINES = 300
MOST_FUNCTION_LINES = 50
FRAME = "engine/database.py"
SCHEMA = "engine/schema/__init__.py"  #: Alembic's own connection, before there are tables
DATES = (
    *("engine/calendars.py", "engine/working_time.py", "engine/feasts.py", "engine/timers.py", "demo/"),
    *("engine/bpmn/feel/", "engine/bpmn/arithmetic.py"),  # FEEL's dates and durations: values of expressions
)
RUNNERS = ("engine/jobs.py", "engine/runners.py")
CLOCKS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.localtime",
    "func.now",
)
ROUND_THE_DOOR = ("text", "sa.text", "session.connection", "tx.session.connection", "exec_driver_sql")
BULK = ("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings")


def all_calls() -> Iterator[tuple[str, str, ast.Call]]:
    for path, tree in modules().items():
        for name, call in calls(tree):
            yield path, name, call


def test_there_is_one_commit() -> None:
    found = [
        (path, call)
        for path, name, call in all_calls()
        if name.rpartition(".")[2] == "commit" and path not in (FRAME, SCHEMA)
    ]
    assert places(found) == []
    begins = [
        (path, call) for path, name, call in all_calls() if name.endswith(("session.begin", "engine.begin"))
    ]
    assert {path for path, _ in begins} <= {FRAME}


def test_there_is_one_clock() -> None:
    found = [(path, call) for path, name, call in all_calls() if name in CLOCKS and path != FRAME]
    assert places(found) == []


def test_dates_are_computed_in_one_place() -> None:
    found = [
        (path, node)
        for path, tree in modules().items()
        if not path.startswith(DATES)
        for function in functions(tree)
        for name, node in calls(function)
        if name in ("timedelta", "datetime.timedelta", "relativedelta")
    ]
    assert places(found) == []


def test_writes_go_through_the_door() -> None:
    found = [
        (path, call)
        for path, name, call in all_calls()
        if path.startswith(("engine/", "portal/", "worklists/", "admin/", "web/", "commands/", "demo/"))
        and path != FRAME
        and not path.startswith(("engine/tables/", "engine/schema/"))
        and (name in ROUND_THE_DOOR or name.rpartition(".")[2] in BULK)
    ]
    assert places(found) == []


def test_no_session_is_asked_to_run_a_statement_that_writes() -> None:
    def writes(call: ast.Call) -> bool:
        words = {name for argument in call.args for name, _ in calls(argument)}
        return bool(words & {"update", "delete", "insert"})

    found = [
        (path, call)
        for path, name, call in all_calls()
        if name.endswith(("session.execute", "session.scalars", "session.scalar")) and writes(call)
    ]
    assert places(found) == []


def test_views_begin_at_most_one_transaction() -> None:
    found = [
        (path, function)
        for path, tree in modules().items()
        if path.startswith(("portal/", "worklists/", "admin/"))
        for function in functions(tree)
        if sum(name == "transaction" for name, _ in calls(function)) > 1
    ]
    assert places(found) == []


def test_the_engine_begins_transactions_only_where_background_work_runs() -> None:
    found = {
        path
        for path, name, _ in all_calls()
        if name == "transaction" and path.startswith("engine/") and path != FRAME
    }
    assert found <= {"engine/jobs.py", "engine/runners.py", "engine/trial.py", "engine/trial_ground.py"}


def test_modules_and_functions_are_small() -> None:
    long = [
        path
        for path in modules()
        if len((ROOT / path).read_text("utf-8").splitlines()) > MOST_LINES and not path.startswith("bench/")
    ]
    assert long == []
    found = [
        (path, function)
        for path, tree in modules().items()
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert places(found) == []


def test_only_the_outermost_frames_catch_everything() -> None:
    def is_broad(handler: ast.ExceptHandler) -> bool:
        caught = ast.unparse(handler.type) if handler.type else "Exception"
        return any(name in ("Exception", "BaseException") for name in caught.strip("()").split(", "))

    found = [
        (path, node)
        for path, tree in modules().items()
        if path not in RUNNERS
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    ]
    assert places(found) == []


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node


def imported(rooms: tuple[str, ...], packages: tuple[str, ...]) -> list[str]:
    return places(
        [
            (path, node)
            for path, tree in modules().items()
            if path.startswith(rooms)
            for name, node in imports(tree)
            if name.partition(".")[0] in packages
        ]
    )


def test_nothing_imports_the_composition_root() -> None:
    assert imported(("",), ("app",)) == []


def test_flask_stays_at_the_counter() -> None:
    assert imported(("engine/", "forms/", "wording/"), ("flask", "werkzeug", "flask_wtf", "wtforms")) == []


def test_nothing_of_the_project_imports_its_tests() -> None:
    assert imported(("",), ("tests",)) == []


def test_the_import_contracts_hold() -> None:
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
