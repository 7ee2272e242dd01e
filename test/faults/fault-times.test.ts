import { expect, it } from 'vitest';
import { FaultTimes } from './fault-times.ts';

it('knows whether a fault was at work in a time', () => {
  const faults = new FaultTimes();
  faults.begin(100).to = 200;
  expect([faults.wasFaulty(50, 99), faults.wasFaulty(50, 100)]).toEqual([false, true]);
  expect([faults.wasFaulty(200, 300), faults.wasFaulty(201, 300)]).toEqual([true, false]);
  expect(faults.isHurt).toBe(false);
  faults.begin(400);
  expect(faults.wasFaulty(5000, 6000)).toBe(true);
  expect(faults.isHurt).toBe(true);
});

it('finds the last calm time, over faults that follow each other closely', () => {
  const faults = new FaultTimes();
  expect(faults.calmBefore(1000, 100)).toBe(900);
  faults.begin(300).to = 310;
  faults.begin(700).to = 750;
  faults.begin(820).to = 860;
  expect(faults.calmBefore(1000, 100)).toBe(900);
  expect(faults.calmBefore(950, 100)).toBe(600);
  expect(faults.calmBefore(800, 100)).toBe(600);
});
