// npm bpmn-engine: each act from a saved state to the next one. The first line of input is {xml, data, acts}; for every
// further line one case is run and a line {seconds, bytes, data}, the first two by step, is put out.
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { Engine } from 'bpmn-engine';

let given;

async function saved(engine) {
  return JSON.stringify(await engine.getState());
}

async function stopped(api) {
  if (api.state === 'running') await api.stop();
}

async function begun() {
  const engine = new Engine({ name: 'bench', source: given.xml, variables: structuredClone(given.data) });
  const api = await engine.execute({ listener: new EventEmitter() });
  const state = await saved(engine);
  await stopped(api);
  return state;
}

async function act(state, step, answers) {
  const at = performance.now();
  const engine = new Engine({ name: 'bench' }).recover(JSON.parse(state));
  const api = await engine.resume({ listener: new EventEmitter() });
  const task = api.getPostponed().find((one) => one.id === step);
  Object.assign(task.owner.environment.variables, answers);
  task.signal();
  const next = await saved(engine);
  const seconds = (performance.now() - at) / 1000;
  await stopped(api);
  return [next, seconds];
}

async function oneCase() {
  const seconds = {}, bytes = {};
  let state = await begun();
  for (const [step, answers] of given.acts) {
    [state, seconds[step]] = await act(state, step, answers);
    bytes[step] = Buffer.byteLength(state);
  }
  return { seconds, bytes, data: JSON.parse(state).definitions[0].execution.processes[0].environment.variables };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (given) console.log(JSON.stringify(await oneCase()));
  else given = JSON.parse(line);
}
