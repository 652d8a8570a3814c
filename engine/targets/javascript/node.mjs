// node node.mjs JOBS.json: prints what the programs of a batch did.
//
// They run in a worker, because only a worker's stack can be made large enough for the language's recursion limit.

import { readFileSync } from "node:fs";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { observeAll } from "./batch.mjs";

const STACK_MB = 64;

if (isMainThread) {
  const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: jobs,
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  worker.on("message", (results) => process.stdout.write(JSON.stringify(results)));
  worker.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
} else {
  parentPort.postMessage(await observeAll(workerData));
}
