// One pane of the page: pieces of HTML under keys, patched in place, and one listener for all
// that can be touched in them. What is touched leaves as one `hit` with its data attributes.
const GROUPS = "input[type=checkbox], input[type=radio]";
const MANY = new Set(["checkboxes", "multi_static_select", "multi_external_select",
  "multi_users_select", "multi_channels_select", "multi_conversations_select"]);

function parts(root, block, act) {
  const all = [...root.querySelectorAll("[data-act]")];
  return all.filter((el) => el.dataset.block === block && el.dataset.act === act);
}

function valueOf(root, el) {
  const { block, act, kind } = el.dataset;
  if (kind === "overflow") return el.dataset.value ?? el.value;
  const found = parts(root, block, act);
  const boxes = found.flatMap((one) => (one.matches(GROUPS) ? [one] : [...one.querySelectorAll(GROUPS)]));
  const chosen = boxes.filter((one) => one.checked).map((one) => one.value);
  if (MANY.has(kind)) {
    const select = found.find((one) => one.tagName === "SELECT");
    return select ? [...select.selectedOptions].map((one) => one.value) : chosen;
  }
  if (kind === "radio_buttons") return chosen[0] ?? null;
  const control = found.find((one) => "value" in one && one.tagName !== "BUTTON");
  return control ? control.value || null : null;
}

function valuesOf(form) {
  const seen = new Map();
  for (const el of form.querySelectorAll("[data-act]")) {
    const { block, act, kind } = el.dataset;
    if (kind === "button" || kind === "overflow" || kind === "workflow_button") continue;
    seen.set(`${block} ${act}`, [block, act, valueOf(form, el)]);
  }
  return [...seen.values()];
}

function keep(node) {
  const focus = node.contains(document.activeElement) ? document.activeElement : null;
  const same = focus && ["act", "block", "value", "do", "name"].map((key) =>
    key === "name" ? (focus.name ? `[name="${CSS.escape(focus.name)}"]` : "")
      : focus.dataset[key] === undefined ? "" : `[data-${key}="${CSS.escape(focus.dataset[key])}"]`).join("");
  const drafts = [...node.querySelectorAll("[data-draft]")].map((one) => [one.name, one.value]);
  const open = [...node.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...node.querySelectorAll("[data-scroll]")].map((one) => one.scrollTop);
  return { same, drafts, open, scrolled, range: focus?.selectionStart };
}

function restore(node, kept) {
  for (const [name, value] of kept.drafts) {
    const one = node.querySelector(`[data-draft][name="${CSS.escape(name)}"]`);
    if (one && !one.value) one.value = value;
  }
  [...node.querySelectorAll("details")].forEach((one, at) => { one.open = one.open || Boolean(kept.open[at]); });
  [...node.querySelectorAll("[data-scroll]")].forEach((one, at) => { one.scrollTop = kept.scrolled[at] ?? one.scrollHeight; });
  const again = kept.same && node.querySelector(kept.same);
  if (again) {
    again.focus({ preventScroll: true });
    if (kept.range != null && again.setSelectionRange && again.type !== "email") again.setSelectionRange(kept.range, kept.range);
  }
}

function ago(table, seconds) {
  const away = Math.abs(seconds);
  const step = table.steps.find((one) => one.below === null || away < one.below);
  const n = Math.floor(away / step.per);
  const forms = seconds < 0 ? step.future : step.past;
  return (forms[n] ?? forms.n).replace("{n}", n);
}

let skew = 0;
let table = null;

function tell(root) {
  const now = Math.floor((Date.now() + skew) / 1000);
  for (const one of root.querySelectorAll("time[data-format*='{ago}']")) {
    const text = one.dataset.format.replace("{ago}", ago(table, now - Number(one.dataset.stamp)));
    if (one.textContent !== text && !/{/.test(text)) one.textContent = text;
  }
}

// A piece that is replaced between press and release swallows the click, so drawing waits so long.
const HELD = 1000;
let held = null;
const late = [];

function hold() {
  clearTimeout(held);
  held = setTimeout(release, HELD);
}

function release() {
  clearTimeout(held);
  held = null;
  late.splice(0).forEach((draw) => draw());
}

addEventListener("pointerdown", hold, true);
// The click comes right after, before the next task.
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => held !== null && setTimeout(release), true);

