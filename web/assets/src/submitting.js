/** Lets a form leave once: a second click or Enter does nothing until the page comes back. */
export function submitOnce(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.submitted) {
      event.preventDefault();
      return;
    }
    form.dataset.submitted = "1";
    // After the browser has read the form: a disabled button would not send its name and value.
    setTimeout(() => buttons(form).forEach((button) => (button.disabled = true)));
  });
  // Coming back with the back button, the page is as it was left.
  window.addEventListener("pageshow", () => {
    page.querySelectorAll("form[data-submitted]").forEach((form) => {
      delete form.dataset.submitted;
      buttons(form).forEach((button) => (button.disabled = false));
    });
  });
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
