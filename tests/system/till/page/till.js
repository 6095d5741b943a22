// SPDX-License-Identifier: GPL-2.0-or-later
// till.js - sends a sale as docs/shops.md says, polls, and shows what came of it. Whatever came from
// outside is put in as text, never as markup.
'use strict';

const $ = (selector) => document.querySelector(selector);
const form = $('#sale');
const hidden = ['Subject-Token', 'Document-Number', 'Date-of-Birth', 'MRZ'];
const steps = ['request', 'rule', 'memory', 'disk', 'service'];
// As messages.cfg is shipped: in other languages only what the buyer reads.
const clerkReads = ['en', 'ru'];
const words = {
  en: {
    Yes: 'Sell',
    Exempt: 'Sell: no check needed',
    'Not-Applicable': 'Sell: not a foreign citizen',
    No: 'Do not sell now',
    pending: 'Please wait',
    correct: 'Correct the sale',
    later: 'Not decided: ask later',
    silence: 'No reply',
  },
  ru: {
    Yes: 'Продавайте',
    Exempt: 'Продавайте: проверка не нужна',
    'Not-Applicable': 'Продавайте: гражданин своей страны',
    No: 'Сейчас не продавать',
    pending: 'Подождите',
    correct: 'Исправьте данные',
    later: 'Не решено: спросите позже',
    silence: 'Нет ответа',
  },
};
const signs = { Yes: '✓', Exempt: '✓', 'Not-Applicable': '✓', No: '✕', pending: '…', correct: '!',
  later: '?', silence: '?' };

let sale = 0; // the one on show: a reply to another comes too late
let timer = null;

