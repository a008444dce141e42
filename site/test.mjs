// test-site: drives every page of build/site in headless Chromium, from file://, at the widths of a
// phone and of a desk: node site/test.mjs. CHROMIUM names another browser.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import MarkdownIt from 'markdown-it';
import { chromium } from 'playwright-core';

const top = pathToFileURL(resolve('build/site')).href + '/';
const files = readdirSync('build/site', { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.html'))
  .sort();

let passed = 0;
let failed = 0;
function check(question, wrong) {
  wrong.length ? (failed += 1) : (passed += 1);
  console.log(`  ${wrong.length ? 'RED ' : 'ok  '} ${question}`);
  wrong.slice(0, 10).forEach((what) => console.log(`         ${what}`));
}
const is = (found, told) =>
  found === told ? [] : [`found ${JSON.stringify(found)}, told ${JSON.stringify(told)}`];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid() === 0 ? ['--no-sandbox'] : [], // Chromium refuses its sandbox to root
});
const context = await browser.newContext({
  offline: true,
  viewport: { width: 360, height: 740 },
  colorScheme: 'light',
});
await context.grantPermissions(['clipboard-read', 'clipboard-write']);
const page = await context.newPage();
const open = (name) => page.goto(top + name);

const noise = [];
const asked = [];
page.on(
  'console',
  (message) =>
    ['error', 'warning'].includes(message.type()) && noise.push(`${page.url()}: ${message.text()}`),
);
page.on('pageerror', (error) => noise.push(`${page.url()}: ${error.message}`));
page.on('requestfailed', (request) => noise.push(`${page.url()}: cannot load ${request.url()}`));
page.on(
  'request',
  (request) => /^(file|data):/.test(request.url()) || asked.push(`${page.url()}: ${request.url()}`),
);

// --- every page -----------------------------------------------------------------------------

// In the page: what it links to, what can be linked to, and what is wrong with it.
function look() {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const isDrawn = (image) => image.complete && image.naturalWidth > 0;
  return {
    links: [...document.querySelectorAll('a[href]')].map((link) => link.href),
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    pictures: document.images.length,
    undrawn: [...document.images].filter((image) => !isDrawn(image)).map(({ src }) => src),
    unnamed: [...document.images].filter(({ alt }) => !alt).map(({ src }) => src),
    wide,
  };
}

const seen = new Map();
const tooWide = [];
for (const name of files) {
  await open(name);
  const narrow = await page.evaluate(look);
  if (narrow.wide > 0) tooWide.push(`${name}: ${narrow.wide} px at 360`);
  seen.set(top + name, narrow);
  if (name.startsWith('source/')) continue; // one width will do
  await page.setViewportSize({ width: 1280, height: 900 });
  const { wide } = await page.evaluate(look);
  await page.setViewportSize({ width: 360, height: 740 });
  if (wide > 0) tooWide.push(`${name}: ${wide} px at 1280`);
}

const pages = [...seen].map(([url, found]) => ({ name: url.slice(top.length), ...found }));
const internal = pages.flatMap(({ name, links }) =>
  links.filter((link) => link.startsWith('file:')).map((link) => ({ name, link })),
);
const isThere = (link) => {
  const [url, anchor] = link.split('#');
  const target = seen.get(url);
  return target && (!anchor || target.ids.includes(decodeURIComponent(anchor)));
};
const twice = (ids) =>
  ids.filter((id, index) => ids.indexOf(id) !== index && !id.startsWith('d2h-'));

check(
  `${files.length} pages: all ${internal.length} links lead to a page and a place in it`,
  internal.filter(({ link }) => !isThere(link)).map(({ name, link }) => `${name}: ${link}`),
);
check(
  'no name of a place is given twice',
  pages.flatMap(({ name, ids }) => twice(ids).map((id) => `${name}: ${id}`)),
);
const pictures = pages.reduce((sum, each) => sum + each.pictures, 0);
check(
  `${pictures} diagrams are drawn`,
  pictures
    ? pages.flatMap(({ name, undrawn }) => undrawn.map((src) => `${name}: ${src}`))
    : ['there is none'],
);
check(
  'each says in words what it shows',
  pages.flatMap(({ name, unnamed }) => unnamed.map((src) => `${name}: ${src}`)),
);
check('nothing is wider than the screen, a phone or a desk', tooWide);

// --- the workbook is all there --------------------------------------------------------------

const fences = (file) =>
  new MarkdownIt().parse(readFileSync(file, 'utf8'), {}).filter(({ type }) => type === 'fence');
