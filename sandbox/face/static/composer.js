// The line in which a person writes: Enter sends, `/` lists the commands that begin so.
export default {
  template: `<form class="composer" @submit.prevent="send">
    <ul v-if="found.length" class="completions" role="listbox" :id="'list-' + name" :aria-label="words.commands">
      <li v-for="(one, at) in found" :key="one.insert" role="option" :id="name + '-' + at" :aria-selected="at === chosen"
        @mousedown.prevent="take(one)"><b dir="ltr">{{ one.usage }}</b> <span dir="auto">{{ one.words }}</span></li>
    </ul>
    <textarea ref="line" v-model="text" rows="1" dir="auto" :placeholder="label" :aria-label="label" role="combobox"
      aria-autocomplete="list" aria-haspopup="listbox" :aria-expanded="found.length > 0" :aria-controls="found.length ? 'list-' + name : null"
      :aria-activedescendant="found.length ? name + '-' + chosen : null" @keydown="key" @input="typed" @blur="shut = true" @focus="shut = false" maxlength="4000"></textarea>
    <details class="attach" @keydown.esc="shut_menu"><summary :aria-label="words.attach" :title="words.attach"><span aria-hidden="true">📎</span></summary>
      <div class="choices"><button type="button" data-attach="choose" @click="$refs.file.click()">{{ words.choose }}</button>
        <button type="button" data-attach="sample" @click="shut_menu(); $emit('hit', { do: 'sample' })">{{ words.sample }}</button>
        <a :href="'/sample/' + locale" download @click="shut_menu()">{{ words.download }}</a></div></details>
    <input ref="file" type="file" hidden accept=".csv,.tsv,.txt,.xlsx" multiple @change="give($refs.file.files)">
    <button type="submit" class="send" :aria-label="words.send" :title="words.send" :disabled="!text.trim()">
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path fill="currentColor" d="M2 2l16 8-16 8 2-7 8-1-8-1z"/></svg></button>
  </form>`,
  props: { name: String, label: String, hints: Array, words: Object, locale: String, me: String, place: String },
  data: () => ({ text: "", chosen: 0, moved: false, shut: false, past: [], back: 0 }),
  computed: {
    found() {
      if (this.shut || !/^\/\S*( \S*)?$/.test(this.text)) return [];
      const want = this.text.toLowerCase().trimEnd();
      return this.hints.filter((one) => one.starts.some((start) => start.startsWith(want)) && !one.starts.includes(this.text)).slice(0, 30);
    },
  },
  mounted() {
    // A file may be dropped anywhere on the page; the browser would open it instead.
    this.over = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
    this.dropped = (event) => { if (event.dataTransfer?.files.length) { event.preventDefault(); this.give(event.dataTransfer.files); } };
    addEventListener("dragover", this.over);
    addEventListener("drop", this.dropped);
    this.beside = (event) => { if (!this.$el.contains(event.target)) this.shut_menu(); };
    addEventListener("pointerdown", this.beside);
  },
  unmounted() { removeEventListener("dragover", this.over); removeEventListener("drop", this.dropped); removeEventListener("pointerdown", this.beside); },
  methods: {
    shut_menu() { this.$el.querySelector("details.attach").open = false; },
    async give(files) {
      this.shut_menu();
      for (const one of [...files]) {
        const where = new URLSearchParams({ me: this.me, place: this.place, name: one.name });
        const sent = await fetch(`/attach?${where}`, { method: "POST", body: one, headers: { "X-Lead-Desk": "page" } }).catch(() => null);
        this.$emit("hit", { do: "attached", value: sent?.ok ? "taken" : "refused" });
      }
      this.$refs.file.value = "";
    },
    typed() { this.chosen = 0; this.moved = false; this.shut = false; this.grow(); },
    grow() {
      const line = this.$refs.line;
      line.style.height = "auto";
      line.style.height = `${Math.min(line.scrollHeight, 160)}px`;
    },
    put(text) {
      this.text = text;
      this.chosen = 0;
      this.moved = false;
      this.$nextTick(() => { this.$refs.line.focus(); this.$refs.line.setSelectionRange(text.length, text.length); this.grow(); });
    },
    take(one) {
      const typed = this.text.toLowerCase().trimEnd();
      const start = one.starts.find((name) => name.startsWith(typed)) ?? one.insert.trimEnd();
      const more = one.insert.endsWith(" ");
      this.put(more ? `${start} ` : start);
      this.shut = !more;
    },
    send() {
      const text = this.text.trim();
      if (!text) return;
      this.past.push(text);
      this.back = 0;
      this.$emit("say", text);
      this.put("");
    },
    move(step) {
      this.chosen = (this.chosen + step) % this.found.length;
      this.moved = true;
    },
    recall(step) {
      this.back = Math.min(Math.max(this.back + step, 0), this.past.length);
      this.put(this.back ? this.past[this.past.length - this.back] : "");
      this.shut = true;
    },
    key(event) {
      if (event.isComposing) return;
      const many = this.found.length;
      const does = {
        ArrowDown: () => (many ? this.move(1) : this.back && this.recall(-1)),
        ArrowUp: () => (many ? this.move(many - 1) : this.recall(1)),
        Escape: () => { this.shut = true; },
        Tab: () => many && this.take(this.found[this.chosen]),
        Enter: () => (many && this.moved ? this.take(this.found[this.chosen]) : this.send()),
      }[event.key];
      if (!does || (event.key === "Enter" && event.shiftKey)) return;
      if (["ArrowUp", "ArrowDown"].includes(event.key) && !many && this.text && !this.back) return;
      if ((event.key === "Tab" || event.key === "Escape") && !many) return;
      event.preventDefault();
      does();
      this.$nextTick(() => document.getElementById(`${this.name}-${this.chosen}`)?.scrollIntoView({ block: "nearest" }));
    },
  },
};
