const PAUSE = 1500; // milliseconds without typing

/**
 * Saves the draft of `<form data-autosave="/address">` when typing pauses: the form's fields without its files are
 * posted there. `[data-autosave-status]` in the form says how it went, in the words of its data-saved and data-failed.
 */
export function keepDrafts(form) {
  const status = form.querySelector("[data-autosave-status]");
  let timer;
  let saving;

  async function save() {
    saving?.abort();
    saving = new AbortController();
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: answers(form), signal: saving.signal });
      say(answer.ok ? "saved" : "failed");
    } catch (error) {
      if (error.name !== "AbortError") say("failed");
    }
  }

  function say(outcome) {
    if (status) status.textContent = status.dataset[outcome] ?? "";
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    saving?.abort();
  });
}

function answers(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}
