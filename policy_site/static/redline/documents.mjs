/** A version's `index.json` as the document that is compared. */

/** Return the document that an `index.json` holds. */
export const readDocument = (published) => ({
  title: published.title ?? "",
  sections: published.sections.map((section) => ({ ...section, blocks: section.blocks.map(readBlock) })),
});

const readBlock = (block) => ({
  tag: block.tag,
  attributes: Object.entries(block.attributes ?? {}),
  containers: block.in.map(([tag, ordinal, attributes]) => ({ tag, ordinal, attributes: Object.entries(attributes ?? {}) })),
  spans: (block.spans ?? (block.text ? [[block.text]] : [])).map(([text, ...marks]) => ({ text, marks: marks.map(readMark) })),
});

const readMark = ([tag, attributes]) => ({ tag, attributes: Object.entries(attributes ?? {}) });
