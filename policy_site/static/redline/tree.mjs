/** A row of signs becomes a tree of elements. Text is only ever given to text nodes. */

import { GUARD, VOID } from "./writing.mjs";

/** Return the elements that signs stand for, as children of a fragment. */
export function buildTree(signs, document) {
  const root = document.createDocumentFragment();
  let place = root;
  const add = (sign) => {
    if (typeof sign === "string") place.append(sign);
    else if (Array.isArray(sign)) sign.forEach(add);
    else if (sign === GUARD) return;
    else if (sign.ends !== undefined) place = place.parentNode;
    else {
      const element = document.createElement(sign.tag);
      for (const [name, value] of sign.attributes) element.setAttribute(name, value ?? "");
      place.append(element);
      if (!VOID.has(sign.tag)) place = element;
    }
  };
  add(signs);
  return root;
}