const isChapter = (name) => /^(workbook|chapter\d+)\.html$/.test(name);
const chapterLinks = seen
  .get(`${top}index.html`)
  .links.filter((link) => isChapter(link.slice(top.length)));
const headings = readFileSync('labs.md', 'utf8').match(/^## \d+\./gm);
check(
  'the menu leads to every chapter of labs.md',
  is(
    chapterLinks.filter((link, at) => /chapter/.test(link) && chapterLinks.indexOf(link) === at)
      .length,
    headings.length,
  ),
);

// Copy is asked of the clipboard; what is told is cut from README.md here, in another way.
await open('index.html');
const told = fences('README.md')
  .filter(({ info }) => info === 'console')
  .map(({ content }) =>
    content
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => line.slice(2))
      .join('\n'),
  );
const copied = [];
for (const button of await page.locator('figure:has(.console) .copy').all()) {
  await button.click();
  copied.push(await page.evaluate(() => navigator.clipboard.readText()));
}
check(
  `${told.length} copy buttons of the first page copy the commands, and nothing else`,
  is(copied.join('\n--\n'), told.join('\n--\n')),
);

const prompts = [];
for (const name of files.filter((each) => !each.startsWith('source/'))) {
  await open(name);
  const texts = await page
    .locator('figure:has(.console) .copy')
    .evaluateAll((all) => all.map(({ dataset }) => dataset.copy));
  prompts.push(...texts.filter((text) => /^[$>] /m.test(text)).map((text) => `${name}: ${text}`));
}
check('no copied command begins with a prompt', prompts);

await open('diff5.html');
await page.setViewportSize({ width: 1280, height: 900 });
const sides = await page.locator('.d2h-file-side-diff:visible').allInnerTexts();
check('step 4 and step 5 stand side by side', [
  ...is(sides.length, 2),
  ...is(/Cgroup cgroup/.test(sides[0]), false),
  ...is(/Cgroup cgroup/.test(sides[1]), true),
]);

await open('matrix.html');
const kept = existsSync('build/matrix.txt')
  ? readFileSync('build/matrix.txt', 'utf8').match(/^\d (new|hole|kept) /gm).length
  : 0;
const rows = await page.locator('.matrix tbody tr').count();
const how = (await page.locator('main').innerText()).includes(
  'No run of make matrix has been kept',
);
check(
  kept ? `the matrix shows ${kept} claims` : 'no matrix was kept: its page says how to make one',
  [...is(rows, kept), ...is(how, kept === 0)],
);

// --- search, colours, small screens, print ---------------------------------------------------

await page.keyboard.press('/');
await page.keyboard.type('pivot_ro');
await page.locator('#results').waitFor();
check(
  'search finds a word by its beginning',
  is(/pivot_root/i.test(await page.locator('#results').innerText()), true),
);
await page.keyboard.press('Enter');
await page.waitForURL((url) => !url.href.includes('diff5'), { timeout: 5000 }).catch(() => {});
check(
  'Enter opens what was found first',
  is(!page.url().includes('diff5') && seen.has(page.url().split('#')[0]), true),
);
await page.locator('#query').fill('qqqzzz');
await page.locator('#results').waitFor();
check(
  'search says when there is nothing',
  is(await page.locator('#results').innerText(), 'Nothing found.'),
);

const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
await open('index.html');
const light = await paper();
await page.locator('#theme').click();
const dark = await paper();
check('the switch makes the page dark', light === dark ? [`both are ${light}`] : []);
await open('workbook.html');
check('the next page is dark, too', is(await paper(), dark));
await page.locator('#theme').click();
check('the switch makes it light again', is(await paper(), light));
await page.evaluate(() => localStorage.clear());
await page.emulateMedia({ colorScheme: 'dark' });
await open('index.html');
check('without a choice the colours are those of the system', is(await paper(), dark));

await page.emulateMedia({ colorScheme: 'light', media: 'print' });
check(
  'print leaves out the menu and the buttons',
  is(await page.locator('header:visible, #side:visible, .copy:visible').count(), 0),
);
await page.emulateMedia({ media: 'screen' });
await page.setViewportSize({ width: 360, height: 740 });
await open('index.html');
const before = await page.locator('#side').isVisible();
await page.locator('#menu').click();
check('on a small screen a button shows the menu', [
  ...is(before, false),
  ...is(await page.locator('#side').isVisible(), true),
]);

check('no page asks the network for anything', asked);
check('no page complains on the console', noise);
await browser.close();

console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
