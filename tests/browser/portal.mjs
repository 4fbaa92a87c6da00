// Signs in to the portal, watches a server become active and available again, and looks at what
// people with a keyboard, a dark screen or a screen reader get. Every wait has a deadline.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { chromium } from 'playwright-core';

const [url, tokenFile, profile, executablePath] = process.argv.slice(2);
const token = (await readFile(tokenFile, 'utf8')).trim();
const kStep = 15_000;
const kWorkflow = 90_000;

async function api(method, path, body, headers = {}) {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body && { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() }),
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(kStep),
  });
  const answer = response.status === 204 ? null : await response.json();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${answer?.detail}`);
  return { answer, etag: response.headers.get('etag') };
}

async function check(name, run) {
  const began = performance.now();
  await run();
  console.log(`ok  ${name} (${Math.round(performance.now() - began)} ms)`);
}

// Two subnets of each VRF of the demo's site, one a family.
async function order(server) {
  const { answer } = await api('GET', 'subnets?page_size=500');
  const subnets = {};
  for (const subnet of answer.items) (subnets[subnet.vrf] ??= []).push(subnet.name);
  return {
    name: `browser-${Date.now().toString(36)}`,
    project: 'demo',
    image: 'debian-12',
    catalog: 'l3-dual',
    server: { server },
    subnets,
  };
}

const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  chromiumSandbox: false,
  timeout: 60_000,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

try {
  const page = context.pages()[0] ?? await context.newPage();
  page.setDefaultTimeout(kStep);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // A refused token is a 401, which browsers report by themselves.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  const strangers = [];
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !target.startsWith('data:')) strangers.push(target);
  });

  await check('the page opens and asks for a token', async () => {
    await page.goto(url, { timeout: kStep });
    await page.getByLabel('API token').waitFor();
  });

  await check('a wrong token is refused in words', async () => {
    await page.getByLabel('API token').fill('swy_wrong_token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'not valid' }).waitFor();
  });

  await check('the right token signs in, by keyboard alone', async () => {
    await page.getByLabel('API token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Servers' }).waitFor();
    await page.getByText('live').waitFor();
  });

  const free = page.locator('#servers tr[data-state="available"]').first();
  await free.waitFor();
  const name = await free.getAttribute('data-server');
  const row = page.locator(`#servers tr[data-server="${name}"]`);

  await check('switches and their server ports are listed', async () => {
    await page.locator('#switches tr[data-port]').first().waitFor();
    await page.locator('#switches .state', { hasText: 'reachable' }).first().waitFor();
  });

  const { answer: made } = await api('POST', 'deployments', await order(name));
  await check(`${name} becomes active before the eyes of the user, without a reload`, async () => {
    const card = page.locator(`[data-operation="${made.operation}"]`);
    await card.locator('.step.running').first().waitFor();
    await row.and(page.locator('[data-state="active"]')).waitFor({ timeout: kWorkflow });
    await card.and(page.locator('[data-status="succeeded"]')).waitFor();
    await page.locator('#switches tr[data-port]', { hasText: name })
      .filter({ hasText: 'Established' }).first().waitFor();
    assert.ok(await page.locator('#events li').count() > 0, 'no events are shown');
  });

  const found = await api('GET', `deployments/${made.id}`);
  await api('DELETE', `deployments/${made.id}`, undefined, { 'If-Match': found.etag });
  await check(`${name} goes back to the pool`, async () => {
    await row.and(page.locator('[data-state="available"]')).waitFor({ timeout: kWorkflow });
  });

  await check('a reload keeps the sign-in of this tab', async () => {
    await page.reload();
    await row.waitFor();
  });

  await check('dark and light are both there and remembered', async () => {
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await colour();
    await page.getByRole('button', { name: 'Dark or light' }).click();
    const after = await colour();
    assert.notEqual(after, before);
    await page.reload();
    await row.waitFor();
    assert.equal(await colour(), after);
  });

  await check('every table has heads, every field a label, every control a name', async () => {
    const faults = await page.evaluate(() => {
      const found = [];
      if (!document.documentElement.lang) found.push('no language');
      for (const table of document.querySelectorAll('table'))
        if (!table.querySelector('th[scope="col"]')) found.push(`table ${table.id} without heads`);
      for (const field of document.querySelectorAll('input'))
        if (!field.labels.length) found.push(`field ${field.id} without a label`);
      for (const button of document.querySelectorAll('button'))
        if (!button.textContent.trim()) found.push(`button ${button.id} without a name`);
      const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
      if (new Set(ids).size !== ids.length) found.push('an id is there twice');
      return found;
    });
    assert.deepEqual(faults, []);
  });

  await check('signing out forgets the token', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API token').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.equal(await page.locator('#servers tbody tr').count(), 0);
  });

  await check('nothing was loaded from elsewhere, nothing complained', async () => {
    assert.deepEqual(strangers, []);
    assert.deepEqual(complaints, []);
  });
} finally {
  await context.close();
}
