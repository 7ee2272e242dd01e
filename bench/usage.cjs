'use strict';
// Loaded into a measured process (`node --require`): at its end it writes to file descriptor 3 what it has used,
// microseconds of processor time and kilobytes of memory.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, `${userCPUTime + systemCPUTime} ${maxRSS}`);
});
