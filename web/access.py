"""Who may open which page: one mark on each view, enforced before it runs; who asks, and until when.

>>> @bp.get("/worklist")
... @needs(Permission.WORK_TASKS)
... def worklist(): …
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, current_app, g, request, session

from engine import audit
from engine.actor import Actor
from engine.database import now, reading, transaction
from engine.permissions import Permission
from engine.refusals import OfAnother, Refusal
from engine.sign_ins import end_sign_in
from engine.sign_ins import signed_in as open_sign_in
from engine.standing import Standing, standing
from engine.tables import Person, SignIn
from web.language import chosen_language

IDLE = {"staff": timedelta(minutes=20), "citizen": timedelta(minutes=30)}
LONGEST = timedelta(hours=10)
_NOTE_EVERY = 10  #: seconds between two notes of activity in the cookie

AT_THE_DOOR = Actor.system("sign_in")  #: who acts while nobody is signed in

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """The mark of a view: whether one must be signed in, and which permissions open it (any of them)."""

    is_public: bool
    permissions: tuple[Permission, ...] = ()


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer: ``because`` is ``idle``, ``too_long``, ``ended`` or None."""

    def __init__(self, because: str | None = None) -> None:
        self.because = because
        super().__init__(f"Expected someone signed in, but {because or 'nobody is'}")


class AccessRefused(Exception):
    """The person holds none of the permissions that open the page."""

    def __init__(self, permissions: tuple[Permission, ...]) -> None:
        self.permissions = permissions
        super().__init__(f"Expected one of {', '.join(permissions)}, but the person holds none")


class Unmarked(Exception):
    """A view lies behind no mark: it is served to nobody."""


def public(view: View) -> View:
    """Open to all."""
    return _marked(view, Access(is_public=True))


def signed_in(view: View) -> View:
    """Open to whoever is signed in."""
    return _marked(view, Access(is_public=False))


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Open to whoever holds one of these permissions in some unit; which object, the engine decides."""
    return lambda view: _marked(view, Access(is_public=False, permissions=permissions))


class Current:
    """Who asks, in which language. Each part is looked up once a request."""

    @property
    def is_signed_in(self) -> bool:
        """Whether someone is."""
        return self.maybe_person is not None

    @property
    def person(self) -> Person:
        """Who is signed in. Raises SignInNeeded."""
        person = self.maybe_person
        if person is None:
            raise SignInNeeded
        return person

    @property
    def maybe_person(self) -> Person | None:
        """Who is signed in, or None: for pages open to all."""
        found = _visit()
        return found[1] if found else None

    @property
    def actor(self) -> Actor:
        """The person signed in, as the trail names them. Raises SignInNeeded."""
        return actor_of(self.person)

    @property
    def sign_in_id(self) -> UUID | None:
        """The sign-in that the request belongs to."""
        found = _visit()
        return found[0].id if found else None

    @property
    def standing(self) -> Standing:
        """What the person may, and where (one query). Raises SignInNeeded."""
        if "standing" not in g:
            with reading() as rows:
                g.standing = standing(rows, self.person.id)
        found: Standing = g.standing
        return found

    @property
    def lang(self) -> str:
        """The language of the page: ar, fr or en."""
        if "lang" not in g:
            g.lang = chosen_language(self.maybe_person)
        return str(g.lang)


current = Current()


def actor_of(person: Person) -> Actor:
    """The person as the trail names them."""
    return Actor.of(person)


def guard(app: Flask) -> None:
    """Have every request of the application pass its view's mark first."""
    app.before_request(_enforce)


def needs_sign_in() -> bool:
    """Whether the view asked for is closed to whoever is not signed in, and nobody is."""
    access = _mark()
    return access is not None and not access.is_public and not current.is_signed_in


def record_refusal(problem: Refusal) -> None:
    """Record that someone reached for what is not theirs, where a view answers the refusal by itself."""
    if (problem.status == 403 or isinstance(problem, OfAnother)) and current.is_signed_in:
        record_access_refused(code=problem.code)


def record_access_refused(**facts: str) -> None:
    """Record on the person who asks that this page was refused to them."""
    with transaction(actor=current.actor) as tx:
        audit.record(tx, "access.refused", on=("person", current.person.id), page=request.endpoint, **facts)


def open_visit(sign_in: SignIn, person: Person) -> None:
    """Begin a visit in the cookie, with nothing left in it of whoever was there before."""
    session.clear()
    session.update(sign_in=str(sign_in.id), seen_at=int(now().timestamp()))
    g.visit = (sign_in, person)
    g.pop("standing", None)
    g.pop("lang", None)


def close_visit(*, because: str, person: Person | None = None) -> None:
    """End the visit here and in the database; the language it was in stays."""
    sign_in_id = _cookie_id()
    _forget_visit(person)
    if sign_in_id is not None:
        _end(sign_in_id, because)


def _marked(view: View, access: Access) -> View:
    view.__access__ = access  # type: ignore[attr-defined]
    return view


def _mark() -> Access | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__access__", None)


def _enforce() -> None:
    if request.endpoint is None:
        return
    access = _mark()
    if access is None:
        raise Unmarked(f"Expected public, signed_in or needs(…) on {request.endpoint}, but there is none")
    if access.is_public:
        return
    if not current.is_signed_in:
        raise SignInNeeded(g.get("ended_because"))
    if access.permissions and not any(map(current.standing.may, access.permissions)):
        raise AccessRefused(access.permissions)


def _visit() -> tuple[SignIn, Person] | None:
    if "visit" not in g:
        g.visit = _open_visit_of_cookie()
    found: tuple[SignIn, Person] | None = g.visit
    return found


def _open_visit_of_cookie() -> tuple[SignIn, Person] | None:
    sign_in_id = _cookie_id()
    if sign_in_id is None:
        return None
    with reading() as rows:
        found = open_sign_in(rows, sign_in_id)
    because = _over(*found) if found else "ended"
    if because is None:
        _note_activity()
        return found
    person = found[1] if found else None
    if because == "too_long":
        close_visit(because=because, person=person)
    else:
        _forget_visit(person)
    g.ended_because = because
    return None


def _forget_visit(person: Person | None) -> None:
    """Clear the cookie alone: it may be an old copy, and the sign-in that it names in use elsewhere."""
    lang = session.get("lang") or (person.language if person else None)
    session.clear()
    if lang:
        session["lang"] = lang
    g.visit = None
    g.pop("standing", None)


def _over(sign_in: SignIn, person: Person) -> str | None:
    """Why the visit is over, if it is: a while without activity, or a day's work since it began."""
    at = now()
    if at.timestamp() - session.get("seen_at", 0) > IDLE[person.kind].total_seconds():
        return "idle"
    return "too_long" if at - sign_in.opened_at > LONGEST else None


def _note_activity() -> None:
    at = int(now().timestamp())
    if at - session["seen_at"] >= _NOTE_EVERY:
        session["seen_at"] = at


def _cookie_id() -> UUID | None:
    try:
        return UUID(session.get("sign_in", ""))
    except ValueError:
        return None


def _end(sign_in_id: UUID, because: str) -> None:
    with transaction(actor=AT_THE_DOOR) as tx:
        end_sign_in(tx, sign_in_id=sign_in_id, because=because)
