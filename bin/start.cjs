'use strict';
// Parses and runs on Node 10 and later: only what a Node that is too old needs to say so. The rest is in dist/mcs.js.
var path = require('path');

/**
 * Starts mcs under the name it was called by. Answers `--version` before anything is loaded.
 * @param {string} bin how usage text calls the program: `mcs` or `kubectl mcs`
 */
module.exports = function start(bin) {
  var root = path.dirname(__dirname);
  var pkg = require('../package.json');
  var needed = pkg.engines.node.replace(/[^0-9.]/g, '');
  if (isOlder(process.versions.node, needed)) {
    process.stderr.write(
      'error: mcs needs Node.js ' +
        needed +
        ' or later, found ' +
        process.versions.node +
        '; get it from https://nodejs.org/en/download or with your version manager (nvm install 24)\n',
    );
    process.exitCode = 2;
    return;
  }
  if (process.argv.length === 3 && process.argv[2] === '--version') {
    process.stdout.on('error', function (error) {
      if (error.code === 'EPIPE') return;
      process.stderr.write('error: the version cannot be written to standard output (' + error.code + ')\n');
      process.exitCode = 3;
    });
    process.stdout.write('mcs ' + pkg.version + '\n');
    return;
  }
  var argv = process.argv.slice(2);
  var bundle = require('../dist/load.cjs').load(path.join(root, 'dist/mcs.js'), pkg.version + '-' + partOf(argv));
  bundle.exports.main(argv, { bin: bin, root: root, pkg: pkg, keepCode: bundle.keep });
};

/**
 * Names the part of the bundle that a command line runs, roughly: the command, its help, directories or contexts.
 * @param {string[]} argv
 */
function partOf(argv) {
  var command = /^[a-z]+$/.test(argv[0] || '') ? argv[0] : 'none';
  if (argv.indexOf('--help') !== -1 || argv.indexOf('-h') !== -1) return command + '-help';
  return argv.some(isDirFlag) ? command + '-dir' : command;
}

function isDirFlag(arg) {
  return arg === '--dir' || arg.indexOf('--dir=') === 0;
}

function isOlder(found, needed) {
  var a = found.split('.');
  var b = needed.split('.');
  for (var i = 0; i < b.length; i++) {
    var difference = parseInt(a[i], 10) - parseInt(b[i], 10);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
