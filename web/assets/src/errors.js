/** Puts the focus on the error summary of a refused form, and from each of its links on the field it names. */
export function leadToErrors(page) {
  const summary = page.querySelector(".error-summary");
  if (!summary) return;
  summary.tabIndex = -1;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const field = event.target.closest("a[href^='#']") && page.getElementById(event.target.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const input = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
    (input ?? field).focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  });
}
