/**
 * Shows a conditional question only while the answer it hangs on calls for it, and a group only while it shows a
 * question; the server drops what stays hidden.
 */
export function showWhenAsked(form) {
  const questions = [...form.querySelectorAll("[data-shown-if]")];
  if (!questions.length) return;
  const groups = [...form.querySelectorAll(".question-group")];
  const update = () => {
    questions.forEach((question) => (question.hidden = !isAskedFor(form, question)));
    groups.forEach((group) => (group.hidden = !group.querySelector(":scope > .question:not([hidden])")));
  };
  form.addEventListener("change", update);
  update();
}

function isAskedFor(form, question) {
  const wanted = question.dataset.shownIfValues.split(" ");
  return answersOf(form, question.dataset.shownIf).some((answer) => wanted.includes(answer));
}

/** What is answered to the question of this id, nothing while that question is itself hidden. */
function answersOf(form, id) {
  const inputs = [...form.elements].filter((input) => input.id === id || input.id.startsWith(`${id}-`));
  return inputs
    .filter((input) => !input.closest("[data-shown-if][hidden]"))
    .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
    .map((input) => input.value);
}
