'use strict';
/* Polls the API with the credentials that the browser has for this page and updates the page in
   place, so that focus and selection stay where they are. */
(() => {
  const PERIOD_MILLIS = 2000;
  const TIMEOUT_MILLIS = 8000;
  const $ = (id) => document.getElementById(id);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = new Intl.DateTimeFormat(undefined, {
    month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const number = new Intl.NumberFormat(undefined, {maximumFractionDigits: 1});
  const units = {celsius: '°C', rpm: 'rpm', percent: '%', volts: 'V', amperes: 'A', watts: 'W', boolean: ''};
  const slots = new Map();
  let selected = null;
  let cards = new Map();
  let sensors = [];

  // The page's own address may hold a password, with which fetch refuses to work.
  const at = (path) => location.origin + '/api/v1/' + path;

  async function get(path) {
    const answer = await fetch(at(path), {signal: AbortSignal.timeout(TIMEOUT_MILLIS)});
    if (!answer.ok) throw new Error(path + ': ' + answer.status + ' ' + answer.statusText);
    return answer.json();
  }

  function when(iso) {
    return iso ? time.format(new Date(iso)) : '';
  }

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  /* Brings a table's body to the given rows: rows are known by their key, cells are only touched
     when their text changes. A cell is a text or {text, className, node(cell)}. */
  function fill(body, rows) {
    const known = new Map();
    for (const tr of body.rows) known.set(tr.dataset.key, tr);
    rows.forEach(({key, cells}, i) => {
      let tr = known.get(key);
      known.delete(key);
      if (!tr) {
        tr = make('tr');
        tr.dataset.key = key;
      }
      if (body.rows[i] !== tr) body.insertBefore(tr, body.rows[i] || null);
      cells.forEach((cell, j) => {
        let td = tr.cells[j];
        if (!td) {
          td = make(j === 0 ? 'th' : 'td');
          if (j === 0) td.scope = 'row';
          tr.append(td);
        }
        const wanted = typeof cell === 'object' ? cell : {text: cell};
        if (wanted.className && td.className !== wanted.className) td.className = wanted.className;
        if (wanted.node) wanted.node(td);
        else setText(td, String(wanted.text ?? ''));
      });
    });
    for (const gone of known.values()) gone.remove();
  }

  function showSlots(list) {
    cards = new Map(list.map((c) => [c.position, c]));
    const chassis = new Map();
    let width = 0;
    for (const c of list) {
      const [row, slot] = c.position.split('.').map(Number);
      if (!chassis.has(row)) chassis.set(row, new Set());
      chassis.get(row).add(slot);
      width = Math.max(width, slot);
    }
    const table = $('slots');
    const rows = [...chassis.keys()].sort((a, b) => a - b);
    const management = chassis.get(0) || new Set();
    const shape = rows.join() + '/' + [...management].join() + '/' + width;
    if (table.dataset.shape !== shape) draw(table, rows, management, width, shape);
    for (const [position, button] of slots) {
      const c = cards.get(position);
      const state = c ? c.state : 'ABSENT';
      const word = c ? state.toLowerCase() : 'never seen';
      button.className = 'slot s-' + state.toLowerCase();
      const use = !c ? '' : c.role !== 'SERVER' ? c.role.toLowerCase() : c.services.join(', ');
      setText(button.children[0], position);
      setText(button.children[1], word);
      setText(button.children[2], use);
      button.setAttribute('aria-label', 'card ' + position + ', ' + word + (use ? ', ' + use : ''));
      button.title = c && c.cause ? c.cause : '';
    }
    const counts = new Map();
    for (const c of list) counts.set(c.state, (counts.get(c.state) || 0) + 1);
    $('legend').replaceChildren(...[...counts].sort().map(([state, n]) =>
      make('li', n + ' ' + state.toLowerCase(), 's-' + state.toLowerCase())));
    showCard();
  }

  /* Of the management chassis only the slots that have a role are drawn. */
  function draw(table, rows, management, width, shape) {
    table.dataset.shape = shape;
    slots.clear();
    const head = make('tr');
    head.append(make('td'));
    for (let s = 1; s <= width; s++) {
      const th = make('th', s);
      th.scope = 'col';
      th.setAttribute('aria-label', 'slot ' + s);
      head.append(th);
    }
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const tr = make('tr');
      const th = make('th', row === 0 ? 'management' : 'chassis ' + row);
      th.scope = 'row';
      tr.append(th);
      for (let s = 1; s <= width; s++) {
        if (row === 0 && !management.has(s)) {
          tr.append(make('td'));
          continue;
        }
        const position = row + '.' + s;
        const button = make('button');
        button.type = 'button';
        button.dataset.position = position;
        button.tabIndex = slots.size === 0 ? 0 : -1;
        button.append(make('b'), make('span'), make('span'));
        slots.set(position, button);
        const td = make('td');
        td.append(button);
        tr.append(td);
      }
      return tr;
    }));
  }

  function move(event) {
    const from = event.target.closest('.slot');
    const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
    if (!from || !step) return;
    const td = from.parentElement;
    const body = $('slots').tBodies[0];
    event.preventDefault();
    let row = [...body.rows].indexOf(td.parentElement);
    let column = td.cellIndex;
    let to = null;
    do {
      row += step[0];
      column += step[1];
      to = body.rows[row]?.cells[column]?.querySelector('.slot');
    } while (!to && body.rows[row]?.cells[column]);
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  function select(position) {
    selected = selected === position ? null : position;
    for (const [p, button] of slots) button.setAttribute('aria-expanded', String(p === selected));
    showCard();
    if (selected) $('card').focus();
  }

  function showCard() {
    const panel = $('card');
    panel.hidden = !selected;
    if (!selected) return;
    const c = cards.get(selected);
    setText($('card-title'), 'Card ' + selected);
    const facts = !c ? [['State', 'never seen']] : [
      ['State', c.state.toLowerCase() + (c.cause ? ' (' + c.cause + ')' : '')],
      ['Since', when(c.since)],
      ['Role', c.role.toLowerCase()],
      ['Services', c.services.join(', ') || 'none'],
      ['Address', c.address || 'none'],
      ['MAC', c.mac || 'unknown'],
      ['Last heard', when(c.lastHeard) || 'not since the engine started'],
      ['Commands waiting', String(c.commandsWaiting)],
      ['Hardware', c.hardware ? [c.hardware.manufacturer, c.hardware.model, c.hardware.serialNumber].join(' ')
          + ', ' + c.hardware.cpus + ' CPUs, ' + number.format(c.hardware.memoryBytes / 2 ** 30) + ' GiB'
          + (c.hardware.disks.length ? ', ' + c.hardware.disks.join(', ') : '') : 'unknown'],
      ['Software', c.software ? 'agent ' + c.software.agentVersion + ', image ' + c.software.imageName
          + ' ' + c.software.imageVersion + ', ' + c.software.operatingSystem : 'unknown'],
    ];
    const dl = panel.querySelector('dl');
    if (dl.children.length !== facts.length * 2) {
      dl.replaceChildren(...facts.flatMap(() => [make('dt'), make('dd')]));
    }
    facts.forEach(([name, value], i) => {
      setText(dl.children[2 * i], name);
      setText(dl.children[2 * i + 1], value);
    });
  }

  function showAlarms(list) {
    $('no-alarms').hidden = list.length > 0;
    $('alarm-table').hidden = list.length === 0;
    setText($('alarm-count'), String(list.length));
    $('alarm-count').classList.toggle('active', list.length > 0);
    fill($('alarm-table').tBodies[0], list.map((a) => ({key: String(a.sequence), cells: [
      {text: a.severity.toLowerCase(), className: 'severity ' + a.severity.toLowerCase()},
      a.type + ': ' + a.source,
      a.text,
      {text: when(a.raisedAt), className: 'when'},
      {node: (td) => noted(td, a)},
    ]})));
  }

  function noted(td, alarm) {
    const button = td.querySelector('button');
    if (alarm.acknowledgedBy) {
      setText(td, alarm.acknowledgedBy);
    } else if (!button) {
      const made = make('button', 'Take note');
      made.type = 'button';
      made.setAttribute('aria-label', 'Take note of alarm ' + alarm.type + ' ' + alarm.source);
      made.addEventListener('click', () => acknowledge(alarm.sequence));
      td.replaceChildren(made);
    }
  }

  async function acknowledge(sequence) {
    try {
      const answer = await fetch(at('alarms/' + sequence + '/acknowledge'),
        {method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MILLIS)});
      if (!answer.ok) throw new Error((await answer.json()).detail);
      await refresh();
    } catch (e) {
      state(e.message, true);
    }
  }

  function showServices(list) {
    $('no-services').hidden = list.length > 0;
    $('service-table').hidden = list.length === 0;
    fill($('service-table').tBodies[0], list.map((s) => ({key: s.name, cells: [
      s.name,
      s.phase.toLowerCase(),
      s.cardsRunning + ' of ' + s.cardsWanted,
      s.placements.map((p) => p.position + ' ' + p.state.toLowerCase()
        + (p.detail ? ' (' + p.detail + ')' : '')).join(', '),
      s.hosts.join(' '),
      s.waitsFor,
    ]})));
  }

  function showProxies(list) {
    const sum = (p, field) => p.backends.reduce((n, b) => n + b[field], 0);
    fill($('proxy-table').tBodies[0], list.map((p) => ({key: p.position, cells: [
      p.position,
      p.role.toLowerCase(),
      p.state.toLowerCase(),
      p.routesVersion === undefined ? '' : 'version ' + p.routesVersion,
      {text: number.format(sum(p, 'requests')), className: 'number'},
      {text: number.format(sum(p, 'failures')), className: 'number'},
      p.backends.filter((b) => !b.usable).map((b) => b.position + ' ' + b.cause).join(', '),
      {text: when(p.lastHeard), className: 'when'},
    ]})));
  }

  function reading(s) {
    if (s.value === undefined) return 'unavailable: ' + s.cause;
    if (s.unit === 'boolean') return s.value ? 'good' : 'bad';
    return number.format(s.value);
  }

  function showSensors() {
    const wanted = $('filter').value.trim().toLowerCase();
    fill($('sensor-table').tBodies[0], sensors
      .filter((s) => (s.source + ' ' + s.name + ' ' + s.quantity).toLowerCase().includes(wanted))
      .map((s) => ({key: s.source + ' ' + s.name, cells: [
        s.source,
        s.name,
        {text: reading(s), className: 'number'},
        units[s.unit] ?? s.unit,
        {text: when(s.at), className: 'when'},
      ]})));
  }

  function state(text, lost) {
    setText($('link'), text);
    $('link').classList.toggle('lost', lost);
  }

  async function refresh() {
    const [c, s, n, a, p] = await Promise.all(
      ['cards', 'services', 'sensors', 'alarms', 'proxies'].map(get));
    showSlots(c.cards);
    showServices(s.services);
    sensors = n.sensors;
    showSensors();
    showAlarms(a.alarms);
    showProxies(p.proxies);
  }

  async function poll() {
    try {
      await refresh();
      state('connected', false);
    } catch (e) {
      state('no answer from the engine (' + e.message + '); what you see is old', true);
    }
    setTimeout(poll, PERIOD_MILLIS);
  }

  $('slots').addEventListener('keydown', move);
  $('slots').addEventListener('click', (e) => {
    const slot = e.target.closest('.slot');
    if (slot) select(slot.dataset.position);
  });
  $('card-close').addEventListener('click', () => {
    const back = slots.get(selected);
    select(selected);
    if (back) back.focus();
  });
  $('filter').addEventListener('input', showSensors);
  setText($('zone'), zone);
  poll();
})();