async function call(path, body) {
  const response = await fetch(path, body === undefined ? {} : { method: 'POST',
    headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const said = await response.json();
  if (!response.ok) throw new Error(said.error);
  return said;
}

function element(name, text, attributes) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  return made;
}

// The whole sale, as a till sends it: what is empty is not sent, a line of a zone is an attribute.
function attributesOf(id) {
  const pairs = [['User-Name', 'till-1'], ['MigrantID-Sale-Id', id]];
  for (const field of form.elements) {
    if (!field.name) continue;
    const name = `MigrantID-${field.name}`;
    if (field.type === 'checkbox') pairs.push([name, field.checked ? 'Yes' : 'No']);
    else for (const line of field.value.split('\n')) if (line.trim()) pairs.push([name, line.trim()]);
  }
  return pairs;
}

function fill(person) {
  const language = form.elements.Language.value;
  for (const field of form.elements) {
    if (!field.name || field.name === 'Accept-Challenge') continue;
    const value = person.sale[field.name] || '';
    field.value = Array.isArray(value) ? value.join('\n') : value;
  }
  form.elements.Language.value = language;
  $('details').open = ['MRZ', 'Subject-Token', 'Accreditation'].some((name) => name in person.sale);
}

function kindOf(told) {
  const result = told['MigrantID-Result'], reason = told['MigrantID-Reason'];
  if (result !== 'Undetermined') return result;
  if (reason === 'pending') return 'pending';
  return told['MigrantID-Attribute'] || reason === 'document-mismatch' || reason === 'token-used'
    ? 'correct' : 'later';
}

function showFacts(told, code) {
  const rows = [['Result', told['MigrantID-Result']], ['Reason', told['MigrantID-Reason']],
    ['Reference', told['MigrantID-Reference']], ['Rule', told['MigrantID-Rule']],
    ['Field', told['MigrantID-Attribute']], ['Packet', code]];
  const facts = $('#facts');
  facts.replaceChildren();
  for (const [name, value] of rows) {
    if (!value) continue;
    const row = document.createElement('div');
    row.append(element('dt', name), element('dd', value, { class: 'code' }));
    facts.append(row);
  }
  facts.hidden = !facts.childElementCount;
}

function showDecision(answer) {
  const told = Object.fromEntries(answer.reply ? answer.reply.attributes : []);
  const language = form.elements.Language.value;
  const clerk = clerkReads.includes(language) ? language : 'en';
  const kind = answer.reply ? kindOf(told) : 'silence';
  $('#decision').dataset.result = told['MigrantID-Result'] || 'none';
  $('#sign').textContent = signs[kind] || '';
  $('#verdict').textContent = words[clerk][kind] || kind;
  $('#verdict').lang = clerk;
  $('#clerk').textContent = told['Reply-Message'] || "See 'No reply at all' in docs/shops.md.";
  $('#clerk').lang = told['Reply-Message'] ? clerk : 'en';
  $('#remedy').textContent = told['MigrantID-Remedy'] || '';
  $('#remedy').lang = language;
  $('#buyer').hidden = !told['MigrantID-Remedy'];
  showFacts(told, answer.reply && answer.reply.code);
  for (const field of form.elements) {
    const wrong = told['MigrantID-Attribute'] === `MigrantID-${field.name}`;
    if (wrong && field.closest('details')) field.closest('details').open = true;
    if (field.name) field.setAttribute('aria-invalid', wrong);
  }
}

function showWay(answer) {
  const decided = steps.indexOf(answer.way);
  for (const item of document.querySelectorAll('#way li')) {
    const place = steps.indexOf(item.dataset.step);
    item.className = place < decided ? 'passed' : place > decided ? 'unneeded' : '';
    if (place === decided) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  }
  $('#timing').textContent = `${answer.log.ms ? `The server took ${answer.log.ms} ms, the` : 'The'} ` +
    `till waited ${answer.took_ms} ms.`;
}

function showAsked(asked) {
  const times = asked.count === 1 ? 'one question' : `${asked.count} questions`;
  $('#asked').textContent = asked.count === 0 ? 'Nobody was asked.'
    : `The service was sent ${times} for this sale. Its log, which names nobody:`;
  const lines = asked.lines.map((line) => element('li', line));
  if (asked.count > asked.lines.length)
    lines.push(element('li', `${asked.count - asked.lines.length} not answered yet`));
  $('#asked-lines').replaceChildren(...lines);
}

function showPacket(table, packet, name) {
  table.caption.textContent = packet ? packet.code : name;
  table.tBodies[0].replaceChildren(...(packet ? packet.attributes : []).map(([key, value]) => {
    const row = document.createElement('tr');
    const head = element('th', key, { scope: 'row' });
    if (hidden.includes(key.replace('MigrantID-', ''))) {
      head.append(' ', element('span', 'hidden', { class: 'hides' }));
    }
    row.append(head, element('td', value));
    return row;
  }));
}

function wait(seconds, mine) {
  $('#waiting').hidden = false;
  return new Promise((resolve) => {
    const tick = () => {
      if (mine !== sale || seconds <= 0) return resolve();
      $('#countdown').textContent = `Asking again in ${seconds} s, with the State of the reply.`;
      seconds -= 1;
      timer = setTimeout(tick, 1000);
    };
    tick();
  });
}

// A sale from its first question to its end: docs/shops.md, "Polling, step by step".
async function sell() {
  const mine = ++sale;
  const asked = { count: 0, lines: [] };
  const pairs = attributesOf(`till-${Date.now()}-${mine}`);
  let state;
  clearTimeout(timer);
  $('#decision').setAttribute('aria-busy', 'true');
  try {
    for (;;) {
      $('#waiting').hidden = true;
      const answer = await call('/sale', { attributes: pairs, state });
      if (mine !== sale) return;
      asked.count += answer.questions;
      asked.lines.push(...answer.said);
      showDecision(answer);
      showWay(answer);
      showAsked(asked);
      showPacket($('#request'), answer.request, 'Access-Request');
      showPacket($('#reply'), answer.reply, 'Reply');
      if (!answer.reply || answer.reply.code !== 'Access-Challenge') break;
      const told = Object.fromEntries(answer.reply.attributes);
      state = told.State;
      await wait(Number(told['MigrantID-Retry-After'] || 1), mine);
      if (mine !== sale) return;
    }
  } catch (error) {
    if (mine === sale) fail(error);
  }
  $('#decision').setAttribute('aria-busy', 'false');
}

function fail(error) {
  $('#decision').dataset.result = 'none';
  $('#sign').textContent = '!';
  $('#verdict').textContent = 'The page could not ask';
  $('#verdict').lang = $('#clerk').lang = 'en';
  $('#clerk').textContent = `${error.message}. Is ./dev serve still running?`;
  $('#buyer').hidden = true;
}

function press(id) {
  for (const button of document.querySelectorAll('#people button'))
    button.setAttribute('aria-pressed', button.dataset.person === id);
}

function showAbout(about) {
  const select = $('#fault');
  $('#where').textContent =
    `FreeRADIUS ${about.server} · ID service ${about.service} · made-up people only`;
  if (select.options.length === 1) {
    for (const [name, text] of about.faults)
      select.append(element('option', `${name}: ${text}`, { value: name }));
  }
  select.value = about.fault || '';
}

// A switch of the service or the server: says what it did.
async function steer(path, body, done) {
  $('#service-said').textContent = 'One moment …';
  try {
    showAbout(await call(path, body));
    $('#service-said').textContent = done;
  } catch (error) {
    $('#service-said').textContent = `That did not work: ${error.message}`;
  }
}

for (const person of people) {
  const item = document.createElement('li');
  const button = element('button', person.name, { type: 'button', 'aria-pressed': 'false',
    'data-person': person.id });
  button.append(element('small', person.hint));
  button.addEventListener('click', () => { fill(person); press(person.id); sell();
    $('#decision').scrollIntoView({ block: 'nearest' }); });
  item.append(button);
  $('#people').append(item);
}
form.addEventListener('submit', (event) => { event.preventDefault(); sell(); });
form.addEventListener('input', (event) => { if (event.target.name !== 'Language') press(null); });
// The select stands outside of the form's element, beside whose language it is.
form.elements.Language.addEventListener('change', () => { if (sale) sell(); });
form.addEventListener('reset', () => { sale++; press(null); $('#waiting').hidden = true; });
$('#stop').addEventListener('click', () => {
  sale++;
  $('#waiting').hidden = true;
  $('#decision').setAttribute('aria-busy', 'false');
});
$('#fault').addEventListener('change', (event) => {
  const fault = event.target.value || null;
  steer('/fault', { fault }, fault ? 'It goes wrong so from now on.' : 'It works again.');
});
$('#forget').addEventListener('click', () => steer('/forget', {},
  'Forgotten, and the fault is switched off.'));
$('#restart').addEventListener('click', () => steer('/restart', {},
  'Restarted: what was in memory is gone, what is on disk is there.'));
call('/about').then(showAbout, fail);
