"""What the inspector and the analyst do in their pages, and what somebody does behind the application's back."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from lxml import etree
from playwright.sync_api import expect
from sqlalchemy import text

from tests import builders
from tests.journeys.site import File, Site, Visitor

REMOVED = ("provide_pieces", "missing", "completed")  #: the completion request and its two flows


def verify(ines: Visitor, reference: str) -> None:
    """The inspector finds the case, sees its story on the diagram, and verifies the chain."""
    ines.opens("/admin/cases")
    ines.answers(reference=reference)
    ines.page.keyboard.press("Enter")
    ines.page.locator("main").get_by_role("link", name=reference).first.click()
    see_diagram(ines)
    expect(ines.page.locator(".djs-element.mark-done[data-element-id=validate]")).to_have_count(1)
    ines.reads("أمينة بوزيد", "كريم منصوري")
    ines.presses("Verify the trail")
    expect(ines.page.locator(".seal-whole")).to_be_visible()


def alter_behind_the_back(site: Site, case_id: UUID) -> None:
    """Somebody with the database in hand changes who completed the check of rights."""
    entry = next(one for one in builders.entries(case_id) if one.event == "task.completed")
    with site.database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entries_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        change = text("UPDATE audit_entries SET actor = 'person:badr' WHERE subject_id = :s AND number = :n")
        subject = case_id.hex if connection.dialect.name == "sqlite" else case_id
        assert connection.execute(change, {"s": subject, "n": entry.number}).rowcount == 1


def see_where_it_is_broken(ines: Visitor) -> None:
    """The page names the entry that was altered."""
    ines.presses("Verify again")
    broken = ines.page.locator(".seal-broken").first
    expect(broken).to_be_visible()
    number = re.search(r"\d+", broken.locator("li").first.inner_text())
    assert number
    broken.get_by_role("link").first.click()
    expect(ines.page.locator(f"#entry-{number[0]}.urgency-breached")).to_be_visible()


def see_diagram(visitor: Visitor) -> None:
    """The diagram is drawn."""
    expect(visitor.page.locator("body[data-diagram-ready]")).to_be_attached()
    expect(visitor.page.locator(".diagram-failed")).to_have_count(0)


def download(nadia: Visitor) -> bytes:
    """The analyst sees the diagram in service, and takes it away."""
    nadia.opens("/admin/procedures/sickness_benefit")
    see_diagram(nadia)
    link = nadia.page.locator("#main a[download][href$='.bpmn']").first
    with nadia.page.expect_download() as coming:
        link.click()
    return Path(coming.value.path()).read_bytes()


def deploy_without_completion_requests(nadia: Visitor, xml: bytes) -> None:
    """She removes a step; a half-done change is refused by element and line, the whole one deployed."""
    nadia.opens("/admin/procedures/upload")
    nadia.answers(diagram=File("half.bpmn", without(xml, REMOVED[:1])))
    nadia.presses("Check")
    nadia.is_on("These files cannot be deployed")
    assert nadia.status == 422
    row = nadia.page.locator(".refusal tbody tr").first
    expect(row.locator("td").first).to_have_text(re.compile(r"\d+"))
    assert any(name in nadia.text() for name in REMOVED)
    nadia.follows("Send mended files")
    nadia.answers(diagram=File("shorter.bpmn", without(xml, REMOVED)), note="دون طلبات الاستكمال")
    nadia.presses("Check")
    nadia.is_on("Ready to be deployed")
    see_diagram(nadia)
    nadia.reads("استكمال الملف")
    nadia.presses("Deploy version %(number)s", number=2)
    nadia.reads_words("in service")


def without(xml: bytes, removed: tuple[str, ...]) -> bytes:
    """The diagram without these elements, their drawing and what refers to them."""
    root = etree.fromstring(xml)
    named = [node for node in root.iter("{*}*") if {node.get("id"), node.get("bpmnElement")} & set(removed)]
    refers = [node for node in root.iter("{*}*") if (node.text or "").strip() in removed]
    for node in named + refers:
        if (parent := node.getparent()) is not None:
            parent.remove(node)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def see_versions(ines: Visitor, expected: dict[str, int]) -> None:
    """Each case says which version it follows."""
    for reference, number in expected.items():
        ines.opens(f"/admin/cases?reference={reference}")
        ines.page.locator("main").get_by_role("link", name=reference).first.click()
        ines.reads(ines.say("version %(number)s", number=number))
