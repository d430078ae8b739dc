// The fault table itself: no request and no fault is left out, of the sample neither.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANSWER_FAULTS } from './answers.js';
import { CONNECTION_FAULTS } from './connections.js';
import { CASES, faultOf, sampleOf } from './fault-table.js';
import { ROWS } from './requests.js';

const rowOf = ({ row }: (typeof CASES)[number]) => `${row.method} ${row.name}`;
const distinct = (names: string[]) => [...new Set(names)].sort();

describe('the fault table', () => {
  it('has a name for each case, by which it can be run alone', () =>
    assert.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length));

  for (const row of ROWS) {
    it(`has every fault of answers and of connections for the request ${row.name} of the ${row.method} method`, () => {
      const faults = CASES.filter((one) => one.row === row).map(faultOf);
      for (const { name } of ANSWER_FAULTS) assert.ok(faults.includes(name), name);
      // Of two requests at the same time, only one can be told by its connections.
      if (!row.twin) for (const { name } of CONNECTION_FAULTS) assert.ok(faults.includes(name), name);
      for (const target of ['another host', 'http', 'itself']) assert.ok(faults.includes(`307 to ${target}`), target);
    });
  }

  it('has no fewer cases than it had', () => assert.ok(CASES.length >= 1300, `${CASES.length} cases`));

  it('has every request and every fault in its sample', () => {
    const sample = sampleOf(CASES);
    assert.deepEqual(distinct(sample.map(rowOf)), distinct(CASES.map(rowOf)));
    assert.deepEqual(distinct(sample.map(faultOf)), distinct(CASES.map(faultOf)));
    assert.ok(sample.length < CASES.length / 10, `${sample.length} of ${CASES.length} cases`);
  });
});
