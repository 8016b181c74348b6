import { expect, it } from 'vitest';
import { covers, pieceOf } from '#harness/report/piece.ts';

it('takes an id apart, whatever its source is called', () => {
  const parts = [
    'ipn:1.1000-77-3',
    'ipn:1.1000-77-3+4096+1024',
    'ipn:1.1000-77-3 to 7',
    'ipn:1.1000-77-3+0+9 to 0',
    'dtn:none-77-3@00112233445566778899001122334455',
    'dtn:none-77-3@9f0c to 7',
    'dtn://a+1+2/x-1-2-77-3+4+5',
  ].map((id) => Object.values(pieceOf(id)));
  expect(parts).toEqual([
    ['ipn:1.1000-77-3', '', ''],
    ['ipn:1.1000-77-3', '+4096+1024', ''],
    ['ipn:1.1000-77-3', '', ' to 7'],
    ['ipn:1.1000-77-3', '+0+9', ' to 0'],
    ['dtn:none-77-3@00112233445566778899001122334455', '', ''],
    ['dtn:none-77-3@9f0c', '', ' to 7'],
    ['dtn://a+1+2/x-1-2-77-3', '+4+5', ''],
  ]);
});

it('knows what may have been cut from what', () => {
  expect(covers('', '+0+9')).toBe(true);
  expect(covers('+0+9', '')).toBe(false);
  expect(covers('+10+20', '+10+5')).toBe(true);
  expect(covers('+10+20', '+25+5')).toBe(true);
  expect(covers('+10+20', '+25+6')).toBe(false);
  expect(covers('+10+20', '+9+5')).toBe(false);
  expect(covers('+10+20', '+10+20')).toBe(false);
});
