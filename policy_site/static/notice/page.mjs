/**
 * <policy-notice policy="privacy" accepted="12" accepted-version="2025-06-01" acknowledged="2027-01-15" lang="de">
 *
 * Tells the user of another company's page, or of one's own, what changed since they agreed, and asks where they must
 * agree again. It stores nothing and decides nothing: the page gets an event. It writes text alone, never HTML.
 */

const place = new URL(import.meta.url);

/** Return what there is to tell: "consent", "changed", "announced" or "". */
export function judge(policy, accepted, acknowledged) {
  if (!policy?.in_force || policy.retired_at) return "";
  if (policy.consent_seq !== null && (accepted ?? 0) < policy.consent_seq) return "consent";
  if (accepted !== undefined && accepted < policy.seq) return "changed";
  return policy.upcoming.length && policy.upcoming[0].version !== acknowledged ? "announced" : "";
}

/** Return the one of the site's languages that fits best: whole tags before first parts, or undefined. */
export function choose(wanted, offered) {
  for (const tag of wanted.filter(Boolean)) {
    const [first] = tag.toLowerCase().split("-");
    const found =
      offered.find((one) => one.toLowerCase() === tag.toLowerCase()) ??
      offered.find((one) => one.toLowerCase().split("-")[0] === first);
    if (found) return found;
  }
  return undefined;
}

const LOOK = `:host{display:block;font:1rem/1.5 system-ui,sans-serif}:host([hidden]),section:empty{display:none}
section{padding:1rem 1.25rem;border:1px solid;border-inline-start-width:.4rem;border-radius:.5rem;background:Canvas;color:CanvasText}
h2{font-size:1.1rem;margin:0 0 .5rem}h3{font-size:1rem;margin:.75rem 0 0}p{margin:.25rem 0;white-space:pre-line}
ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0;padding:0;list-style:none}
a{color:LinkText;display:inline-block;min-height:24px}button{font:inherit;min-height:2.75rem;margin-inline-end:.75rem;padding:.25rem 1.25rem;cursor:pointer}
:is(a,button):focus-visible{outline:3px solid;outline-offset:2px}`;

function element(name, words, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = words;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function read(address) {
  const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

class PolicyNotice extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ["policy", "accepted", "acknowledged", "lang"];
  #turn = 0;
  #box;

  connectedCallback() {
    this.#show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show();
  }

  async #show() {
    const turn = ++this.#turn;
    await undefined; // attributes that are set one after the other are one change
    if (turn !== this.#turn) return;
    try {
      const { policies } = await read(new URL("../current.json", place));
      const policy = policies[this.getAttribute("policy")];
      const accepted = this.getAttribute("accepted") ? Number(this.getAttribute("accepted")) : undefined;
      const state = judge(policy, accepted, this.getAttribute("acknowledged"));
      const languages = policy ? Object.keys(policy.urls) : [];
      const near = this.closest("[lang]")?.lang;
      const language = choose([near, ...navigator.languages, policy?.authoritative_language], languages) ?? languages[0];
      const phrases = state && (await read(new URL(`${language}.json`, place)));
      if (turn !== this.#turn) return;
      this.#fill(state, policy, language, phrases);
      this.#tell("policy-notice-ready", { state, policy: this.getAttribute("policy") });
    } catch (error) {
      this.#tell("policy-notice-error", { message: String(error) });
    }
  }

  #fill(state, policy, language, phrases) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    if (!this.#box) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(LOOK);
      root.adoptedStyleSheets = [sheet];
      // what is put into it later is read out when the reader is idle
      this.#box = root.appendChild(element("section", "", { "aria-live": "polite", "aria-labelledby": "title" }));
    }
    if (!state) return this.#box.replaceChildren();
    const version = state === "announced" ? policy.upcoming[0] : policy.in_force;
    const edition = version.editions[language];
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
    const day = format.format(new Date(version.effective_date));
    const say = (phrase) => phrase.replaceAll("%(policy)s", () => edition.title).replaceAll("%(day)s", () => day);
    const own = { lang: phrases.language, dir: phrases.direction };
    const parts = [element("h2", say(phrases[state]), { id: "title" })];
    for (const part of ["summary", "impact", "choices"]) {
      if (!edition[part]?.text) continue;
      if (part !== "summary") parts.push(element("h3", phrases[part]));
      parts.push(element("p", edition[part].text, { lang: edition.language, dir: "auto" }));
    }
    const agreed = this.getAttribute("accepted-version");
    const since = state !== "announced" && agreed && agreed !== version.version;
    const links = element("ul", "");
    for (const [words, href] of [
      [phrases.account, edition.changes_url],
      since ? [phrases.since, `${policy.urls[language]}since/${encodeURIComponent(agreed)}/`] : [phrases.redline, edition.compare_url],
      [phrases.text, edition.version_url],
    ]) {
      if (href) links.appendChild(element("li", "")).append(element("a", words, { href }));
    }
    parts.push(links);
    for (const decision of state === "consent" ? ["agreed", "declined"] : ["closed"]) {
      const button = element("button", phrases[decision], { type: "button" });
      button.addEventListener("click", () => {
        const detail = {
          decision,
          state,
          policy: this.getAttribute("policy"),
          version: version.version,
          seq: state === "announced" ? null : policy.seq,
          sha256: edition.sha256,
          language,
          text_language: edition.language,
        };
        if (this.#tell("policy-notice", detail)) this.#box.replaceChildren();
      });
      parts.push(button);
    }
    for (const [key, value] of Object.entries(own)) this.#box.setAttribute(key, value);
    this.#box.replaceChildren(...parts);
  }

  /** Tell the page; false where it took the matter into its own hands by preventDefault(). */
  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

if (globalThis.customElements && !customElements.get("policy-notice")) customElements.define("policy-notice", PolicyNotice);
