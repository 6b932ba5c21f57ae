(function () {
  'use strict';
  var card = document.getElementById('playing');
  if (!card || !window.EventSource) { return; }
  function el(id) { return document.getElementById(id); }
  function number(name) { return Number(card.dataset[name]) || 0; }

  var progress = number('progress'), duration = number('duration'), at = performance.now();
  var source = null, again = 0, refusals = 0, late = 0;
  var longest = 60000, patience = 8000; // ms between attempts; not live before the page says so

  function clock(ms) {
    var all = Math.floor(ms / 1000), s = all % 60;
    return Math.floor(all / 60) + ':' + (s < 10 ? '0' : '') + s;
  }
  function text(id, value) {
    var node = el(id);
    node.hidden = !value;
    if (node.textContent !== value) { node.textContent = value; }
  }
  function address(id, name, value) {
    var node = el(id);
    node.hidden = !value;
    if (!value) { node.removeAttribute(name); }
    else if (node.getAttribute(name) !== value) { node.setAttribute(name, value); }
  }
  function tick() {
    var ms = progress;
    if (card.dataset.playing === 'true') { ms += performance.now() - at; }
    ms = Math.min(ms, duration);
    el('progress').value = ms;
    el('elapsed').textContent = clock(ms);
  }
  function states(p) {
    if (p.kind === 'failed') { return 'Not now'; }
    if (p.kind === 'none') { return 'Silence'; }
    return p.playing ? 'Playing' : 'Paused';
  }
  function show(p) {
    progress = p.progress_ms;
    duration = p.duration_ms;
    at = performance.now();
    card.dataset.kind = p.kind;
    card.dataset.playing = String(p.playing);
    text('line', p.line);
    text('by', p.by);
    text('from', p.from);
    text('note', p.note);
    text('state', states(p));
    text('fix', p.fix_label);
    address('fix', 'href', p.fix);
    address('link', 'href', p.link);
    address('cover', 'src', p.cover);
    address('glow', 'src', p.cover);
    el('time').hidden = !duration;
    el('progress').max = duration || 1;
    el('length').textContent = clock(duration);
    document.title = p.line + ' · Tenuto';
    tick();
  }
  function open() {
    if (source) { return; }
    source = new EventSource('/events');
    source.addEventListener('playing', function (e) { show(JSON.parse(e.data)); });
    source.addEventListener('signed-out', function () { close(); location.reload(); });
    source.onopen = live;
    source.onerror = function () {
      if (!late) { late = setTimeout(function () { el('stale').hidden = false; }, patience); }
      // A lost connection comes back by itself. A refusal (a proxy whose server restarts, too many
      // pages, a session that ended while nobody looked) closes the source for good.
      if (source && source.readyState === EventSource.CLOSED) { refused(); }
    };
  }
  function live() {
    clearTimeout(late);
    late = refusals = 0;
    el('stale').hidden = true;
  }
  function refused() {
    close();
    var most = Math.min(longest, 2000 * Math.pow(2, refusals++));
    again = setTimeout(look, most / 2 + Math.random() * most / 2); // not all pages at once
    fetch('/session').then(function (r) { if (r.status === 401) { location.reload(); } }, function () {});
  }
  function close() {
    clearTimeout(again);
    if (source) { source.close(); source = null; }
  }
  function look() {
    if (document.visibilityState === 'hidden') { close(); } else { open(); }
  }
  document.addEventListener('visibilitychange', look);
  // A logout ends the stream: its goodbye must not reload a page that is being left already.
  window.addEventListener('beforeunload', function () { close(); setTimeout(look, 5000); });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', function (e) { if (e.persisted) { location.reload(); } });
  setInterval(tick, 500);
  look();
})();
