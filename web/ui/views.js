// Objects of the API as elements. Text only: textContent escapes by itself.

const kWell = new Set(['active', 'available', 'in-sync', 'Established', 'succeeded', 'done', 'reachable']);
const kBad = new Set(['failed', 'unreachable', 'refused', 'drifted', 'cancelled']);
const kMarks = { done: '✓', failed: '✗', running: '▶', pending: '·', skipped: '–' };

function element(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  made.append(...[content].flat());
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function state(text) {
  const kind = kWell.has(text) ? 'well' : kBad.has(text) ? 'bad' : 'moving';
  return element('span', text, { class: `state ${kind}` });
}

const cell = (content) => element('td', content === '' ? '–' : content);

export function serverRow(server) {
  const ports = server.nics.map((nic) => `${nic.switch}:${nic.port}`).join(', ');
  const row = element('tr', [element('th', server.name, { scope: 'row' }), cell(state(server.state)),
    cell(server.profile), cell(server.project), cell(server.deployment), cell(ports)]);
  row.dataset.server = server.name;
  row.dataset.state = server.state;
  if (server.reason) row.title = server.reason;
  return row;
}

function sessions(port) {
  return port.sessions.flatMap((session, i) => {
    const told = [i ? ', ' : '', `${session.vrf} `, state(session.state)];
    const refused = session.refused.map((count) => `${count.announcements} ${count.family} ${count.kind}`);
    if (refused.length) told.push(` refused ${refused.join(', ')}`);
    return told;
  });
}

function portRow(port) {
  const row = element('tr', [element('th', port.name, { scope: 'row' }), cell(port.server),
    cell(port.wished_mode), cell(state(port.sync)), cell(port.sessions.length ? sessions(port) : ''),
    cell(port.error)]);
  row.dataset.port = `${port.switch}:${port.name}`;
  return row;
}

export function switchCard(device, ports) {
  const head = element('tr', ['Port', 'Server', 'Mode', 'Sync', 'Sessions', 'Error']
    .map((title) => element('th', title, { scope: 'col' })));
  const table = element('table', [
    element('caption', `Server ports of ${device.name}`, { class: 'visually-hidden' }),
    element('thead', head),
    element('tbody', ports.filter((port) => port.role === 'server').map(portRow)),
  ]);
  const facts = element('p', [state(device.state), ` ${device.nos}, ${device.address}, AS ${device.asn}`,
    ...(device.error ? [element('br'), device.error] : [])]);
  const scroll = element('div', table,
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Ports of ${device.name}` });
  return element('article', [element('h3', device.name), facts, scroll], { class: 'card' });
}

function seconds(value) {
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}

function stepLine(step) {
  const figures = [];
  if (step.seconds > 0) figures.push(seconds(step.seconds));
  if (step.usual_seconds > 0) figures.push(`usually ${seconds(step.usual_seconds)}`);
  if (step.slow) figures.push('much longer than usual');
  return element('li', [
    element('span', kMarks[step.state] ?? '·', { 'aria-hidden': 'true' }),
    element('span', [step.title, element('span', ` (${step.state})`, { class: 'visually-hidden' })]),
    element('span', figures.join(', '), { class: 'figures' }),
  ], { class: `step ${step.state}` });
}

// What was kept of the serial console, asked for when somebody wants to read it.
function serialLog(operation, loadConsole) {
  const text = element('pre', '', { class: 'scroll', tabindex: '0' });
  const log = element('details', [element('summary', 'Serial log'), text]);
  log.addEventListener('toggle', async () => {
    if (!log.open || text.textContent) return;
    try {
      const kept = await loadConsole(operation.id);
      text.textContent = [kept.problem, kept.console, kept.installer].filter(Boolean).join('\n') || 'nothing was heard';
    } catch (error) {
      text.textContent = error.message;
    }
  });
  return log;
}

export function operationCard(operation, loadConsole) {
  const title = element('h3', [`${operation.kind} of ${operation.server}: `, state(operation.status)]);
  const parts = [title, element('ol', operation.steps.map(stepLine))];
  const told = operation.error?.detail ?? operation.message;
  if (told) parts.push(element('p', told, { class: operation.error ? 'state bad' : 'none' }));
  if (operation.status === 'failed') parts.push(serialLog(operation, loadConsole));
  const card = element('article', parts, { class: 'card' });
  card.dataset.operation = operation.id;
  card.dataset.status = operation.status;
  return card;
}
