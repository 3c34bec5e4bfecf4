// A warning is a failure: thrown here, it becomes an unhandled error, and the run fails.
process.on("warning", (warning) => {
  throw warning;
});
