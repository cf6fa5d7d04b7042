"""A small form that uses everything a form may have."""

from typing import Any


def labels(word: str) -> dict[str, str]:
    """The same word in the three languages, told apart by its prefix."""
    return {"ar": f"ع {word}", "fr": f"fr {word}", "en": word}


def schema() -> dict[str, Any]:
    """An application with conditions, money, a date, a document and children as rows."""
    child = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 2, "labels": labels("name")},
            "born_on": {"type": "string", "format": "date", "notAfter": "today", "labels": labels("born on")},
        },
        "required": ["name"],
        "labels": labels("child"),
    }
    return {
        "type": "object",
        "labels": labels("application"),
        "groups": [{"labels": labels("payment"), "fields": ["pay_to", "ccp", "wage"]}],
        "properties": {
            "pay_to": {
                "type": "string",
                "enum": ["ccp", "bank"],
                "choices": {"ccp": labels("post"), "bank": labels("bank")},
                "labels": labels("pay to"),
            },
            "ccp": {
                "type": "string",
                "format": "ccp",
                "shownIf": {"field": "pay_to", "equals": "ccp"},
                "labels": labels("account"),
            },
            "wage": {
                "type": "integer",
                "widget": "money",
                "minimum": 100_000,
                "labels": labels("wage"),
                "helps": labels("per month"),
            },
            "hospitalised": {"type": "boolean", "labels": labels("hospitalised")},
            "days": {"type": "integer", "maximum": 366, "labels": labels("days")},
            "starts_on": {"type": "string", "format": "date", "labels": labels("starts on")},
            "ends_on": {
                "type": "string",
                "format": "date",
                "notBefore": "starts_on",
                "labels": labels("ends on"),
            },
            "note": {
                "type": "string",
                "format": "document",
                "accept": ["application/pdf", "image/png"],
                "maxBytes": 5000,
                "labels": labels("note"),
            },
            "remark": {
                "type": "string",
                "maxLength": 500,
                "confidential": "medical",
                "labels": labels("remark"),
            },
            "pieces": {
                "type": "array",
                "items": {"type": "string", "enum": ["a", "b"]},
                "choices": {"a": labels("piece A"), "b": labels("piece B")},
                "labels": labels("pieces"),
            },
            "children": {"type": "array", "items": child, "maxItems": 3, "labels": labels("children")},
        },
        "required": ["pay_to", "hospitalised", "note"],
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {"pay_to": {"const": "ccp"}}, "required": ["pay_to"]},
                "then": {"required": ["ccp"]},
            }
        ],
    }
