/** The words that a rendering adds, in the reader's language: the page gives them. */

/** Put values in the places of a phrase; braces in a value stay as they are. */
export const fill = (phrase, values) =>
  phrase.replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(values, name) ? values[name] : place));

const NOTES = {
  link: "link",
  "link-added": "link_added",
  "link-removed": "link_removed",
  image: "image",
  formatting: "formatting",
  "heading-level": "heading_level",
  id: "id",
  "block-kind": "block_kind",
};

/** Return what is said of a note. */
export const sayNote = (phrases, note) => fill(phrases[NOTES[note.kind]], { old: note.old, new: note.new });
