"""What the people of the demonstration write in the forms of the sickness benefit."""

from __future__ import annotations

import zlib
from datetime import date
from random import Random
from typing import Any

EMPLOYERS = (
    "مؤسسة البناء الحديث",
    "شركة الأفق للنقل",
    "Sarl Atlas Services",
    "مخبزة الأمل",
    "Entreprise Numidia",
)
PRESCRIBERS = ("د. فاطمة بن علي", "د. مراد عيساوي", "Dr Salima Ouali", "Dr Nassim Hadj")
REASONS = "تبين من مراقبة الملف أن شروط فتح الحق في التعويض غير مستوفاة في تاريخ التوقف عن العمل."
MISSING = "يرجى إرسال نسخة واضحة من شهادة التوقف عن العمل، النسخة المستلمة غير مقروءة."


def application(
    rng: Random, *, today: date, nss: str, sick_note: str, hospital: str | None
) -> dict[str, Any]:
    """The opening form; ``sick_note`` and ``hospital`` are ids of documents already uploaded."""
    answers = {
        "nss": nss,
        "employer": rng.choice(EMPLOYERS),
        "kind": rng.choice(("first", "first", "extension")),
        "prescriber": rng.choice(PRESCRIBERS),
        "prescribed_on": today.isoformat(),
        "starts_on": today.isoformat(),
        "days": rng.choice((5, 7, 10, 15, 20, 30)),
        "hospitalised": hospital is not None,
        "long_illness": rng.random() < 0.1,
        "pay_to": "held",
        "sick_note": sick_note,
    }
    return answers | ({"hospital_certificate": hospital} if hospital else {})


def check_rights(rng: Random, _data: dict[str, Any], *, again: bool) -> dict[str, Any]:
    """Administrative rights: sometimes a piece is missing (less often the second time), rarely no right."""
    if rng.random() < (0.05 if again else 0.3):
        return {"outcome": "missing", "missing_pieces": ["sick_note"], "message": MISSING}
    opened = rng.random() < 0.9
    answers: dict[str, Any] = {"outcome": "complete", "rights_open": opened, "late_filing": "in_time"}
    return answers | ({"daily_net": rng.randrange(90_000, 320_000, 5_000)} if opened else {})


def medical_opinion(rng: Random, data: dict[str, Any], *, again: bool) -> dict[str, Any]:
    """The physician's opinion on the days asked."""
    opinion = rng.choices(("justified", "partly_justified", "not_justified"), (80, 14, 6))[0]
    days = int(data["days"])
    granted = {"justified": days, "partly_justified": max(1, days // 2), "not_justified": 0}[opinion]
    return {
        "basis": rng.choice(("file", "file", "summons")),
        "opinion": opinion,
        "justified_days": granted,
        "hospitalised": bool(data["hospitalised"]),
        "long_illness": bool(data["long_illness"]),
    }


def validate(_rng: Random, data: dict[str, Any], *, again: bool) -> dict[str, Any]:
    """The second person grants what was computed, or refuses with reasons."""
    if data.get("rights_open") and data.get("justified_days"):
        return {"decision": "grant"}
    reason = "not_medically_justified" if data.get("rights_open") else "rights_not_open"
    return {"decision": "refuse", "reason": reason, "reasons": REASONS}


BY_STEP = {"check_rights": check_rights, "medical_opinion": medical_opinion, "validate": validate}


def scanned_page(rng: Random) -> bytes:
    """A small PNG: a grey page with lines, different each time."""
    width, height = 60, 84
    shade = rng.randrange(200, 250)
    rows = []
    for y in range(height):
        ink = 90 if y % 9 == 4 and 6 < y < height - 8 else shade
        rows.append(
            b"\0" + bytes(shade if x < 6 or x > width - rng.randrange(7, 20) else ink for x in range(width))
        )
    return _png(width, height, b"".join(rows))


def _png(width: int, height: int, raw: bytes) -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in parts
    )
