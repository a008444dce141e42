// Makes the site: node site/build.mjs, in the lab's folder. The pages open from file://.
import { copyFileSync, cpSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents } from './documents.mjs';
import { isPicture, makeLinks } from './links.mjs';
import { link, render, rewriteLinks, sectionsOf } from './markdown.mjs';
import { pageHtml } from './page.mjs';
import { folderHtml, sourceHtml } from './source.mjs';
import { differenceHtml, matrixHtml } from './tables.mjs';

const site = 'build/site';

function write(out, text) {
  mkdirSync(dirname(join(site, out)), { recursive: true });
  writeFileSync(join(site, out), text);
}

function copy(file, out) {
  mkdirSync(dirname(join(site, out)), { recursive: true });
  copyFileSync(file, join(site, out));
}

// --- pages ----------------------------------------------------------------------------------

const pages = documents();
const links = makeLinks(pages);

function contentsOfBook({ chapters }) {
  const items = chapters.map(({ title, out, tokens }) => {
    const sections = sectionsOf(tokens).filter(({ level }) => level === 2);
    const inner = sections.map((section) => link(`${out}#${section.id}`, section.title));
    return `<li>${link(out, title)}<br><small>${inner.join(' · ')}</small></li>`;
  });
  return `<ul class="contents">${items.join('\n')}</ul>`;
}

for (const page of pages) {
  page.sections = sectionsOf(page.tokens);
  rewriteLinks(page.tokens, (href) => links.resolve(href, page.file, page.out));
  page.html = render(page.tokens) + (page.chapters ? contentsOfBook(page) : '');
}

// The search finds its words, and not the cells of its tables.
function made(out, title, html) {
  const text = html.replace(/<td.*?<\/td>|<[^>]*>/gs, ' ');
  return { out, title, group: 'Side by side', html, sections: [{ level: 1, title, text }] };
}

function difference(step) {
  const out = `diff${step}.html`;
  const html = differenceHtml(step, (file) => links.resolve(`/${file}`, '', out));
  return made(out, `Step ${step - 1} to ${step}`, html);
}

const isBook = ({ group }) => group !== 'Challenges' && group !== 'For teachers';
const menu = [
  ...pages.filter(isBook),
  ...[2, 3, 4, 5, 6, 7].map(difference),
  made('matrix.html', 'The matrix', matrixHtml('build/matrix.txt')),
  ...pages.filter((page) => !isBook(page)),
];

rmSync(site, { recursive: true, force: true });
for (const page of menu) write(page.out, pageHtml(page, menu));

// A folder's page leads to more files while they are walked: a Set allows that.
for (const file of links.files) {
  const out = `source/${file}.html`;
  if (isPicture(file)) {
    copy(file, file);
  } else {
    const isFolder = statSync(file).isDirectory();
    const leadTo = (inner) => links.resolve(`/${inner}`, '', out);
    const html = isFolder ? folderHtml(file, leadTo) : sourceHtml(file);
    write(out, pageHtml({ out, title: file, html, sections: [] }, menu));
  }
}

// --- assets, and what the search looks through ------------------------------------------------

const entries = menu.flatMap((page) =>
  page.sections.map(({ title, text, id, level }) => ({
    href: level === 1 ? page.out : `${page.out}#${id}`,
    page: page.title,
    title,
    text: text.replace(/\s+/g, ' '),
  })),
);
entries.forEach((entry, id) => Object.assign(entry, { id }));

cpSync('site/assets', join(site, 'assets'), { recursive: true });
copy('site/node_modules/minisearch/dist/umd/index.js', 'assets/minisearch.js');
copy('site/node_modules/diff2html/bundles/css/diff2html.min.css', 'assets/diff2html.css');
// A script, for a page of file:// may not read other files.
write('assets/entries.js', `window.entries = ${JSON.stringify(entries)};\n`);

if (links.lost.length) {
  console.error(`site: links that lead nowhere:\n  ${links.lost.join('\n  ')}`);
  process.exit(1);
}
console.log(`${menu.length} pages, ${links.files.size} files: ${site}/index.html`);
