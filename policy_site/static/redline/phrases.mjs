/** The words that a rendering adds, in the reader's language: the page gives them. */

/** Put values in the places of a phrase; braces in a value stay as they are. */
export const fill = (phrase, values) =>
  phrase.replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(values, name) ? values[name] : place));
