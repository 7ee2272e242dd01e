#!/usr/bin/env node
require('./start.cjs')('kubectl mcs');
