// Where a link of a document leads within the site; and which files it needs besides the pages.
import { existsSync } from 'node:fs';
import { posix } from 'node:path';

export const isPicture = (file) => /\.(svg|png)$/.test(file);
export const toTop = (out) => '../'.repeat(out.split('/').length - 1);

export function makeLinks(pages) {
  const files = new Set(); // files, folders and pictures that some page leads to
  const lost = []; // links that lead nowhere

  // The page of this document that has the anchor; without one, the document's first.
  function pageOf(document, anchor) {
    const candidates = pages.filter(({ file }) => file === document);
    const has = ({ tokens }) => tokens.some((token) => token.attrGet('id') === anchor);
    return anchor ? candidates.find(has) : candidates[0];
  }

  // `href` as the document `file` writes it, or from the lab's top when it begins with /. The
  // answer is for the page at `out`.
  function resolve(href, file, out) {
    if (/^[a-z]+:/.test(href)) return href;
    const [path, anchor] = href.split('#');
    const place = path.startsWith('/') ? path : posix.join('/', posix.dirname(file), path);
    const target = path ? place.replace(/^\/|\/$/g, '') : file;
    const page = pageOf(target, anchor);
    if (page) return toTop(out) + page.out + (anchor ? `#${anchor}` : '');
    if (pageOf(target) || !existsSync(target)) {
      lost.push(`${file}: ${href}`);
      return href;
    }
    files.add(target);
    return toTop(out) + (isPicture(target) ? target : `source/${target}.html`);
  }

  return { resolve, files, lost };
}
