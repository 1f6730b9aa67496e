/** The choice of language leads on to the reader's own, where the site has it, unless the reader came to choose. */

/** Return the language to lead to: the first that the reader names and `ranges` knows, or undefined. */
export function findLanguage(wanted, ranges) {
  for (const tag of wanted) {
    const found = ranges.find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(tag.toLowerCase()));
    if (found) return found[1];
  }
  return undefined;
}

const list = globalThis.document?.getElementById("page-languages");
if (list && !location.search) {
  const language = findLanguage(navigator.languages, JSON.parse(list.dataset.ranges));
  const link = language && list.querySelector(`h2 > a[hreflang="${CSS.escape(language)}"]`);
  // in the place of this page: the way back leads to where the reader came from
  if (link) location.replace(link.href);
}
