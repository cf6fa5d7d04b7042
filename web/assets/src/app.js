// What every page needs. All pages work without it.
import "bootstrap/js/dist/collapse";
import "bootstrap/js/dist/dropdown";
import { keepDrafts } from "./autosave.js";
import { showWhenAsked } from "./conditions.js";
import { leadToErrors } from "./errors.js";
import { submitOnce } from "./submitting.js";

leadToErrors(document);
submitOnce(document);
document.querySelectorAll("form").forEach(showWhenAsked);
document.querySelectorAll("form[data-autosave]").forEach(keepDrafts);
