// The portal: servers, switch ports and operations as they are, kept up to date by the event stream.
// No framework and no build step; everything from the service goes in as text, never as HTML.

import { EventReader, request, requestAll, SignedOut } from './service.js';
import { operationCard, serverRow, switchCard } from './views.js';

const find = (id) => document.getElementById(id);
const kTokenKey = 'switchyard-token';
const kThemeKey = 'switchyard-theme';
const kEventsShown = 200;
const kOperationsShown = 10;

let token = sessionStorage.getItem(kTokenKey) ?? '';
let stream = null; // AbortController of the event stream

// One refresh of a kind at a time; news that come meanwhile cause one more.
function refresher(load) {
  let running = false;
  let again = false;
  return async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await load();
      } catch (error) {
        if (error instanceof SignedOut) signOut(error.message);
        else say(error.message);
      }
    } while (again && token);
    running = false;
  };
}

const refreshServers = refresher(async () => {
  const servers = await requestAll('servers', token);
  find('servers').tBodies[0].replaceChildren(...servers.map(serverRow));
});

const refreshSwitches = refresher(async () => {
  const switches = await requestAll('switches', token);
  const cards = await Promise.all(switches.map(async (device) =>
    switchCard(device, await requestAll(`switches/${encodeURIComponent(device.name)}/ports`, token))));
  find('switches').replaceChildren(...(cards.length ? cards : [none('No switches yet.')]));
});

// What runs, what failed, and what ended while somebody looked. Ids sort by age; newest first.
let shownOperations = [];

const refreshOperations = refresher(async () => {
  const lists = await Promise.all(['queued', 'running', 'failed'].map((status) =>
    requestAll(`operations?status=${status}`, token)));
  const now = lists.flat().map((one) => one.id);
  const ids = [...new Set([...now, ...shownOperations])].sort().reverse().slice(0, kOperationsShown);
  const details = await Promise.all(
    ids.map((id) => request(`operations/${encodeURIComponent(id)}`, token)));
  shownOperations = ids;
  find('operations').replaceChildren(
    ...(details.length ? details.map((one) => operationCard(one, loadConsole)) : [none('Nothing is running.')]));
});

const loadConsole = (id) => request(`operations/${encodeURIComponent(id)}/console`, token);

function none(text) {
  const line = document.createElement('p');
  line.className = 'none';
  line.textContent = text;
  return line;
}

function say(text) {
  find('connection').hidden = text === '';
  find('connection').textContent = text;
}

function refreshFor(type) {
  if (type.startsWith('operation.') || type.startsWith('deployment.')) refreshOperations();
  if (type.startsWith('server.') || type.startsWith('deployment.')) refreshServers();
  if (type.startsWith('port.') || type.startsWith('switch.') || type === 'operation.step')
    refreshSwitches();
}

function refreshAll() {
  return Promise.all([refreshServers(), refreshSwitches(), refreshOperations()]);
}

function showEvent(event) {
  const line = document.createElement('li');
  line.value = Number(event.id);
  const data = JSON.parse(event.data);
  const facts = Object.entries(data.data ?? data)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  line.textContent = [data.at?.slice(11, 19), event.type, ...facts].filter(Boolean).join(' ');
  const list = find('events');
  list.prepend(line);
  while (list.children.length > kEventsShown) list.lastChild.remove();
}

// EventSource cannot send an Authorization header, so the stream is read by hand.
async function followOnce(lastId, signal) {
  const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` };
  if (lastId) headers['Last-Event-ID'] = lastId;
  const response = await fetch('/api/v1/events', { headers, signal });
  if (response.status === 401) throw new SignedOut('The token is not valid any more.');
  if (!response.ok) throw new Error(`the event stream answers ${response.status}`);
  say('live');
  const reader = new EventReader();
  const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await text.read();
    if (done) return lastId;
    for (const event of reader.read(value)) {
      lastId = event.id;
      showEvent(event);
      refreshFor(event.type);
    }
    follow.lastId = lastId;
  }
}

async function follow() {
  stream = new AbortController();
  const { signal } = stream;
  let pause = 500;
  while (!signal.aborted) {
    try {
      await followOnce(follow.lastId, signal);
      pause = 500;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignedOut) return signOut(error.message);
      say('connection lost, trying again');
      pause = Math.min(pause * 2, 10000);
    }
    await new Promise((resume) => setTimeout(resume, pause));
    if (!signal.aborted) await refreshAll(); // what the events of the gap would have said
  }
}

function showSignIn(problem) {
  find('portal').hidden = true;
  find('sign-out').hidden = true;
  find('principal').hidden = true;
  find('sign-in').hidden = false;
  find('sign-in-error').textContent = problem;
  find('token').focus();
}

function signOut(problem = '') {
  stream?.abort();
  token = '';
  follow.lastId = '';
  shownOperations = [];
  sessionStorage.removeItem(kTokenKey);
  for (const id of ['operations', 'switches', 'events']) find(id).replaceChildren();
  find('servers').tBodies[0].replaceChildren();
  say('');
  showSignIn(problem);
}

async function signIn(candidate) {
  let who;
  try {
    who = await request('whoami', candidate);
  } catch (error) {
    return signOut(error instanceof SignedOut ? 'This token is not valid.' : error.message);
  }
  token = candidate;
  sessionStorage.setItem(kTokenKey, token);
  find('sign-in').hidden = true;
  find('token').value = '';
  find('principal').textContent = `${who.name} (${who.role}${who.project ? `, ${who.project}` : ''})`;
  find('principal').hidden = false;
  find('sign-out').hidden = false;
  find('portal').hidden = false;
  find('main').focus();
  await refreshAll();
  follow();
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

find('theme').addEventListener('click', () => {
  const isDark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = isDark ? 'light' : 'dark';
  localStorage.setItem(kThemeKey, theme);
  setTheme(theme);
});

find('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  signIn(find('token').value.trim());
});

find('sign-out').addEventListener('click', () => signOut());

setTheme(localStorage.getItem(kThemeKey));
if (token) signIn(token);
else showSignIn('');
