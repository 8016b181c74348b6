import { clockContract } from '../contracts/clock.ts';
import { ManualClock, ManualTime } from './manual-clock.ts';

clockContract('ManualClock', () => {
  const time = new ManualTime();
  return {
    clock: new ManualClock(time),
    pass: async (us) => time.advanceTo(time.now + us),
  };
});
