"""What renders words for people, in Arabic, French and English: for pages, commands and workers."""

from wording.catalogues import N_, NN_, say, say_many
from wording.codes import event_name
from wording.languages import LANGUAGES, Labels, direction, embed, isolate, pick, spelled
from wording.notices import notice
from wording.refusals import refusal

__all__ = [
    "LANGUAGES",
    "NN_",
    "N_",
    "Labels",
    "direction",
    "embed",
    "event_name",
    "isolate",
    "notice",
    "pick",
    "refusal",
    "say",
    "say_many",
    "spelled",
]
