/** A date field above a list of periods leads to the one that a day lies in. Without scripts the list itself does. */

/** Return the first of `periods` (each with `first` and `last`, days as `2026-05-04`, `last` empty while it goes on) that `day` lies in. */
export function findPeriod(periods, day) {
  return periods.find(({ first, last }) => first <= day && (!last || day <= last));
}

const template = globalThis.document?.getElementById("page-day");
if (template) {
  template.replaceWith(template.content);
  const field = document.querySelector(".day input");
  const outcome = document.querySelector(".day [role=status]");
  const rows = [...document.querySelectorAll("[data-first]")];
  field.addEventListener("change", () => {
    const found = findPeriod(rows.map((row) => ({ ...row.dataset, row })), field.value);
    const link = found?.row.querySelector("a[data-answer]")?.cloneNode(true);
    outcome.replaceChildren(field.value ? (link ?? field.dataset.nothing) : "");
  });
}
