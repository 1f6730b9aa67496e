/** The words that a rendering adds, in the reader's language: the page gives them. */

/** Put values in the places of a phrase; braces in a value stay as they are. */
export const fill = (phrase, values) =>
  phrase.replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(values, name) ? values[name] : place));

/** Return a phrase with what was and what is there; formatting, which has the names of elements, in words. */
export function say(phrases, name, old, fresh) {
  const formats = (names) => (names.split(" ").map((one) => phrases[`format_${one || "none"}`])).join(", ");
  const isFormatting = name === "formatting";
  return fill(phrases[name], { old: isFormatting ? formats(old) : old, new: isFormatting ? formats(fresh) : fresh });
}
