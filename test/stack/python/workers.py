# Eight processes that log a metric each second and an artifact now and then, with no login code in them.
import multiprocessing
import sys
import time

import mlflow

PROCESSES = 8


def work(index, run_id, seconds):
    client = mlflow.MlflowClient()
    end = time.monotonic() + seconds
    step = artifacts = 0
    while time.monotonic() < end:
        started = time.monotonic()
        client.log_metric(run_id, "worker-{}".format(index), step, step=step)
        if step % 10 == 5:
            client.log_text(run_id, "x" * 1000, "worker-{}/{}.txt".format(index, step))
            artifacts += 1
        step += 1
        time.sleep(max(0, 1 - (time.monotonic() - started)))
    return step, artifacts


if __name__ == "__main__":
    mlflow.set_workspace("team-a")
    mlflow.set_experiment("long")
    with mlflow.start_run() as run:
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            jobs = [pool.apply_async(work, (index, run.info.run_id, float(sys.argv[1]))) for index in range(PROCESSES)]
            done = [job.get() for job in jobs]
    print("run:", run.info.run_id)
    print("metrics:", sum(steps for steps, _ in done), "artifacts:", sum(artifacts for _, artifacts in done))
