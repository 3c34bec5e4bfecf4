#!/usr/bin/env node
// The program's first file. Plain old JavaScript, so that every Node can read it and tell the
// person which Node is needed.
"use strict";

var version = process.versions.node.split(".").map(Number);
var major = version[0];
var minor = version[1];

if (major > 24 || (major === 24 && minor >= 15) || (major === 22 && minor >= 22)) {
  keepCompiledCode();
  require("./cli.cjs");
} else {
  var found = process.version + " (" + process.execPath + ")";
  process.stderr.write("portico needs Node 22.22+ (22.x) or 24.15+; this is " + found + "\n");
  process.exitCode = 2;
}

/** Saves the compilation at the next start. Node itself obeys NODE_DISABLE_COMPILE_CACHE. */
function keepCompiledCode() {
  // Set, it has been obeyed before this file was read.
  if (process.env.NODE_COMPILE_CACHE) return;
  try {
    // Not the folder for temporary files: commands of a model may write there, and Node runs what
    // it finds in this cache.
    var cache = process.env.XDG_CACHE_HOME || require("os").homedir() + "/.cache";
    // One by one: where nothing can be made, as under /proc, Node's own recursion never ends.
    makeFolder(cache);
    makeFolder(cache + "/portico");
    makeFolder(cache + "/portico/compiled");
    require("module").enableCompileCache(cache + "/portico/compiled");
  } catch (error) {
    // Only slower without.
    void error;
  }
}

function makeFolder(path) {
  var fs = require("fs");
  if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: parseInt("700", 8) });
}
