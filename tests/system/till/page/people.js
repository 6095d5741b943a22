// SPDX-License-Identifier: GPL-2.0-or-later
// people.js - the made-up people of tests/system/demo-people.json, and some whom rules exempt: what each
// brings to the till. Members are the ends of attributes' names (MigrantID-..).
'use strict';

const consent = { 'Consent-Text': 'ru-2025-01' };

function passport(issuer, number, born, more) {
  return { 'Document-Type': 'P', 'Document-Issuer': issuer, 'Document-Number': number,
    'Nationality': issuer, 'Date-of-Birth': born, ...consent, ...more };
}

// Of children the rules want to know whether they have turned six.
const year = new Date().getFullYear();

const people = [
  { id: 'uzbek', name: 'Uzbek, known to the service', hint: 'yes',
    sale: passport('UZB', 'FA1234567', '1990-01-31') },
  { id: 'unknown', name: 'Kyrgyz, never enrolled', hint: 'no, with a remedy',
    sale: passport('KGZ', 'AC1111111', '1979-11-30') },
  { id: 'locked', name: 'Kyrgyz, ID locked', hint: 'no, with a remedy',
    sale: passport('KGZ', 'AC7654321', '1993-03-03') },
  { id: 'differs', name: 'Tajik, biometrics differ', hint: 'no; the token serves once',
    sale: passport('TJK', '400123456', '1985-05-05', { 'Subject-Token': 'capture-of-another-1' }) },
  { id: 'slow', name: 'Uzbek, slow to check', hint: 'pending for 5 s, then yes',
    sale: passport('UZB', 'SLOW00001', '1991-01-01') },
  { id: 'hanging', name: 'Uzbek, the service hangs', hint: 'pending, at last a time-out',
    sale: passport('UZB', 'HANG00001', '1991-01-01') },
  { id: 'forged', name: 'Uzbek, the answer is forged', hint: 'could not tell, never no',
    sale: passport('UZB', 'FORGED001', '1992-02-02') },
  { id: 'belarusian', name: 'Belarusian, passport read', hint: 'exempt',
    sale: { 'MRZ': ['P<BLRSPECIMEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',
      'MP12345677BLR9001310M3412318<<<<<<<<<<<<<<<4'], 'Date-of-Birth': '1990-01-31', ...consent } },
  { id: 'child', name: 'Tajik child under six', hint: 'exempt',
    sale: passport('TJK', 'CH1234567', `${year - 5}-12-31`) },
  { id: 'diplomat', name: "Diplomat, ministry's card", hint: 'exempt',
    sale: passport('IND', 'D12345678', '1970-03-03', { 'Document-Type': 'PD',
      'Accreditation': 'mfa-diplomatic', 'Accreditation-Expiry': '2040-01-01' }) },
  { id: 'citizen', name: 'Citizen of the home country', hint: 'not applicable',
    sale: passport('RUS', '751234567', '1980-02-29') },
  { id: 'slip', name: 'Born on 30 February', hint: 'the clerk slipped',
    sale: passport('UZB', 'FA1234567', '1990-02-30') },
];
