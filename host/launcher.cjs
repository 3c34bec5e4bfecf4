#!/usr/bin/env node
// The program's first file. Plain old JavaScript, so that every Node can read it and tell the
// person which Node is needed.
"use strict";

var version = process.versions.node.split(".").map(Number);
var major = version[0];
var minor = version[1];

if (major > 24 || (major === 24 && minor >= 15) || (major === 22 && minor >= 22)) {
  var program = openProgram(__dirname);
  program.load("./cli.cjs").run(process.argv.slice(2), program.keepCode);
} else {
  var found = process.version + " (" + process.execPath + ")";
  process.stderr.write("portico needs Node 22.22+ (22.x) or 24.15+; this is " + found + "\n");
  process.exitCode = 2;
}

/**
 * Loads the program's files with the code that V8 made of them in an earlier process. Node's own
 * cache keeps files as they are before they run, which is without nearly all of their functions.
 */
function openProgram(folder) {
  var fs = require("fs");
  var join = require("path").join;
  var vm = require("vm");
  var store = openStore(cacheFolder());
  var files = {};
  var head = "(function (exports, require, module, __filename, __dirname) {";

  function load(name) {
    var path = join(folder, name);
    // Shared with Node, which loads some of the files.
    var known = require.cache[path];
    if (known !== undefined) return known.exports;
    var source = fs.readFileSync(path, "utf8");
    // What imports at run time needs Node's loader around it.
    if (source.indexOf("import(") !== -1) return require(path);

    var kept = store && store.read(name);
    var script = new vm.Script(head + source + "\n})", {
      filename: path,
      columnOffset: -head.length,
      cachedData: kept,
    });
    var isKept = kept !== undefined && script.cachedDataRejected === false;
    files[name] = { script: script, keptLength: isKept ? kept.length : 0 };
    var own = new module.constructor(path, module);
    require.cache[path] = own;
    script.runInThisContext()(own.exports, requireFrom, own, path, folder);
    own.loaded = true;
    return own.exports;
  }

  function requireFrom(name) {
    return name.slice(0, 2) === "./" ? load(name) : require(name);
  }
  requireFrom.resolve = require.resolve;
  requireFrom.cache = require.cache;
  requireFrom.main = require.main;

  /** Keeps the code of files that had none, and of `all` that have since run much further. */
  function keepCode(all) {
    if (store === undefined) return;
    Object.keys(files).forEach(function (name) {
      var file = files[name];
      if (file.keptLength > 0 && !all) return;
      var code = file.script.createCachedData();
      if (code.length < file.keptLength * 1.1) return;
      file.keptLength = code.length;
      store.write(name, code);
    });
  }

  return { load: load, keepCode: keepCode };
}

/** Files of code in a folder that need not exist; what cannot be kept only costs the next start. */
function openStore(folder) {
  if (folder === undefined) return undefined;
  var fs = require("fs");
  var path = require("path");

  function read(name) {
    var file = path.join(folder, name);
    // Asked before, as an exception costs the start more.
    return fs.existsSync(file) ? fs.readFileSync(file) : undefined;
  }

  /** Whole or not at all: another process may be reading. */
  function write(name, bytes) {
    var file = path.join(folder, name);
    try {
      makeFolder(folder);
      fs.writeFileSync(file + "." + process.pid, bytes, { mode: parseInt("600", 8) });
      fs.renameSync(file + "." + process.pid, file);
    } catch (error) {
      void error;
    }
  }

  // One by one: where nothing can be made, as under /proc, Node's own recursion never ends.
  function makeFolder(wanted) {
    if (fs.existsSync(wanted)) return;
    makeFolder(path.dirname(wanted));
    fs.mkdirSync(wanted, { mode: parseInt("700", 8) });
  }

  return { read: read, write: write };
}

/** Where code is kept, by build and compiler; `undefined` when it is not. */
function cacheFolder() {
  // The build puts the hash of its sources here.
  var build = "unbuilt";
  var env = process.env;
  if (build === "unbuilt" || env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  // Code is refused under other flags than it was made with.
  if (process.execArgv.length > 0 || env.NODE_OPTIONS) return undefined;
  // Not the folder for temporary files: commands of a model may write there, and what is found in
  // this cache is run.
  var base = env.NODE_COMPILE_CACHE || env.XDG_CACHE_HOME;
  if (!base) base = (env.HOME || require("os").homedir()) + "/.cache";
  return base + "/portico/" + [build, process.versions.v8, process.arch].join("-");
}
