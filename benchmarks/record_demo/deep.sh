# shellcheck shell=bash
# Long logs with the cause far from the end: pytest, gcc, node's test runner.
# Sourced by ../record_demo.sh.

write_pytest_deep() {
  mkdir -p ledger tests
  cat >ledger/__init__.py <<'PY'
"""Settles payouts in minor units."""
import logging
from decimal import Decimal

log = logging.getLogger("ledger.settle")
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "CHF": 2, "GBP": 2}


def settle(currency, minor_units, shard):
    digits = DIGITS.get(currency, 2)
    log.debug("shard %d: settling %s minor units of %s with %d digits", shard, minor_units, currency, digits)
    for step in range(32):
        log.debug("shard %d step %02d: posting %s-%d-%04d to journal", shard, step, currency, minor_units, step)
        if step % 13 == 12:
            log.warning("shard %d: journal busy, retrying after lock error (attempt 1 of 5)", shard)
    return Decimal(minor_units).scaleb(-digits)
PY
  cat >conftest.py <<'PY'
import logging

import pytest

log = logging.getLogger("ledger.fixture")


def pytest_runtest_logreport(report):
    # Printed where it happens: the run is told to leave the summary out.
    if report.failed:
        print("\n" + report.longreprtext)


@pytest.fixture(scope="session", autouse=True)
def database():
    for n in range(200):
        log.info("creating table payout_%03d", n)
    yield
    for n in range(3000):
        log.info("teardown: dropping partition payout_%03d_%02d", n // 15, n % 15)
PY
  cat >gen.py <<'PY'
BODY = '''from decimal import Decimal
import pytest
from ledger import settle


@pytest.mark.parametrize("units", range(1, 31))
def test_payout_{n:02d}(units):
    assert settle("{cur}", units * 1001, {n}) == Decimal(units * 1001) / {scale}
'''
for n in range(40):
    cur = ["EUR", "USD", "JPY", "CHF", "GBP"][n % 5]
    text = BODY.format(n=n, cur=cur, scale=1 if cur == "JPY" else 100)
    if n == 16:
        text += '''

def test_payout_in_three_digit_currency():
    assert settle("KWD", 1001, 16) == Decimal("1.001")
'''
    open(f"tests/test_shard_{n:02d}.py", "w").write(text)
PY
  python3 gen.py
}

scenario_test_deep() {
  new_venv
  write_pytest_deep
  pip install -q pytest==8.2.2
  run python -m pytest -v -s --color=yes --log-cli-level=DEBUG --log-cli-format='%(levelname)s %(message)s' --no-summary -p no:cacheprovider tests
  note '(exit status 1)'
}

write_c_project() {
  mkdir -p src include obj
  cat >include/ring.h <<'C'
#ifndef RING_H
#define RING_H
#include <stddef.h>
#define RING_CAPACITY 256
struct ring { size_t head; size_t tail; int slots[RING_CAPACITY]; };
struct frame { int id; int flags; const char *name; };
#endif
C
  cat >gen.py <<'PY'
TEXT = '''#include <stdio.h>
#include <string.h>
#include "ring.h"

static int unused_helper_{n}(int value) {{ return value + {n}; }}

int stage_{n}_fill(struct ring *ring, int count, int mode)
{{
    struct frame frame = {{ {n} }};
    int spare;
    for (size_t i = 0; i < count; i++)
        ring->slots[i % {cap}] = frame.id;
    return ring->head > count ? 1 : 0;
}}

int stage_{n}_drain(struct ring *ring, unsigned limit, char *label)
{{
    int taken = 0;
    char text[8];
    while (taken < limit)
        ring->tail += taken++;
    printf("stage %d drained %s\\n", ring->tail, label);
    snprintf(text, sizeof text, "stage-{n}-%s", label);
    switch (taken) {{
    case 1: ring->head = 0;
    case 2: ring->tail = 0; break;
    }}
}}
'''
for n in range(260):
    cap = "RING_CAPACITY_MAX" if n == 157 else "RING_CAPACITY"
    open(f"src/stage_{n:03d}.c", "w").write(TEXT.format(n=n, cap=cap))
PY
  python3 gen.py
  cat >Makefile <<'MK'
CFLAGS = -O1 -Wall -Wextra -fdiagnostics-color=always -Iinclude
OBJS = $(patsubst src/%.c,obj/%.o,$(sort $(wildcard src/*.c)))

libstages.a: $(OBJS)
	ar rcs $@ $(OBJS)

obj/%.o: src/%.c
	$(CC) $(CFLAGS) -c $< -o $@
MK
}

# One file of 260 does not compile; -k goes on through thousands of warnings.
scenario_gcc_deep() {
  write_c_project
  run make -k -j2
}

write_node_tests() {
  mkdir -p src test
  cat >src/invoice.js <<'JS'
'use strict';
const RATES = { EUR: { digits: 2 }, USD: { digits: 2 }, JPY: { digits: 0 } };
function format(amount, currency) {
  const rate = RATES[currency];
  return (amount / 10 ** rate.digits).toFixed(rate.digits) + ' ' + currency;
}
function total(lines) {
  return format(lines.reduce((sum, line) => sum + line.amount, 0), lines[0].currency);
}
module.exports = { format, total };
JS
  cat >gen.js <<'JS'
const fs = require('fs');
for (let n = 0; n < 24; n++) {
  const currency = ['EUR', 'USD', 'JPY'][n % 3];
  const legacy = n === 9 ? `
  test('totals an invoice imported from the legacy export', () => {
    assert.equal(total([{ amount: 1250, currency: 'eur' }]), '12.50 EUR');
  });` : '';
  fs.writeFileSync(`test/invoice_${String(n).padStart(2, '0')}.test.js`, `'use strict';
const { test, describe } = require('node:test');
const assert = require('node:assert');
const { total } = require('../src/invoice');

describe('invoice batch ${n}', () => {
  for (let i = 0; i < 40; i++) {
    test(\`totals \${i + 1} lines in ${currency}\`, () => {
      const lines = Array.from({ length: i + 1 }, () => ({ amount: 100, currency: '${currency}' }));
      console.log('batch ${n}: rounding error budget left: ' + (40 - i));
      assert.match(total(lines), / ${currency}$/);
    });
  }${legacy}
});
`);
}
JS
  node gen.js
  echo '{"name": "billing", "version": "2.0.1", "private": true, "scripts": {"test": "node --test --test-concurrency=1 --test-reporter=spec test/"}}' >package.json
}

scenario_node_trace() {
  write_node_tests
  export FORCE_COLOR=1
  run npm test --loglevel verbose
}
