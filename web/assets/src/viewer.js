// Shows the diagrams of a page: see viewer.css for the attributes.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const FONT = "Masar Sans";
const LEGIBLE = 0.6; // the smallest scale at which names can be read
const SAMPLES = "مسار masar";

async function show(box) {
  const viewer = new NavigatedViewer({
    container: box,
    textRenderer: {
      defaultStyle: { fontFamily: `"${FONT}", sans-serif`, fontSize: 12 },
      externalStyle: { fontFamily: `"${FONT}", sans-serif`, fontSize: 12 },
    },
    zoomScroll: { enabled: false },
  });
  const [xml] = await Promise.all([fetchText(box.dataset.diagramUrl), document.fonts.load(`12px "${FONT}"`, SAMPLES)]);
  const names = JSON.parse(box.dataset.names || "{}");
  const marks = JSON.parse(box.dataset.marks || "{}");
  viewer.on("import.parse.complete", ({ elementsById }) => rename(elementsById ?? {}, names));
  addTools(box, viewer, marks); // first: the canvas is measured in what they leave
  await viewer.importXML(xml);
  describe(box);
  mark(viewer, marks);
  fit(viewer, marks);
  leadToSteps(viewer);
  scrollOnlyInside(box, viewer);
}

async function fetchText(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`Expected the diagram at ${address}, but the server answered ${answer.status}`);
  return answer.text();
}

function rename(elements, names) {
  for (const [id, name] of Object.entries(names)) {
    if (elements[id]) elements[id].name = name;
  }
}

function describe(box) {
  const drawing = box.querySelector(".djs-container svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", box.dataset.label || box.dataset.diagramUrl);
}

function mark(viewer, marks) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const elements = viewer.get("elementRegistry");
  for (const [id, [state, text]] of Object.entries(marks)) {
    if (!elements.get(id)) continue;
    canvas.addMarker(id, `mark-${state}`);
    if (text) overlays.add(id, "mark", { position: { top: -16, left: 8 }, html: badge(state, text), scale: { min: 0.8 } });
  }
}

function badge(state, text) {
  const label = document.createElement("span");
  label.className = `mark-badge mark-badge-${state}`;
  label.textContent = text;
  return label;
}

/** The whole diagram; where its names would be too small to read, the first step that is not done. */
function fit(viewer, marks) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const open = Object.keys(marks).find((id) => marks[id][0] !== "done" && viewer.get("elementRegistry").get(id));
  if (open && canvas.zoom() < LEGIBLE) {
    canvas.zoom(LEGIBLE);
    canvas.scrollToElement(open);
  }
}

function addTools(box, viewer, marks) {
  const tools = document.createElement("div");
  tools.className = "diagram-tools";
  const zoom = (step) => () => viewer.get("zoomScroll").stepZoom(step);
  tools.append(
    tool("⤢", box.dataset.labelFit, () => fit(viewer, marks)),
    tool("+", box.dataset.labelIn, zoom(1)),
    tool("−", box.dataset.labelOut, zoom(-1)),
  );
  box.prepend(tools);
}

function tool(sign, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = sign;
  button.title = label ?? "";
  if (label) button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function leadToSteps(viewer) {
  const target = (element) => document.getElementById(`step-${element.id}`);
  viewer.get("elementRegistry").forEach((element, graphics) => {
    if (target(element)) graphics.classList.add("has-steps");
  });
  viewer.on("element.click", ({ element }) => {
    const step = target(element);
    if (!step) return;
    step.tabIndex = -1;
    step.focus({ preventScroll: true });
    step.scrollIntoView({ block: "center" });
  });
}

/** The wheel scrolls the page, until the reader has entered the diagram. */
function scrollOnlyInside(box, viewer) {
  const zoomScroll = viewer.get("zoomScroll");
  box.addEventListener("focusin", () => zoomScroll.toggle(true));
  box.addEventListener("focusout", () => zoomScroll.toggle(false));
}

function sayFailed(box, error) {
  console.error(error);
  const words = document.createElement("p");
  words.className = "diagram-failed";
  words.textContent = box.dataset.failed ?? "";
  box.replaceChildren(words);
}

const boxes = [...document.querySelectorAll(".diagram[data-diagram-url]")];
Promise.all(boxes.map((box) => show(box).catch((error) => sayFailed(box, error)))).then(() => {
  document.body.dataset.diagramReady = "1";
});