export default {
  template: `<component :is="tag" ref="root" :class="'pane pane-' + name" @click="click" @change="change"
    @submit.prevent="submit" @keydown="key" @cancel.prevent="cancel"></component>`,
  props: { name: String, tag: { type: String, default: "div" }, stick: Boolean, modal: Boolean, label: String, role: String, ago: Object },
  mounted() {
    if (this.ago) table = this.ago;
    this.$refs.root.setAttribute("data-pane", this.name);
    if (this.label) this.$refs.root.setAttribute("aria-label", this.label);
    if (this.role) this.$refs.root.setAttribute("role", this.role);
    this.stuck = this.falls = this.stick;
    this.box = this.$refs.root.closest("[data-scrolls]");
    if (this.stick && this.box) {
      this.box.addEventListener("scroll", () => {
        this.stuck = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 80;
      });
      this.watch = new ResizeObserver(() => this.fall());
      this.watch.observe(this.$refs.root);
      this.watch.observe(this.box);
    }
    this.timer = setInterval(() => table && tell(this.$refs.root), 1000);
  },
  unmounted() { clearInterval(this.timer); this.watch?.disconnect(); },
  methods: {
    patch(order, html, moved) {
      if (held !== null) late.push(() => this.draw(order, html, moved));
      else this.draw(order, html, moved);
    },
    draw(order, html, moved) {
      const root = this.$refs.root;
      if (moved) this.stuck = this.stick;
      const there = new Map([...root.children].map((one) => [one.dataset.key, one]));
      for (const [key, node] of there) if (!order.includes(key)) node.remove();
      let last = null;
      for (const key of order) {
        last = this.place(root, there.get(key), key, html[key], last);
      }
      if (this.modal) this.show(root, order.length > 0);
      // Home is read from its top, a channel from its end.
      const home = Boolean(root.querySelector(".home"));
      if (home && (moved || this.falls) && this.box) this.box.scrollTop = 0;
      this.falls = this.stick && !home;
      this.fall();
      if (table) tell(root);
    },
    place(root, node, key, html, last) {
      let shown = node;
      if (html !== undefined) {
        shown = document.createElement("div");
        shown.dataset.key = key;
        shown.innerHTML = html;
        const kept = node ? keep(node) : null;
        node ? node.replaceWith(shown) : root.append(shown);
        if (kept) restore(shown, kept);
        else shown.querySelectorAll("[data-scroll]").forEach((one) => { one.scrollTop = one.scrollHeight; });
      }
      const before = last ? last.nextSibling : root.firstChild;
      if (shown && before !== shown) root.insertBefore(shown, before);
      return shown ?? last;
    },
    fall() { if (this.falls && this.stuck && this.box) this.box.scrollTop = this.box.scrollHeight; },
    show(root, open) {
      if (open && !root.open) {
        this.before = document.activeElement;
        root.showModal();
        root.querySelector("[autofocus], .view input, .view select, .view textarea, .view button")?.focus();
      } else if (!open && root.open) {
        root.close();
        this.before?.isConnected && this.before.focus();
      }
    },
    tick(now) { skew = now - Date.now(); },
    hit(el, more) {
      const form = el.closest("form");
      const place = el.closest("[data-key][data-place]") ?? el.closest("article[data-key]");
      const values = form?.matches(".view") ? valuesOf(form) : undefined;
      this.$emit("hit", { ...el.dataset, key: place?.dataset.key, view: form?.dataset.view, values, ...more });
    },
    async click(event) {
      const el = event.target.closest("button[data-act], a[data-act], button[data-do], a[data-do], [data-thread], [data-close]");
      this.closeMenus(event.target);
      if (!el || el.disabled) return;
      if (el.tagName === "BUTTON" && el.type === "submit") return;
      if (el.tagName === "BUTTON" || el.getAttribute("href")?.startsWith("#")) event.preventDefault();
      if (el.dataset.confirm && !(await this.sure(JSON.parse(el.dataset.confirm)))) return;
      if (el.dataset.kind === "overflow") el.closest("details").open = false;
      const more = el.dataset.close ? { do: "close", value: el.dataset.close } : el.dataset.act ? { do: "act", picked: el.dataset.kind === "overflow" ? el.dataset.value : null } : {};
      this.hit(el, more);
    },
    closeMenus(target) {
      for (const one of document.querySelectorAll("details.overflow[open], details.multi[open], details.menu[open]"))
        if (!one.contains(target)) one.open = false;
    },
    async change(event) {
      const el = event.target.closest("[data-act]") ?? event.target.closest("[data-do]");
      if (!el || el.tagName === "FORM") return;
      if (el.dataset.do) return this.hit(el, { picked: el.type === "checkbox" ? el.checked : el.value });
      const root = el.closest("article, form") ?? this.$refs.root;
      const typed = el.matches("input:not([type=checkbox]):not([type=radio]):not([type=date]):not([type=time]):not([type=datetime-local]), textarea");
      if ("input" in el.dataset && (!("dispatch" in el.dataset) || typed)) return;
      if (el.dataset.confirm && !(await this.sure(JSON.parse(el.dataset.confirm)))) return;
      this.hit(el, { do: "act", picked: valueOf(root, el) });
    },
    key(event) {
      const el = event.target;
      if (event.key === "Escape") {
        const menu = el.closest("details[open]");
        if (menu) { menu.open = false; menu.querySelector("summary").focus(); event.preventDefault(); event.stopPropagation(); }
      }
      if (event.key !== "Enter" || event.isComposing) return;
      if ("dispatch" in el.dataset && el.tagName === "INPUT") {
        event.preventDefault();
        this.hit(el, { do: "act", picked: el.value });
      } else if (el.matches("textarea[data-draft]") && !event.shiftKey) {
        event.preventDefault();
        el.form.requestSubmit();
      }
    },
    submit(event) {
      const form = event.target;
      if (form.matches(".view")) return this.hit(form, { do: "submit" });
      const fields = Object.fromEntries(new FormData(form));
      form.querySelectorAll("[data-draft]").forEach((one) => { one.value = ""; });
      this.hit(form, { fields });
    },
    cancel() { if (this.modal) this.$emit("hit", { do: "close" }); },
    sure(words) {
      const box = document.createElement("dialog");
      box.className = "slack confirm";
      box.setAttribute("aria-labelledby", "confirm-title");
      box.innerHTML = `<h2 id="confirm-title" dir="auto"></h2><div class="words" dir="auto"></div>
        <div class="ends"><button type="button" value="" class="btn"></button><button type="button" value="yes" class="btn"></button></div>`;
      box.querySelector("h2").textContent = words.title;
      box.querySelector(".words").innerHTML = words.text;
      const [no, yes] = box.querySelectorAll("button");
      no.textContent = words.deny;
      yes.textContent = words.confirm;
      yes.classList.add(words.style === "danger" ? "danger" : "primary");
      document.body.append(box);
      box.showModal();
      no.focus();
      return new Promise((done) => {
        no.onclick = () => box.close("");
        yes.onclick = () => box.close("yes");
        box.onclose = () => { done(box.returnValue === "yes"); box.remove(); };
      });
    },
  },
};
