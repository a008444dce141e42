// Files and folders of the lab that a page leads to, as pages of their own.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { escape, highlight, link } from './markdown.mjs';

const languages = {
  '.cpp': 'cpp',
  '.hpp': 'cpp',
  '.sh': 'shellscript',
  '.patch': 'diff',
  '.json': 'json',
  Makefile: 'make',
};

// All files below a folder.
export function filesOf(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .map((entry) => [join(folder, entry.name), entry.isDirectory()])
    .flatMap(([path, isFolder]) => (isFolder ? filesOf(path) : [path]))
    .sort();
}

export function sourceHtml(file) {
  const text = readFileSync(file, 'utf8');
  const isScript = /^#!.*sh\n/.test(text);
  const language = isScript ? 'shellscript' : languages[extname(file) || basename(file)];
  const code = highlight(text.trimEnd(), language);
  return `<h1 class="path">${escape(file)}</h1><div class="source">${code}</div>`;
}

export function folderHtml(folder, leadTo) {
  const items = filesOf(folder).map((file) => `<li>${link(leadTo(file), file)}</li>`);
  return `<h1 class="path">${escape(folder)}/</h1><ul class="files">${items.join('\n')}</ul>`;
}
